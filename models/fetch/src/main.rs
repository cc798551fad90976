//! `sotto-fetch`: downloads models, when somebody asks for one, and ends.
//!
//! Exit codes: 0 if it is done, 1 if it failed, 2 if the command line is wrong.

use std::{
    env,
    io::{self, Write as _},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::Context as _;
use sotto_fetch::{
    Client, FetchError, FetchEvent, NetworkOptions, Plan, install,
    sotto_models::{Catalogue, CatalogueModel, SearchPath, Store},
    updates,
};
use tr::tr;

fn usage() -> String {
    tr!("usage: sotto-fetch install ID [--json-progress]
       sotto-fetch resolve ID
       sotto-fetch updates

install   download a model of the catalogue, and install it for this user
resolve   show commit, lengths and hashes of its files, as JSON
updates   show of which installed models there is another version, as JSON")
}

/// Makes the waits between attempts this many milliseconds: for tests and for impatient people.
const WAIT_VARIABLE: &str = "SOTTO_FETCH_WAIT_MS";

fn main() -> ExitCode {
    sotto_i18n::speak!();
    sotto_models::speak();
    let args: Vec<_> = env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["install", id] => install_model(id, Told::Nothing),
        ["install", id, "--json-progress"] | ["install", "--json-progress", id] => {
            install_model(id, Told::JsonLines)
        }
        ["resolve", id] => resolve(id),
        ["updates"] => show_updates(),
        ["--version"] => print(env!("CARGO_PKG_VERSION")).map_err(anyhow::Error::from),
        ["--help" | "-h"] => print(&usage()).map_err(anyhow::Error::from),
        _ => {
            let _gone = writeln!(io::stderr(), "{}", usage());
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _gone = writeln!(io::stderr(), "sotto-fetch: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What is told on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    JsonLines,
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

fn client() -> Client {
    let mut options = NetworkOptions::default();
    let wait_ms = env::var(WAIT_VARIABLE)
        .ok()
        .and_then(|text| text.parse().ok());
    if let Some(wait_ms) = wait_ms {
        options.first_wait = Duration::from_millis(wait_ms);
        options.max_wait = options.first_wait;
    }
    Client::new(options)
}

fn model(id: &str) -> anyhow::Result<CatalogueModel> {
    let catalogue = Catalogue::from_environment();
    for problem in &catalogue.problems {
        let _gone = writeln!(io::stderr(), "sotto-fetch: {problem}");
    }
    let model = catalogue.model(id).cloned();
    model.ok_or_else(|| FetchError::UnknownModel(id.to_owned()).into())
}

fn install_model(id: &str, told: Told) -> anyhow::Result<()> {
    let stop = AtomicBool::new(false);
    let mut tell = |event: FetchEvent| {
        if told == Told::JsonLines {
            let written = serde_json::to_string(&event)
                .map_err(io::Error::from)
                .and_then(|line| print(&line));
            if written.is_err() {
                // Whoever asked for the model has gone.
                stop.store(true, Ordering::Relaxed);
            }
        }
    };
    let done = model(id).and_then(|model| {
        let store = Store::of_user().map_err(FetchError::from)?;
        Ok(install(&client(), &store, &model, &stop, &mut tell)?)
    });
    if let Err(error) = &done {
        let kind = error
            .downcast_ref::<FetchError>()
            .map_or("other", FetchError::kind);
        tell(FetchEvent::Failed {
            model: id.to_owned(),
            kind: kind.to_owned(),
            message: format!("{error:#}"),
        });
    }
    done.map(drop)
}

fn resolve(id: &str) -> anyhow::Result<()> {
    let plan = Plan::resolve(&client(), &model(id)?)?;
    let text =
        serde_json::to_string_pretty(&plan).with_context(|| tr!("the plan cannot be shown"))?;
    Ok(print(&text)?)
}

fn show_updates() -> anyhow::Result<()> {
    let installed = SearchPath::from_environment();
    let installed = installed.installed().map(|(_, manifest)| manifest);
    for update in updates(&client(), &Catalogue::from_environment(), installed)? {
        let line =
            serde_json::to_string(&update).with_context(|| tr!("the update cannot be shown"))?;
        print(&line)?;
    }
    Ok(())
}

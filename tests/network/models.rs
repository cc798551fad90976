//! Models with the real daemon, the real downloader and a web server of our own: installed by command line,
//! noticed, used, measured and removed over the session bus.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use sotto_api::{DictationProxy, InstalledModel, ModelsError, ModelsProxy};
use sotto_models::Manifest;
use sotto_tests::desktop::BUS_CONFIG;
use sotto_tests::http_server::{Fault, HttpServer};
use sotto_tests::process::{Running, limited};
use sotto_tests::scene::sotto;
use sotto_tests::{PATIENCE, requires, source_root};

const COMMIT: &str = "00112233445566778899aabbccddeeff00112233";

/// A home with a session bus, and a hub that has the built-in model under the id `twin`.
struct Place {
    folder: tempfile::TempDir,
    bus_address: String,
    hub: HttpServer,
    _bus: Running,
}

impl Place {
    fn open(test: &str) -> Option<Self> {
        if !requires(test, &["dbus-daemon", "tar", "timeout"]) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let bus_config = folder.path().join("bus.conf");
        fs::write(&bus_config, BUS_CONFIG).unwrap();
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--config-file={}", bus_config.display()))
            .env("PATH", std::env::var_os("PATH").unwrap());
        let mut bus = Running::start(limited(&bus).stdout(Stdio::piped()).stderr(Stdio::null()));
        let bus_address = bus.lines().recv_timeout(PATIENCE).unwrap();
        let place = Self {
            folder,
            bus_address: bus_address.trim().to_owned(),
            hub: HttpServer::start(),
            _bus: bus,
        };
        place.write_catalogue();
        Some(place)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn write_catalogue(&self) {
        let dir = starter();
        let mut text = format!(
            "format = 1\n[[models]]\nid = \"twin\"\nname = \"Twin\"\nlanguages = [\"en\"]\n\
             license = \"CC-BY-4.0\"\nlicense_kind = \"free\"\nfamily = \"nemo-ctc\"\n\
             case = \"lower\"\npunctuation = false\nrepository = \"{}/our/twin\"\n\
             commit = \"{COMMIT}\"\nfiles = [\n",
            self.hub.url()
        );
        for file in Manifest::read(&dir).unwrap().files {
            let path = file.path.display();
            let bytes = fs::read(dir.join(&file.path)).unwrap();
            self.hub
                .serve(&format!("/our/twin/resolve/{COMMIT}/{path}"), bytes);
            let role = serde_json::to_string(&file.role).unwrap();
            text.push_str(&format!(
                "{{ role = {role}, path = \"{path}\", size = {}, sha256 = \"{}\" }},\n",
                file.size, file.sha256
            ));
        }
        text.push_str("]\n");
        let lists = self.path("config/sotto/catalogue.d");
        fs::create_dir_all(&lists).unwrap();
        fs::write(lists.join("ours.toml"), text).unwrap();
    }

    fn sotto(&self, args: &[&str]) -> Command {
        let mut command = Command::new(sotto());
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("SOTTO_FETCH_WAIT_MS", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address);
        command
    }

    #[track_caller]
    fn models(&self, args: &[&str]) -> Output {
        let mut all = vec!["models"];
        all.extend(args);
        limited(&self.sotto(&all)).output().unwrap()
    }

    #[track_caller]
    fn succeeds(&self, args: &[&str]) -> String {
        let output = self.models(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn fails(&self, args: &[&str], expected: &str) {
        let output = self.models(args);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{args:?}: {told}");
        assert!(told.contains(expected), "{args:?}: {told}");
    }

    fn settings(&self) -> String {
        fs::read_to_string(self.path("config/sotto/config.toml")).unwrap()
    }

    fn start_daemon(&self) -> Running {
        let daemon = self.sotto(&["daemon"]);
        let mut daemon = limited(&daemon);
        Running::start(daemon.stdout(Stdio::null()).stderr(Stdio::null()))
    }
}

fn starter() -> PathBuf {
    source_root().join("models/starter/en")
}

#[test]
fn the_command_line_manages_models() {
    let Some(place) = Place::open("the_command_line_manages_models") else {
        return;
    };
    let all = place.succeeds(&["list", "--all"]);
    let twin = all.lines().find(|line| line.starts_with("twin\t")).unwrap();
    let files = Manifest::read(&starter()).unwrap().files;
    let n_bytes: u64 = files.iter().map(|file| file.size).sum();
    let size = format!("{} MB", n_bytes.div_ceil(1_000_000));
    assert!(twin.contains("CC-BY-4.0") && twin.contains(&size), "{twin}");
    assert!(
        all.contains("NVIDIA Open Model License (not free)"),
        "{all}"
    );
    place.fails(
        &["install", "none"],
        "no model \"none\" is in the catalogue",
    );
    place.fails(&["install", "starter-en"], "comes with the program");

    place.hub.spoil([Fault::Status(404)]);
    place.fails(&["install", "twin"], "status 404");
    place.hub.spoil([Fault::CutBody(1_000_000)]);
    let output = place.models(&["install", "twin"]);
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("SHA-256") && told.contains(COMMIT), "{told}");
    assert!(told.contains("the network failed"), "{told}");
    assert!(
        place
            .succeeds(&["list"])
            .contains("twin\ten\tCC-BY-4.0\tTwin\t")
    );

    let config = place.path("config/sotto/config.toml");
    fs::write(
        &config,
        "# mine\n[model]\n# the model\nunload_after_s = 9\n",
    )
    .unwrap();
    place.fails(&["use", "none"], "there is no model \"none\"");
    place.succeeds(&["use", "twin"]);
    let settings = place.settings();
    assert!(
        settings.starts_with("# mine\n[model]\n# the model\n"),
        "{settings}"
    );
    assert!(settings.contains("id = \"twin\"") && settings.contains("unload_after_s = 9"));
    place.fails(&["remove", "twin"], "choose another model first");

    let figures = place.succeeds(&["bench", "--json", "twin"]);
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert!(figures["times_real_time"].as_f64() > Some(0.0), "{figures}");
    assert!(place.succeeds(&["bench", "twin"]).contains("× real time"));
    place.fails(&["bench", "none"], "there is no model");

    let n_kept_graphs = || {
        fs::read_dir(place.path("cache/sotto/graphs"))
            .unwrap()
            .count()
    };
    assert!(n_kept_graphs() > 0);
    place.succeeds(&["use", "starter-en"]);
    place.succeeds(&["remove", "twin"]);
    assert_eq!(n_kept_graphs(), 0, "they go with their model");
    place.fails(&["remove", "twin"], "there is no model \"twin\"");
    place.fails(&["remove", "starter-en"], "dictation uses");

    let packed = Command::new("tar")
        .args(["czf", "own.tar.gz", "--directory"])
        .arg(starter().parent().unwrap())
        .arg("en")
        .current_dir(place.folder.path())
        .status();
    assert!(packed.unwrap().success());
    let archive = place.path("own.tar.gz");
    place.succeeds(&["import", archive.to_str().unwrap(), "--id", "own"]);
    assert!(place.path("data/sotto/models/own/model.onnx").is_file());
    place.fails(
        &["import", archive.to_str().unwrap(), "--id", "own"],
        "is installed already",
    );
    fs::write(&archive, b"\x1f\x8b broken").unwrap();
    place.fails(&["import", archive.to_str().unwrap()], "damaged or cut off");
}

async fn list(models: &ModelsProxy<'_>, id: &str) -> Option<InstalledModel> {
    let all = models.list().await.unwrap();
    all.into_iter().find(|model| model.id == id)
}

/// Waits for the signal until what it is about has come.
async fn wait_changed(
    changes: &mut (impl futures_util::Stream + Unpin),
    what: &str,
    mut done: impl AsyncFnMut() -> bool,
) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !done().await {
            changes.next().await.unwrap();
        }
    });
    waited.await.unwrap_or_else(|_| panic!("waited for {what}"));
}

#[tokio::test]
async fn the_session_bus_manages_models() {
    let Some(place) = Place::open("the_session_bus_manages_models") else {
        return;
    };
    let _daemon = place.start_daemon();
    let connection = zbus::connection::Builder::address(place.bus_address.as_str())
        .method_timeout(Duration::from_secs(120))
        .build()
        .await
        .unwrap();
    let models = ModelsProxy::new(&connection).await.unwrap();
    let mut changes = models.receive_changed().await.unwrap();
    let dictation = DictationProxy::builder(&connection)
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await
        .unwrap();
    let started = tokio::time::timeout(PATIENCE, async {
        while dictation.model().await.ok().as_deref() != Some("starter-en") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    started.await.expect("the daemon starts");
    let built_in = list(&models, "starter-en").await.unwrap();
    assert!(built_in.in_use && !built_in.removable);
    assert!(built_in.size_bytes > 1_000_000);

    let install = place.sotto(&["models", "install", "twin"]);
    let installing = tokio::task::spawn_blocking(move || limited(&install).output().unwrap());
    wait_changed(&mut changes, "the model to be listed", async || {
        list(&models, "twin").await.is_some()
    })
    .await;
    assert!(installing.await.unwrap().status.success());
    let twin = list(&models, "twin").await.unwrap();
    assert_eq!(
        (twin.name.as_str(), twin.languages.as_slice()),
        ("Twin", &["en".to_owned()][..])
    );
    assert!(!twin.in_use && twin.removable);

    assert!(matches!(
        models.use_model("none").await,
        Err(ModelsError::NotInstalled(_))
    ));
    models.use_model("twin").await.unwrap();
    wait_changed(&mut changes, "the model to be used", async || {
        list(&models, "twin").await.unwrap().in_use && dictation.model().await.unwrap() == "twin"
    })
    .await;
    assert!(place.settings().contains("id = \"twin\""));
    assert!(place.settings().contains("# Settings of Sotto."));
    assert!(models.bench("twin").await.unwrap() > 0.0);
    assert!(matches!(
        models.bench("none").await,
        Err(ModelsError::NotInstalled(_))
    ));
    assert!(matches!(
        models.remove("twin").await,
        Err(ModelsError::InUse(_))
    ));
    assert!(matches!(
        models.remove("starter-en").await,
        Err(ModelsError::NotRemovable(_))
    ));
    models.use_model("starter-en").await.unwrap();
    wait_changed(&mut changes, "the built-in model to be used", async || {
        list(&models, "starter-en").await.unwrap().in_use
    })
    .await;
    models.remove("twin").await.unwrap();
    wait_changed(&mut changes, "the model to be gone", async || {
        list(&models, "twin").await.is_none()
    })
    .await;
    assert!(!Path::new(&place.path("data/sotto/models/twin")).exists());
}

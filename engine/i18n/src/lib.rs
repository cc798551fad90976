//! Translations: which language the person reads, and the catalogue of messages in it.
//!
//! A program calls [`speak!`] once at its start; `tr::tr!("…")` then gives the person's language,
//! and English where there is no catalogue for it.
//! A library crate that holds sentences of its own calls it in a function of its own, because
//! `tr!` looks its translator up by crate.
//!
//! Catalogues are `.mo` files of the domain `sotto`, made from `po/*.po`
//! (<https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html>).
//! They are read here and not by the reader that comes with `tr`, which mixes up the context of a
//! message with the message and trusts the lengths that a damaged file gives.

mod catalogue;
mod locale;
mod plural;

use std::{borrow::Cow, io, sync::LazyLock};

pub use catalogue::{Catalogue, CatalogueError, WebCatalogue};
pub use locale::{Surroundings, candidates};
pub use plural::{PluralRule, RuleError};
pub use tr;

/// Name of the catalogue files, without `.mo`.
pub const DOMAIN: &str = "sotto";

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Surroundings::of_process().catalogue());

/// The catalogue of this process: chosen at the first call, by the environment.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The translation of a message that is not a literal where it is needed, such as a help text.
pub fn translate(message: &str) -> Cow<'_, str> {
    tr::Translator::translate(catalogue(), message, None)
}

/// What the operating system said, for the end of a sentence about a file.
pub fn io_cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => tr::tr!("it does not exist"),
        io::ErrorKind::PermissionDenied => tr::tr!("permission is denied"),
        io::ErrorKind::StorageFull => tr::tr!("the disk is full"),
        io::ErrorKind::ReadOnlyFilesystem => tr::tr!("the file system is read-only"),
        io::ErrorKind::IsADirectory => tr::tr!("it is a directory"),
        io::ErrorKind::NotADirectory => tr::tr!("a part of its path is no directory"),
        _ => error.to_string(),
    }
}

/// Makes `tr!` in this crate speak the person's language; [`speak!`] calls it.
#[doc(hidden)]
pub fn speak_here() {
    tr::set_translator!(OfProcess);
}

/// Gives `tr!` the catalogue of this process.
#[derive(Debug, Clone, Copy)]
pub struct OfProcess;

impl tr::Translator for OfProcess {
    fn translate<'a>(&'a self, message: &'a str, context: Option<&'a str>) -> Cow<'a, str> {
        catalogue().translate(message, context)
    }

    fn ntranslate<'a>(
        &'a self,
        n: u64,
        singular: &'a str,
        plural: &'a str,
        context: Option<&'a str>,
    ) -> Cow<'a, str> {
        catalogue().ntranslate(n, singular, plural, context)
    }
}

/// Makes `tr!` in the calling crate speak the person's language.
#[macro_export]
macro_rules! speak {
    () => {{
        $crate::speak_here();
        $crate::tr::set_translator!($crate::OfProcess)
    }};
}

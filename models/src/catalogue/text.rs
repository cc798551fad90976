//! The text of a catalogue: TOML, checked entry by entry.
//!
//! Unknown keys are errors, so that a misspelled one is found.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Catalogue, CatalogueModel, CatalogueProblem, ErrorRate, Family, HubFile, LetterCase, License,
    LicenseKind, ModelSource, Writing,
};
use crate::{
    FileRole, SourceUrl,
    manifest::{is_id, is_inside, is_sha256, line_of_offset},
};

/// The catalogue format that this program reads.
const FORMAT: i64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueText {
    format: Spanned<i64>,
    #[serde(default)]
    models: Vec<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelText {
    id: String,
    name: String,
    languages: Vec<String>,
    license: String,
    license_kind: LicenseKind,
    #[serde(default)]
    license_note: String,
    #[serde(default)]
    description: String,
    family: Family,
    latency_ms: Option<u32>,
    case: LetterCase,
    punctuation: bool,
    #[serde(default)]
    error_rates: Vec<ErrorRate>,
    #[serde(default)]
    error_rates_source: String,
    #[serde(default)]
    built_in: bool,
    repository: Option<String>,
    commit: Option<String>,
    #[serde(default)]
    files: Vec<HubFile>,
    archive: Option<ArchiveText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchiveText {
    url: String,
    size: u64,
    sha256: String,
}

pub(super) fn parse(text: &str, file: &Path) -> Catalogue {
    let mut catalogue = Catalogue::default();
    let problem = |offset: usize, reason: String| CatalogueProblem {
        file: file.to_owned(),
        line: Some(line_of_offset(text, offset)),
        reason,
    };
    let list: CatalogueText = match toml::from_str(text) {
        Ok(list) => list,
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            let reason = one_line(error.message());
            catalogue.problems.push(problem(offset, reason));
            return catalogue;
        }
    };
    let format = *list.format.get_ref();
    if format != FORMAT {
        catalogue.problems.push(problem(
            list.format.span().start,
            format!("format {format} is not known here, only {FORMAT}: update the program"),
        ));
        return catalogue;
    }
    for entry in list.models {
        let offset = entry.span().start;
        let entry = entry.into_inner();
        let named = entry.get("id").and_then(toml::Value::as_str).map_or_else(
            || "a model".to_owned(),
            |id| format!("\"{}\"", id.escape_debug()),
        );
        let model = entry
            .try_into::<ModelText>()
            .map_err(|error| one_line(error.message()))
            .and_then(ModelText::check);
        match model {
            Ok(model) if catalogue.model(&model.id).is_some() => catalogue.problems.push(problem(
                offset,
                format!("{named} is left out: it is listed twice"),
            )),
            Ok(model) => catalogue.models.push(model),
            Err(reason) => catalogue
                .problems
                .push(problem(offset, format!("{named} is left out: {reason}"))),
        }
    }
    catalogue
}

fn one_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join(", ")
}

impl ModelText {
    fn check(self) -> Result<CatalogueModel, String> {
        if !is_id(&self.id) {
            return Err("its id may have a-z, 0-9, '-', '_' and '.' only".to_owned());
        }
        if self.languages.is_empty() || !self.languages.iter().all(|tag| is_language(tag)) {
            return Err("languages must be BCP 47 tags such as \"en\" or \"pt-BR\"".to_owned());
        }
        let rates_possible = self
            .error_rates
            .iter()
            .all(|rate| rate.percent.is_finite() && rate.percent >= 0.0);
        if !rates_possible {
            return Err("an error rate must be a number of percent".to_owned());
        }
        if self.error_rates.is_empty() != self.error_rates_source.is_empty() {
            return Err("error_rates and error_rates_source go together".to_owned());
        }
        let source = source(
            self.built_in,
            self.repository,
            self.commit,
            self.files,
            self.archive,
        )?;
        Ok(CatalogueModel {
            id: self.id,
            name: self.name,
            languages: self.languages,
            license: License {
                name: self.license,
                kind: self.license_kind,
                note: self.license_note,
            },
            description: self.description,
            family: self.family,
            latency_ms: self.latency_ms,
            writes: Writing {
                case: self.case,
                punctuation: self.punctuation,
            },
            error_rates: self.error_rates,
            error_rates_source: self.error_rates_source,
            source,
        })
    }
}

fn source(
    built_in: bool,
    repository: Option<String>,
    commit: Option<String>,
    files: Vec<HubFile>,
    archive: Option<ArchiveText>,
) -> Result<ModelSource, String> {
    match (built_in, repository, archive) {
        (true, None, None) if files.is_empty() && commit.is_none() => Ok(ModelSource::BuiltIn),
        (false, Some(repository), None) => {
            let repository = SourceUrl::parse(&repository).map_err(|error| error.to_string())?;
            if repository.path().matches('/').count() != 2 || repository.path().contains(['?', '%'])
            {
                return Err(format!("\"{repository}\" must end in /owner/name"));
            }
            if commit.as_deref().is_some_and(|commit| !is_commit(commit)) {
                return Err("commit must be 40 lower-case hexadecimal digits".to_owned());
            }
            check_files(&files)?;
            Ok(ModelSource::Hub {
                repository,
                commit,
                files,
            })
        }
        (false, None, Some(archive)) if files.is_empty() && commit.is_none() => {
            if !is_sha256(&archive.sha256) {
                return Err(
                    "sha256 of the archive is not 64 lower-case hexadecimal digits".to_owned(),
                );
            }
            Ok(ModelSource::Archive {
                url: SourceUrl::parse(&archive.url).map_err(|error| error.to_string())?,
                size: archive.size,
                sha256: archive.sha256,
            })
        }
        _ => Err(
            "it needs either a repository with files, or an archive, or built_in = true".to_owned(),
        ),
    }
}

fn check_files(files: &[HubFile]) -> Result<(), String> {
    for (file_idx, file) in files.iter().enumerate() {
        let shown = file.path.display();
        if !is_inside(&file.path) || file.path.to_str().is_none_or(|path| path.contains("//")) {
            return Err(format!("\"{shown}\" is not a path in a repository"));
        }
        if file.name() == Path::new(crate::MANIFEST_FILE) {
            return Err(format!("\"{shown}\" has the name of the manifest"));
        }
        if file.sha256.as_deref().is_some_and(|hash| !is_sha256(hash)) {
            return Err(format!(
                "sha256 of \"{shown}\" is not 64 lower-case hexadecimal digits"
            ));
        }
        let earlier = &files[..file_idx];
        if earlier.iter().any(|earlier| earlier.role == file.role) {
            return Err(format!("\"{shown}\" is a second file of the same role"));
        }
        if earlier.iter().any(|earlier| earlier.name() == file.name()) {
            return Err(format!("\"{shown}\" has the name of another file"));
        }
    }
    let has = |role| files.iter().any(|file| file.role == role);
    match FileRole::missing_from(has) {
        Some(missing) => Err(format!("it has no {missing}")),
        None => Ok(()),
    }
}

/// A commit of a repository.
pub(crate) fn is_commit(text: &str) -> bool {
    text.len() == 40
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len())
        && tag.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

//! The networks of a bundle: from the graphs that an earlier load kept, else from their files.
//!
//! A kept graph that cannot be used is made again without a word: it is a copy of what the files
//! say, and nobody but this program reads it.

use std::{error::Error, path::Path, sync::Arc};

use anyhow::Context;
use sotto_core::{
    model::{
        LoadOptions, Model, ModelBytes, ModelFile, ModelFiles, PreparedGraph, SharedBytes,
        prepared_format,
    },
    punctuate::{Punctuator, PunctuatorError, PunctuatorFiles},
};
use sotto_models::{Bundle, FileBytes, FileRole, GraphCache, GraphKey, ModelError, StampStore};

use super::{read, read_optional};

/// One network of a bundle.
struct Network<'a> {
    path: &'a Path,
    /// The path for messages.
    name: String,
    /// Absent if the file's content cannot be told, and then nothing is kept.
    key: Option<GraphKey>,
}

impl<'a> Network<'a> {
    /// `made_by` says what the graph depends on besides its file.
    fn of(
        bundle: &'a Bundle,
        role: FileRole,
        made_by: &str,
        stamps: &StampStore,
    ) -> Result<Self, ModelError> {
        let path = bundle
            .file(role)
            .ok_or_else(|| ModelError::FileMissing(bundle.dir().join(role.to_string())))?;
        let sha256 = bundle.sha256(role, stamps);
        Ok(Self {
            path,
            name: path.display().to_string(),
            key: sha256.map(|sha256| GraphKey::new(path, &sha256, made_by)),
        })
    }
}

/// Loads the networks that hear.
pub(super) fn acoustic(
    bundle: &Bundle,
    options: &LoadOptions,
    cache: &GraphCache,
    stamps: &StampStore,
) -> anyhow::Result<Model> {
    let roles: &[FileRole] = if bundle.file(FileRole::Ctc).is_some() {
        &[FileRole::Ctc]
    } else {
        &[FileRole::Encoder, FileRole::Predictor, FileRole::Joiner]
    };
    let made_by = format!("{}, {options:?}", prepared_format());
    let networks = roles
        .iter()
        .map(|role| Network::of(bundle, *role, &made_by, stamps))
        .collect::<Result<Vec<_>, ModelError>>()?;
    load(&networks, cache, |files| {
        let files = match *files {
            [encoder, predictor, joiner] => ModelFiles::Transducer {
                encoder,
                predictor,
                joiner,
            },
            _ => ModelFiles::Ctc { model: files[0] },
        };
        Model::load_and_prepare(&files, options)
    })
}

/// Loads the network that punctuates, if the bundle has one.
pub(super) fn punctuator(
    bundle: &Bundle,
    cache: &GraphCache,
    stamps: &StampStore,
) -> anyhow::Result<Option<Punctuator>> {
    if bundle.file(FileRole::Punctuation).is_none() {
        return Ok(None);
    }
    let network = Network::of(bundle, FileRole::Punctuation, &prepared_format(), stamps)?;
    let pieces = read(bundle, FileRole::PunctuationPieces)?;
    let mixed_case = read_optional(bundle, FileRole::MixedCase)?;
    let punctuator = load(&[network], cache, |files| {
        let files = PunctuatorFiles {
            graph: files[0],
            pieces: (&pieces.name, pieces.bytes.as_ref()),
            mixed_case: mixed_case.as_ref().map_or(&[], |file| file.bytes.as_ref()),
        };
        let (punctuator, prepared) = Punctuator::load_and_prepare(files)?;
        Ok::<_, PunctuatorError>((punctuator, prepared.into_iter().collect()))
    })?;
    Ok(Some(punctuator))
}

/// Loads something from what was kept of its networks; if that cannot be used, from their files.
/// What the loading prepared is kept.
fn load<T, E: Error + Send + Sync + 'static>(
    networks: &[Network<'_>],
    cache: &GraphCache,
    from_files: impl Fn(&[ModelFile<'_>]) -> Result<(T, Vec<PreparedGraph>), E>,
) -> anyhow::Result<T> {
    let kept: Vec<Option<FileBytes>> = networks
        .iter()
        .map(|network| cache.open(network.key.as_ref()?))
        .collect();
    if kept.iter().any(Option::is_some) {
        if let Ok((loaded, prepared)) = from_bytes(networks, kept, &from_files)? {
            keep(cache, networks, &prepared);
            return Ok(loaded);
        }
        for key in networks.iter().filter_map(|network| network.key.as_ref()) {
            cache.forget(key);
        }
    }
    let nothing = networks.iter().map(|_| None).collect();
    let (loaded, prepared) = from_bytes(networks, nothing, &from_files)??;
    keep(cache, networks, &prepared);
    Ok(loaded)
}

/// Takes each network from what was kept of it, else from its file.
///
/// The outer error is a file that cannot be read.
fn from_bytes<T>(
    networks: &[Network<'_>],
    kept: Vec<Option<FileBytes>>,
    load: impl Fn(&[ModelFile<'_>]) -> T,
) -> anyhow::Result<T> {
    let contents = networks
        .iter()
        .zip(kept)
        .map(|(network, kept)| match kept {
            Some(kept) => Ok(Content::Kept(Arc::new(kept))),
            None => FileBytes::open(network.path)
                .map(Content::Onnx)
                .with_context(|| tr::tr!("{} cannot be read", network.name)),
        })
        .collect::<anyhow::Result<Vec<Content>>>()?;
    let files: Vec<ModelFile<'_>> = networks
        .iter()
        .zip(&contents)
        .map(|(network, content)| ModelFile {
            name: &network.name,
            bytes: match content {
                Content::Onnx(bytes) => ModelBytes::Onnx(bytes.as_ref()),
                Content::Kept(bytes) => ModelBytes::Prepared(bytes),
            },
        })
        .collect();
    Ok(load(&files))
}

/// What a network is read from.
enum Content {
    Onnx(FileBytes),
    Kept(SharedBytes),
}

fn keep(cache: &GraphCache, networks: &[Network<'_>], prepared: &[PreparedGraph]) {
    for graph in prepared {
        let network = networks.iter().find(|network| network.name == graph.file);
        if let Some(key) = network.and_then(|network| network.key.as_ref()) {
            cache.keep(key, &graph.parts());
        }
    }
}

#[cfg(test)]
mod tests;

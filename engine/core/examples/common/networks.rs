//! The networks that a command line names.

use std::{fs, io};

use sotto_core::model::{ModelBytes, ModelFile, ModelFiles};

/// The contents of the files.
pub(crate) fn read(names: &[String]) -> io::Result<Vec<Vec<u8>>> {
    names.iter().map(fs::read).collect()
}

/// One file for a CTC model; encoder, decoder and joiner for a transducer.
pub(crate) fn in_order<'a>(
    names: &'a [String],
    contents: &'a [Vec<u8>],
) -> Result<ModelFiles<'a>, String> {
    let files: Vec<_> = names
        .iter()
        .zip(contents)
        .map(|(name, bytes)| ModelFile {
            name,
            bytes: ModelBytes::Onnx(bytes),
        })
        .collect();
    ModelFiles::in_order(&files).ok_or_else(|| {
        format!(
            "{} networks are neither a CTC model nor a transducer",
            files.len()
        )
    })
}

//! Which files of a directory make up a model, by the names the public archives use.
//!
//! `encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx`, `encoder.onnx`, `model.int8.onnx`,
//! `ctc-epoch-30-avg-3-chunk-16-left-128.onnx`, with `tokens.txt` and perhaps `bpe.vocab`.
//!
//! Where an archive holds a graph twice, the `int8` one is taken for encoder, joiner and CTC
//! (a third of the memory, same accuracy within noise) and the full-precision one for the
//! predictor, which is small and loses the most by rounding.

use std::collections::BTreeMap;

use crate::FileRole;

/// A network file taken apart: `ROLE VARIANT [.int8|.fp16] .onnx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NetworkFile<'a> {
    name: &'a str,
    role: FileRole,
    /// What follows the role, the same for all networks of a set.
    variant: &'a str,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    Int8,
    Fp32,
    Fp16,
}

impl<'a> NetworkFile<'a> {
    /// The least is taken.
    const fn rank(&self) -> (u8, &'a str, &'a str) {
        let precision = match (self.role, self.precision) {
            (FileRole::Predictor, Precision::Fp32) => 0,
            (_, Precision::Int8) => 1,
            (_, Precision::Fp32) => 2,
            (_, Precision::Fp16) => 3,
        };
        (precision, self.variant, self.name)
    }
}

const ROLES: [(&str, FileRole); 6] = [
    ("encoder", FileRole::Encoder),
    ("decoder", FileRole::Predictor),
    ("predictor", FileRole::Predictor),
    ("joiner", FileRole::Joiner),
    ("model", FileRole::Ctc),
    ("ctc", FileRole::Ctc),
];

/// The file for each role that these names hold; the set may be incomplete.
pub(crate) fn recognize(names: &[String]) -> BTreeMap<FileRole, String> {
    let networks: Vec<NetworkFile<'_>> = names.iter().filter_map(|name| take_apart(name)).collect();
    let best = |role: FileRole, variant: Option<&str>| {
        let of_the_role = networks.iter().filter(|file| file.role == role);
        of_the_role
            .filter(|file| variant.is_none_or(|variant| file.variant == variant))
            .min_by(|a, b| a.rank().cmp(&b.rank()))
    };
    let mut files = BTreeMap::new();
    if let Some(encoder) = best(FileRole::Encoder, None) {
        files.insert(FileRole::Encoder, encoder.name.to_owned());
        for role in [FileRole::Predictor, FileRole::Joiner] {
            let of_the_set = best(role, Some(encoder.variant)).or_else(|| best(role, None));
            files.extend(of_the_set.map(|file| (role, file.name.to_owned())));
        }
    } else {
        let others = [FileRole::Predictor, FileRole::Joiner, FileRole::Ctc];
        let found = others.into_iter().filter_map(|role| best(role, None));
        files.extend(found.map(|file| (file.role, file.name.to_owned())));
    }
    for (role, wanted) in [
        (FileRole::Tokens, "tokens.txt"),
        (FileRole::Pieces, "bpe.vocab"),
    ] {
        let found = names.iter().find(|name| *name == wanted);
        files.extend(found.map(|name| (role, name.clone())));
    }
    files
}

fn take_apart(name: &str) -> Option<NetworkFile<'_>> {
    let stem = name.strip_suffix(".onnx")?;
    let (stem, precision) = if let Some(stem) = stem.strip_suffix(".int8") {
        (stem, Precision::Int8)
    } else if let Some(stem) = stem.strip_suffix(".fp16") {
        (stem, Precision::Fp16)
    } else {
        (stem, Precision::Fp32)
    };
    let (variant, role) = ROLES
        .iter()
        .find_map(|(prefix, role)| Some((stem.strip_prefix(prefix)?, *role)))?;
    let whole_word = variant.is_empty() || variant.starts_with(['-', '_', '.']);
    whole_word.then_some(NetworkFile {
        name,
        role,
        variant,
        precision,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[(FileRole, &str)]) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let expected: BTreeMap<_, _> = expected
            .iter()
            .map(|(role, name)| (*role, (*name).to_owned()))
            .collect();
        assert_eq!(recognize(&names), expected);
    }

    #[test]
    fn public_archives_are_known_by_their_file_names() {
        use FileRole::{Ctc, Encoder, Joiner, Pieces, Predictor, Tokens};
        check(
            &[
                "README.md",
                "bpe.vocab",
                "decoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "decoder-epoch-99-avg-1-chunk-16-left-128.onnx",
                "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "encoder-epoch-99-avg-1-chunk-16-left-128.onnx",
                "joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "joiner-epoch-99-avg-1-chunk-16-left-128.onnx",
                "tokens.txt",
            ],
            &[
                (
                    Encoder,
                    "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                ),
                (Predictor, "decoder-epoch-99-avg-1-chunk-16-left-128.onnx"),
                (Joiner, "joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx"),
                (Tokens, "tokens.txt"),
                (Pieces, "bpe.vocab"),
            ],
        );
        check(
            &[
                "decoder.int8.onnx",
                "encoder.int8.onnx",
                "joiner.int8.onnx",
                "tokens.txt",
            ],
            &[
                (Encoder, "encoder.int8.onnx"),
                (Predictor, "decoder.int8.onnx"),
                (Joiner, "joiner.int8.onnx"),
                (Tokens, "tokens.txt"),
            ],
        );
        check(
            &["model.int8.onnx", "model.onnx", "tokens.txt"],
            &[(Ctc, "model.int8.onnx"), (Tokens, "tokens.txt")],
        );
        check(
            &[
                "ctc-epoch-30-avg-3-chunk-16-left-128.int8.onnx",
                "tokens.txt",
                "modelling.onnx",
            ],
            &[
                (Ctc, "ctc-epoch-30-avg-3-chunk-16-left-128.int8.onnx"),
                (Tokens, "tokens.txt"),
            ],
        );
    }

    #[test]
    fn networks_of_one_set_stay_together() {
        use FileRole::{Encoder, Joiner, Predictor, Tokens};
        check(
            &[
                "decoder-chunk-16.onnx",
                "decoder-chunk-64.onnx",
                "encoder-chunk-64.onnx",
                "joiner-chunk-16.int8.onnx",
                "joiner-chunk-64.onnx",
                "tokens.txt",
            ],
            &[
                (Encoder, "encoder-chunk-64.onnx"),
                (Predictor, "decoder-chunk-64.onnx"),
                (Joiner, "joiner-chunk-64.onnx"),
                (Tokens, "tokens.txt"),
            ],
        );
    }

    #[test]
    fn half_precision_is_the_last_choice() {
        use FileRole::Ctc;
        check(&["model.fp16.onnx", "model.onnx"], &[(Ctc, "model.onnx")]);
        check(&["model.fp16.onnx"], &[(Ctc, "model.fp16.onnx")]);
        check(&["models.onnx", "silero_vad.onnx"], &[]);
    }
}

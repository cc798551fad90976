//! Which files of a folder make up a model, by the names the public archives use.
//!
//! `encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx`, `encoder.onnx`, `model.int8.onnx`,
//! `ctc-epoch-30-avg-3-chunk-16-left-128.onnx`, with `tokens.txt` and perhaps `bpe.vocab` or
//! `bpe.model`. Of two builds of one network the int8 one is taken: it is smaller and faster.

/// The files of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// One network.
    Ctc {
        /// The network.
        model: String,
        /// The token table.
        tokens: String,
        /// The piece list for spelling hotwords.
        pieces: Option<String>,
    },
    /// Three networks.
    Transducer {
        /// The encoder.
        encoder: String,
        /// The label network.
        predictor: String,
        /// The joiner.
        joiner: String,
        /// The token table.
        tokens: String,
        /// The piece list for spelling hotwords.
        pieces: Option<String>,
    },
}

/// A network file taken apart: `ROLE VARIANT [.int8|.fp16] .onnx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NetworkFile<'a> {
    name: &'a str,
    role: Role,
    /// What follows the role, the same for all networks of a set.
    variant: &'a str,
    precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Encoder,
    Predictor,
    Joiner,
    Ctc,
}

/// In order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Int8,
    Fp32,
    Fp16,
}

const ROLES: [(&str, Role); 5] = [
    ("encoder", Role::Encoder),
    ("decoder", Role::Predictor),
    ("joiner", Role::Joiner),
    ("model", Role::Ctc),
    ("ctc", Role::Ctc),
];

/// The model that a folder with these file names holds, if it holds a whole one.
#[must_use]
pub fn recognize_layout(file_names: &[&str]) -> Option<Layout> {
    let named = |wanted: &str| {
        file_names
            .iter()
            .find(|name| base(name) == wanted)
            .map(ToString::to_string)
    };
    let tokens = named("tokens.txt")?;
    let pieces = named("bpe.vocab").or_else(|| named("bpe.model"));
    let networks: Vec<NetworkFile<'_>> = file_names
        .iter()
        .filter_map(|name| take_apart(name))
        .collect();
    let best = |role: Role, variant: Option<&str>| {
        let fits = |file: &&NetworkFile<'_>| {
            file.role == role && variant.is_none_or(|variant| file.variant == variant)
        };
        networks
            .iter()
            .filter(fits)
            .min_by_key(|file| (file.precision, file.variant, file.name))
    };
    if let Some(encoder) = best(Role::Encoder, None) {
        let of_the_set = |role| best(role, Some(encoder.variant)).or_else(|| best(role, None));
        return Some(Layout::Transducer {
            encoder: encoder.name.to_owned(),
            predictor: of_the_set(Role::Predictor)?.name.to_owned(),
            joiner: of_the_set(Role::Joiner)?.name.to_owned(),
            tokens,
            pieces,
        });
    }
    let model = best(Role::Ctc, None)?.name.to_owned();
    Some(Layout::Ctc {
        model,
        tokens,
        pieces,
    })
}

fn take_apart(name: &str) -> Option<NetworkFile<'_>> {
    let stem = base(name).strip_suffix(".onnx")?;
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

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transducer(names: &[&str]) -> [String; 3] {
        match recognize_layout(names) {
            Some(Layout::Transducer {
                encoder,
                predictor,
                joiner,
                ..
            }) => [encoder, predictor, joiner],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn int8_is_preferred_file_by_file() {
        let names = [
            "encoder-epoch-99-avg-1-chunk-16-left-128.onnx",
            "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
            "decoder-epoch-99-avg-1-chunk-16-left-128.onnx",
            "joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
            "joiner-epoch-99-avg-1-chunk-16-left-128.onnx",
            "tokens.txt",
            "README.md",
            "test_wavs/0.wav",
        ];
        assert_eq!(
            transducer(&names),
            [
                "encoder-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
                "decoder-epoch-99-avg-1-chunk-16-left-128.onnx",
                "joiner-epoch-99-avg-1-chunk-16-left-128.int8.onnx",
            ]
        );
    }

    #[test]
    fn networks_of_one_set_stay_together() {
        let names = [
            "tokens.txt",
            "encoder-chunk-64.onnx",
            "decoder-chunk-16.onnx",
            "decoder-chunk-64.onnx",
            "joiner-chunk-64.onnx",
            "joiner-chunk-16.int8.onnx",
        ];
        assert_eq!(
            transducer(&names)[1..],
            ["decoder-chunk-64.onnx", "joiner-chunk-64.onnx"]
        );
    }

    #[test]
    fn ctc_names_and_piece_lists() {
        for model in [
            "model.int8.onnx",
            "model.onnx",
            "ctc-epoch-30-avg-3-chunk-16-left-128.int8.onnx",
        ] {
            let layout = recognize_layout(&["bpe.model", "bpe.vocab", "tokens.txt", model]);
            let pieces = Some("bpe.vocab".to_owned());
            let tokens = "tokens.txt".to_owned();
            assert_eq!(
                layout,
                Some(Layout::Ctc {
                    model: model.to_owned(),
                    tokens,
                    pieces
                })
            );
        }
        let both = recognize_layout(&[
            "model.onnx",
            "model.int8.onnx",
            "model.fp16.onnx",
            "tokens.txt",
        ]);
        assert!(matches!(both, Some(Layout::Ctc { model, .. }) if model == "model.int8.onnx"));
    }

    #[test]
    fn an_incomplete_folder_is_no_model() {
        assert_eq!(recognize_layout(&["model.onnx"]), None);
        assert_eq!(recognize_layout(&["tokens.txt"]), None);
        assert_eq!(
            recognize_layout(&["tokens.txt", "encoder.onnx", "joiner.onnx"]),
            None
        );
        assert_eq!(
            recognize_layout(&["tokens.txt", "models.onnx", "silero_vad.onnx"]),
            None
        );
    }
}

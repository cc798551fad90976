//! NeMo cache-aware FastConformer (CTC and transducer, Nemotron included).
//!
//! Inputs: `audio_signal` `[1, bins, window_size]`, `length` (always `window_size`),
//! `cache_last_channel` and `cache_last_time` (sizes in the metadata), `cache_last_channel_len`
//! (a whole number, `[1]`), and for multilingual models `prompt_index`.
//! Outputs: activations `[1, dim, frames]` or logits `[1, frames, vocabulary]`, a length, then
//! the next value of each cache.
//!
//! Our own models have a second output, `phone_logits` `[1, frames, phones and blank]`, and name the
//! phones in their metadata; other programs read the first.
//!
//! The graph drops the encoder frames of its own history, `window_size - chunk_shift` feature
//! frames, which for the first window are zeros.
//! Source: sherpa-onnx `scripts/nemo`, `online-nemo-ctc-model.cc`, `online-transducer-nemo-model.cc`.

use std::collections::BTreeMap;

use super::contract::{Contract, OutputAxes, Rows, WindowAxes};
use super::encoder::{EncoderSpec, FeatureSet};
use super::error::LoadError;
use super::files::LoadOptions;
use super::graph::{FixedInput, Proto};

/// The output with scores of phones.
const PHONE_OUTPUT: &str = "phone_logits";

pub(super) fn recognizes(proto: &Proto<'_>) -> bool {
    ["audio_signal", "cache_last_channel", "cache_last_time"]
        .iter()
        .all(|name| proto.has_input(name))
}

pub(super) fn ctc_contract(
    proto: &Proto<'_>,
    options: &LoadOptions,
) -> Result<Contract, LoadError> {
    contract(proto, options, OutputAxes::FramesColumns, Rows::TokenScores)
}

pub(super) fn transducer_contract(
    proto: &Proto<'_>,
    options: &LoadOptions,
) -> Result<Contract, LoadError> {
    contract(proto, options, OutputAxes::ColumnsFrames, Rows::Activations)
}

/// The id of the blank symbol, which is the last.
pub(super) fn blank(proto: &Proto<'_>) -> Result<u32, LoadError> {
    let vocab_size = proto.metadata().size("vocab_size")?;
    u32::try_from(vocab_size).map_err(|_| proto.metadata().error("vocab_size", "is too large"))
}

/// The id of the blank symbol after the phones.
fn phone_blank(proto: &Proto<'_>) -> Result<u32, LoadError> {
    let metadata = proto.metadata();
    let n_phones = metadata.required("phones")?.split_whitespace().count();
    u32::try_from(n_phones).map_err(|_| metadata.error("phones", "are too many"))
}

fn contract(
    proto: &Proto<'_>,
    options: &LoadOptions,
    output_axes: OutputAxes,
    rows: Rows,
) -> Result<Contract, LoadError> {
    let metadata = proto.metadata();
    match metadata.get("normalize_type") {
        None | Some("" | "NA") => {}
        Some(other) => {
            let problem = format!("is `{other}`; only models without normalization are supported");
            return Err(metadata.error("normalize_type", &problem));
        }
    }
    let (window_frames, shift_frames) =
        (metadata.size("window_size")?, metadata.size("chunk_shift")?);
    if window_frames < shift_frames {
        let problem = format!("is {window_frames}, less than chunk_shift {shift_frames}");
        return Err(metadata.error("window_size", &problem));
    }
    let bins = bins(proto)?;
    let cache = |name: &str| -> Result<FixedInput, LoadError> {
        let mut shape = vec![1];
        for axis in 1..=3 {
            shape.push(metadata.size(&format!("{name}_dim{axis}"))?);
        }
        Ok(FixedInput {
            name: name.to_owned(),
            shape,
        })
    };
    let length = FixedInput {
        name: "cache_last_channel_len".to_owned(),
        shape: vec![1],
    };
    let states = vec![
        (cache("cache_last_channel")?, proto.output_name(2)?),
        (cache("cache_last_time")?, proto.output_name(3)?),
        (length, proto.output_name(4)?),
    ];
    let mut constants = vec![(
        "length".to_owned(),
        i64::try_from(window_frames).unwrap_or(i64::MAX),
    )];
    if proto.has_input("prompt_index") {
        constants.push(("prompt_index".to_owned(), prompt_index(proto, options)?));
    }
    let mut spec = EncoderSpec::new(FeatureSet::Nemo { bins }, window_frames, shift_frames);
    spec.left_padding_frames = window_frames - shift_frames;
    let output = if options.phones {
        spec.blank = phone_blank(proto)?;
        PHONE_OUTPUT.to_owned()
    } else {
        spec.blank = blank(proto)?;
        proto.output_name(0)?
    };
    Ok(Contract {
        spec,
        window: FixedInput {
            name: "audio_signal".to_owned(),
            shape: vec![1, bins, window_frames],
        },
        window_axes: WindowAxes::BinsFrames,
        constants,
        states,
        output,
        output_axes,
        rows,
    })
}

/// Mel bins: from the graph where it fixes them, else from the metadata.
fn bins(proto: &Proto<'_>) -> Result<usize, LoadError> {
    let port = proto
        .inputs()
        .into_iter()
        .find(|port| port.name == "audio_signal");
    match port.as_ref().map(|port| &port.shape[..]) {
        Some([_, Some(bins), _]) => Ok(*bins),
        _ => proto.metadata().size("feat_dim"),
    }
}

/// The prompt of a language: the exact tag, else the first of the same language, else detection.
fn prompt_index(proto: &Proto<'_>, options: &LoadOptions) -> Result<i64, LoadError> {
    let metadata = proto.metadata();
    let automatic = || {
        let text = metadata.required("auto_prompt_id")?;
        text.trim()
            .parse()
            .map_err(|_| metadata.error("auto_prompt_id", "is not a whole number"))
    };
    let Some(language) = options.language.as_deref() else {
        return automatic();
    };
    let prompts: BTreeMap<String, i64> = parse_prompts(metadata.required("prompt_dictionary")?)
        .ok_or_else(|| metadata.error("prompt_dictionary", "is not a table of languages"))?;
    let wanted = tag(language);
    if wanted == "auto" {
        return automatic();
    }
    if let Some(index) = prompts.get(&wanted) {
        return Ok(*index);
    }
    let base = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
    let same = prompts
        .iter()
        .filter(|(name, _)| base(name) == base(&wanted));
    same.map(|(_, index)| *index)
        .min()
        .ok_or_else(|| LoadError::UnknownLanguage {
            file: proto.file().to_owned(),
            language: language.to_owned(),
            known: prompts.keys().cloned().collect::<Vec<_>>().join(", "),
        })
}

/// `pt_BR`, `"PT-br"` and `<pt-BR>` are one tag.
fn tag(language: &str) -> String {
    let bare = language.trim().trim_matches(['"', '\'', '<', '>']);
    bare.replace('_', "-").to_lowercase()
}

/// A flat JSON object of names and whole numbers.
fn parse_prompts(json: &str) -> Option<BTreeMap<String, i64>> {
    let body = json.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    if body.is_empty() {
        return Some(BTreeMap::new());
    }
    let entry = |text: &str| {
        let (name, index) = text.rsplit_once(':')?;
        let name = name.trim().strip_prefix('"')?.strip_suffix('"')?;
        Some((tag(name), index.trim().parse().ok()?))
    };
    body.split(',').map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_prompt_dictionary() {
        let prompts = parse_prompts(r#"{"en-US": 0, "ja-JP":17 , "auto": 101}"#).unwrap();
        assert_eq!(prompts.get("ja-jp"), Some(&17));
        assert_eq!(prompts.len(), 3);
        assert_eq!(parse_prompts("{}").unwrap().len(), 0);
    }

    #[test]
    fn refuses_a_broken_prompt_dictionary() {
        for json in [
            "",
            "[1]",
            "{\"en\"}",
            "{en: 1}",
            "{\"en\": x}",
            "{\"en\": 1,}",
        ] {
            assert!(parse_prompts(json).is_none(), "{json}");
        }
    }

    #[test]
    fn spellings_of_a_tag() {
        for spelling in ["pt-BR", "pt_br", "<pt-BR>", " \"PT-BR\" "] {
            assert_eq!(tag(spelling), "pt-br");
        }
    }
}

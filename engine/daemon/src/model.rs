//! From the command line to a loaded model: finds it, verifies it, reads its files.

mod networks;

use std::{fs, path::Path, sync::Arc};

use anyhow::Context;
use sotto_core::{
    context_graph::{ContextGraph, read_phrases},
    lexicon::{LetterToSound, Lexicon},
    lm::{LanguageModel, LmBytes},
    model::LoadOptions,
    recognizer::RecognizerConfig,
    search::{BeamOptions, LmWeights},
    speech_model::{SearchMethod, Sounds, SpeechModel, SpeechModelParts},
    tokens::Tokenizer,
};
use sotto_models::{
    Bundle, Decoding, FileBytes, FileRole, GraphCache, ModelError, SearchKind, SearchPath,
    StampStore,
};

use crate::cli::RecognitionArgs;

/// Bonus for a token of a phrase without a weight, in natural log; the value that sherpa-onnx uses.
pub(crate) const DEFAULT_BOOST: f32 = 1.5;

/// A model with the configuration that the user and its manifest ask for.
pub(crate) struct LoadedModel {
    pub(crate) id: String,
    /// BCP 47 tag, where the model names its language.
    pub(crate) language: Option<String>,
    pub(crate) speech: Arc<SpeechModel>,
    pub(crate) config: RecognizerConfig,
}

/// The bytes of one file of a bundle and its name for messages.
struct NamedBytes {
    name: String,
    bytes: FileBytes,
}

impl NamedBytes {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let bytes = FileBytes::open(path).with_context(|| tr::tr!("{} cannot be read", name))?;
        Ok(Self { name, bytes })
    }
}

/// Loads the model that the arguments name.
pub(crate) fn load(args: &RecognitionArgs) -> anyhow::Result<LoadedModel> {
    let dir = SearchPath::from_environment().find(&args.model)?;
    let stamps = StampStore::in_user_cache();
    let bundle = Bundle::open(&dir, &stamps)?;
    let speech = load_bundle(&bundle, &stamps)
        .with_context(|| tr::tr!("{} cannot be used", bundle.dir().display()))?;
    let speech = Arc::new(speech);
    let hotwords = match &args.words {
        Some(path) => {
            let name = path.display().to_string();
            // Not mapped: an editor may cut it short at any time.
            let words = fs::read(path).with_context(|| tr::tr!("{} cannot be read", name))?;
            let phrases = read_phrases(&name, &words, speech.tokenizer(), DEFAULT_BOOST)?;
            Some(Arc::new(ContextGraph::new(&phrases)))
        }
        None => None,
    };
    let decoding = bundle
        .manifest()
        .map(|manifest| manifest.decoding)
        .unwrap_or_default();
    let config = RecognizerConfig {
        search: search_method(args, decoding),
        hotwords,
        min_confidence: decoding.min_confidence.unwrap_or_default(),
        ..RecognizerConfig::default()
    };
    Ok(LoadedModel {
        id: bundle.id().to_owned(),
        language: language(&bundle),
        speech,
        config,
    })
}

/// The one language of a model; none where there are many, or nobody knows.
fn language(bundle: &Bundle) -> Option<String> {
    bundle
        .manifest()
        .filter(|manifest| !manifest.language_is_open())
        .map(|manifest| manifest.language.clone())
}

fn load_bundle(bundle: &Bundle, stamps: &StampStore) -> anyhow::Result<SpeechModel> {
    let options = LoadOptions {
        language: language(bundle),
        phones: bundle.file(FileRole::Lexicon).is_some(),
    };
    let cache = GraphCache::in_user_cache();
    let acoustic = networks::acoustic(bundle, &options, &cache, stamps)?;
    let n_tokens = (!options.phones).then(|| acoustic.vocab_size());
    let tokenizer = tokenizer(bundle, n_tokens)?;
    let language_model = read_optional(bundle, FileRole::LanguageModel)?
        .map(|file| {
            let bytes: LmBytes = Arc::new(file.bytes);
            LanguageModel::from_bytes(&file.name, bytes).map(Arc::new)
        })
        .transpose()?;
    let parts = SpeechModelParts {
        acoustic,
        tokenizer,
        punctuator: networks::punctuator(bundle, &cache, stamps)?,
        language_model,
        sounds: sounds(bundle)?,
    };
    Ok(SpeechModel::new(parts)?)
}

/// Reads how words sound, for models that have a lexicon.
fn sounds(bundle: &Bundle) -> anyhow::Result<Option<Sounds>> {
    let Some(file) = read_optional(bundle, FileRole::Lexicon)? else {
        return Ok(None);
    };
    let lexicon = Lexicon::from_bytes(&file.name, file.bytes.as_ref())?;
    let letter_to_sound = match read_optional(bundle, FileRole::LetterToSound)? {
        Some(file) => LetterToSound::from_bytes(&file.name, file.bytes.as_ref(), &lexicon)?,
        None => LetterToSound::default(),
    };
    Ok(Some(Sounds {
        lexicon,
        letter_to_sound,
    }))
}

/// Reads what a model's tokens are; `vocab_size` is checked where it is known.
pub(crate) fn tokenizer(bundle: &Bundle, vocab_size: Option<usize>) -> anyhow::Result<Tokenizer> {
    let tokens = read(bundle, FileRole::Tokens)?;
    let tokenizer = Tokenizer::from_bytes(&tokens.name, tokens.bytes.as_ref(), vocab_size)?;
    Ok(match read_optional(bundle, FileRole::Pieces)? {
        Some(pieces) => tokenizer.with_piece_scores(&pieces.name, pieces.bytes.as_ref())?,
        None => tokenizer,
    })
}

fn read_optional(bundle: &Bundle, role: FileRole) -> anyhow::Result<Option<NamedBytes>> {
    bundle.file(role).map(NamedBytes::read).transpose()
}

fn read(bundle: &Bundle, role: FileRole) -> anyhow::Result<NamedBytes> {
    read_optional(bundle, role)?
        .ok_or_else(|| ModelError::FileMissing(bundle.dir().join(role.to_string())).into())
}

/// What the user says comes first, then what the manifest says, then the defaults.
fn search_method(args: &RecognitionArgs, decoding: Decoding) -> SearchMethod {
    let wants_beam = args.beam.is_some() || args.words.is_some();
    if args.greedy || (decoding.search == Some(SearchKind::Greedy) && !wants_beam) {
        return SearchMethod::Greedy;
    }
    let mut options = BeamOptions::default();
    if let Some(width) = args.beam.or(decoding.beam_width) {
        options.width = usize::from(width);
    }
    let mut weights = LmWeights::default();
    if let Some(scale) = decoding.lm_weight {
        weights.scale = scale;
    }
    if let Some(word_bonus) = decoding.word_bonus {
        weights.word_bonus = word_bonus;
    }
    if let Some(unknown_log_prob) = decoding.unknown_log_prob {
        weights.unknown_log_prob = unknown_log_prob;
    }
    SearchMethod::Beam { options, weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(beam: Option<u16>, greedy: bool) -> RecognitionArgs {
        RecognitionArgs {
            model: String::new(),
            words: None,
            beam,
            greedy,
            threads: 1,
        }
    }

    fn width(method: SearchMethod) -> Option<usize> {
        match method {
            SearchMethod::Greedy => None,
            SearchMethod::Beam { options, .. } => Some(options.width),
        }
    }

    #[test]
    fn the_user_overrides_the_manifest_and_the_manifest_the_defaults() {
        let default_width = BeamOptions::default().width;
        let beam = Decoding {
            search: Some(SearchKind::Beam),
            beam_width: Some(6),
            lm_weight: Some(0.25),
            word_bonus: None,
            unknown_log_prob: None,
            min_confidence: None,
        };
        let greedy = Decoding {
            search: Some(SearchKind::Greedy),
            ..beam
        };
        assert_eq!(
            width(search_method(&args(None, false), Decoding::default())),
            Some(default_width)
        );
        assert_eq!(width(search_method(&args(None, false), beam)), Some(6));
        assert_eq!(width(search_method(&args(Some(3), false), beam)), Some(3));
        assert_eq!(width(search_method(&args(None, true), beam)), None);
        assert_eq!(width(search_method(&args(None, false), greedy)), None);
        assert_eq!(width(search_method(&args(Some(3), false), greedy)), Some(3));
        let SearchMethod::Beam { weights, .. } = search_method(&args(None, false), beam) else {
            panic!("a beam was asked for");
        };
        assert_eq!(weights.scale, 0.25);
        assert_eq!(weights.word_bonus, LmWeights::default().word_bonus);
    }
}

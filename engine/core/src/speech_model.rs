//! Everything of a model that recognition shares: networks, tokens, punctuation, language model.

use std::fmt;
use std::sync::Arc;

use crate::context_graph::ContextGraph;
use crate::encoder::InferenceError;
use crate::fbank::{Fbank, FbankConfig, FbankError};
use crate::lexicon::{LetterToSound, Lexicon};
use crate::lm::LanguageModel;
use crate::model::{FeatureSet, Model};
use crate::punctuate::Punctuator;
use crate::search::{
    BeamOptions, Bias, CtcBeam, GreedyCtc, GreedyTransducer, LmWeights, Pronounced, Pronunciations,
    Search, Silence, TransducerBeam,
};
use crate::tokens::Tokenizer;

/// How hypotheses are sought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SearchMethod {
    /// One best path; takes neither language model nor hotwords.
    Greedy,
    /// A beam with phrases and language model.
    Beam {
        /// How much it keeps.
        options: BeamOptions,
        /// How much the language model counts.
        weights: LmWeights,
    },
}

impl Default for SearchMethod {
    fn default() -> Self {
        Self::Beam {
            options: BeamOptions::default(),
            weights: LmWeights::default(),
        }
    }
}

/// The parts of a speech model, loaded.
pub struct SpeechModelParts {
    /// The networks.
    pub acoustic: Model,
    /// The token table.
    pub tokenizer: Tokenizer,
    /// Marks and case, for models that write neither.
    pub punctuator: Option<Punctuator>,
    /// Word language model for the beam.
    pub language_model: Option<Arc<LanguageModel>>,
    /// For networks loaded with their phones: how words sound.
    pub sounds: Option<Sounds>,
}

/// How words sound.
#[derive(Debug)]
pub struct Sounds {
    /// The words that can be recognized.
    pub lexicon: Lexicon,
    /// Guesses for words of the user.
    pub letter_to_sound: LetterToSound,
}

/// Parts that do not belong together.
#[derive(Debug, thiserror::Error)]
pub enum MismatchError {
    /// The token table has another size than the network's output.
    #[error(
        "the token table has {found} rows but the speech model writes {expected} tokens: \
         they belong to different models, install the model again"
    )]
    Tokens {
        /// Rows of the table.
        found: usize,
        /// Columns of the network's output.
        expected: usize,
    },
    /// The lexicon has other phones than the network, or words that the tokens cannot spell.
    #[error("the lexicon and the speech model belong to different models: install the model again")]
    Lexicon,
    /// The features that the model asks for cannot be computed.
    #[error("the features that the speech model asks for cannot be computed: {0}")]
    Features(#[from] FbankError),
    /// Whisper features.
    #[error(
        "the speech model asks for Whisper features, which are not supported: choose another model"
    )]
    WhisperFeatures,
}

/// A speech model ready to recognize with; immutable, shared behind an `Arc`.
pub struct SpeechModel {
    acoustic: Model,
    tokenizer: Tokenizer,
    features: FbankConfig,
    punctuator: Option<Punctuator>,
    language_model: Option<Arc<LanguageModel>>,
    sounding: Option<Sounding>,
}

/// What leads from the phones of a network to words.
struct Sounding {
    listed: Arc<Pronunciations>,
    letter_to_sound: LetterToSound,
}

impl fmt::Debug for SpeechModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpeechModel")
            .field("n_tokens", &self.tokenizer.vocab_size())
            .field("punctuator", &self.punctuator)
            .field("language_model", &self.language_model.is_some())
            .finish_non_exhaustive()
    }
}

impl SpeechModel {
    /// Joins the parts after checking that they fit each other.
    ///
    /// # Errors
    /// If they are of different models, or the features are unknown.
    pub fn new(parts: SpeechModelParts) -> Result<Self, MismatchError> {
        let (found, expected) = (parts.tokenizer.vocab_size(), parts.acoustic.vocab_size());
        let sounding = match parts.sounds {
            Some(sounds) => {
                let model = parts.language_model.as_deref();
                let fits = sounds.lexicon.phones().len() + 1 == expected;
                let known = Pronunciations::new(sounds.lexicon, &parts.tokenizer, model);
                Some(Sounding {
                    listed: Arc::new(known.filter(|_| fits).ok_or(MismatchError::Lexicon)?),
                    letter_to_sound: sounds.letter_to_sound,
                })
            }
            None if found == expected => None,
            None => return Err(MismatchError::Tokens { found, expected }),
        };
        let features = match parts.acoustic.encoder().spec().features {
            FeatureSet::Kaldi { bins } => FbankConfig::kaldi(bins),
            FeatureSet::Nemo { bins } => FbankConfig::nemo(bins),
            FeatureSet::Whisper { .. } => return Err(MismatchError::WhisperFeatures),
        };
        Fbank::new(&features)?;
        let writes_itself = parts.tokenizer.writes_case() || parts.tokenizer.writes_punctuation();
        Ok(Self {
            features,
            acoustic: parts.acoustic,
            tokenizer: parts.tokenizer,
            punctuator: parts.punctuator.filter(|_| !writes_itself),
            language_model: parts.language_model,
            sounding,
        })
    }

    /// The networks.
    #[must_use]
    pub const fn acoustic(&self) -> &Model {
        &self.acoustic
    }

    /// The token table.
    #[must_use]
    pub const fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Marks and case; absent for models that write their own.
    #[must_use]
    pub const fn punctuator(&self) -> Option<&Punctuator> {
        self.punctuator.as_ref()
    }

    /// A feature extractor at the start of its stream.
    pub(crate) fn fbank(&self) -> Fbank {
        Fbank::new(&self.features).expect("the parameters were checked when the model was joined")
    }

    /// A search over this model's output.
    ///
    /// # Errors
    /// If the predictor fails to run.
    pub fn search(
        &self,
        method: &SearchMethod,
        hotwords: Option<Arc<ContextGraph>>,
    ) -> Result<Box<dyn Search>, InferenceError> {
        let silence = Silence {
            unknown: self.tokenizer.unknown().filter(|_| self.sounding.is_none()),
            ..Silence::default()
        };
        if let (Some(sounding), Model::Ctc(model)) = (&self.sounding, &self.acoustic) {
            let guide = self.pronounced(sounding, method, hotwords);
            let options = match *method {
                SearchMethod::Greedy => BeamOptions {
                    width: 1,
                    ..BeamOptions::default()
                },
                SearchMethod::Beam { options, .. } => options,
            };
            return Ok(Box::new(CtcBeam::new(model.blank(), options, guide)));
        }
        Ok(match (*method, &self.acoustic) {
            (SearchMethod::Greedy, Model::Ctc(model)) => {
                Box::new(GreedyCtc::new(model.blank(), silence))
            }
            (SearchMethod::Greedy, Model::Transducer(model)) => {
                Box::new(GreedyTransducer::new(Arc::clone(model), silence)?)
            }
            (SearchMethod::Beam { options, weights }, acoustic) => {
                let options = BeamOptions { silence, ..options };
                let bias = Bias::none().with_context(hotwords).with_language_model(
                    self.language_model.clone(),
                    weights,
                    &self.tokenizer,
                );
                match acoustic {
                    Model::Ctc(model) => Box::new(CtcBeam::new(model.blank(), options, bias)),
                    Model::Transducer(model) => {
                        Box::new(TransducerBeam::new(Arc::clone(model), options, bias)?)
                    }
                }
            }
        })
    }

    /// What leads from phones to words.
    fn pronounced(
        &self,
        sounding: &Sounding,
        method: &SearchMethod,
        hotwords: Option<Arc<ContextGraph>>,
    ) -> Pronounced {
        let mut bias = Bias::none();
        if let SearchMethod::Beam { weights, .. } = method {
            bias = bias.with_context(hotwords).with_language_model(
                self.language_model.clone(),
                *weights,
                &self.tokenizer,
            );
        }
        let lexicon = sounding.listed.lexicon();
        let unlisted = bias.own_words().filter(|word| !lexicon.contains(word));
        let guessed = unlisted.map(|word| (sounding.letter_to_sound.sounds(word), word));
        let own = lexicon.with_words(guessed.filter(|(sounds, _)| !sounds.is_empty()).collect());
        Pronounced::new(Arc::clone(&sounding.listed), Arc::new(own), bias)
    }
}

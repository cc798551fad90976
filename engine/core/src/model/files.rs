//! What a caller hands over to load a model.

use std::fmt;
use std::sync::Arc;

/// Bytes that a model goes on reading as long as it lives; a memory map will do, of a file that
/// nobody writes to.
pub type SharedBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// One file of a model: its bytes, and its name for messages.
#[derive(Debug, Clone, Copy)]
pub struct ModelFile<'a> {
    /// File name as the user knows it.
    pub name: &'a str,
    /// Its content, or what was kept of it.
    pub bytes: ModelBytes<'a>,
}

/// The whole content of one file.
#[derive(Clone, Copy)]
pub enum ModelBytes<'a> {
    /// As its maker wrote it; not needed any more when the model is loaded.
    Onnx(&'a [u8]),
    /// Those of a [`PreparedGraph`](super::PreparedGraph) in the place of the file's; the model
    /// reads its weights there. They are trusted as the program is: nothing of a model's maker may
    /// come as one.
    Prepared(&'a SharedBytes),
}

impl fmt::Debug for ModelBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Onnx(bytes) => write!(f, "Onnx({} bytes)", bytes.len()),
            Self::Prepared(bytes) => write!(f, "Prepared({} bytes)", (***bytes).as_ref().len()),
        }
    }
}

/// The networks of a model. The token table is read elsewhere.
#[derive(Debug, Clone, Copy)]
pub enum ModelFiles<'a> {
    /// One network that writes log-probabilities of tokens.
    Ctc {
        /// `model.onnx`, `ctc-….onnx`
        model: ModelFile<'a>,
    },
    /// Three networks.
    Transducer {
        /// `encoder….onnx`
        encoder: ModelFile<'a>,
        /// `decoder….onnx`, the label network
        predictor: ModelFile<'a>,
        /// `joiner….onnx`
        joiner: ModelFile<'a>,
    },
}

impl<'a> ModelFiles<'a> {
    /// The networks as a command line names them: one CTC network, or encoder, decoder and joiner.
    /// `None` where there are neither one nor three.
    #[must_use]
    pub fn in_order(files: &[ModelFile<'a>]) -> Option<Self> {
        match *files {
            [model] => Some(Self::Ctc { model }),
            [encoder, predictor, joiner] => Some(Self::Transducer {
                encoder,
                predictor,
                joiner,
            }),
            _ => None,
        }
    }
}

/// Choices that change what is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Language of the speech for models that take it as an input, for example `de` or `pt-BR`;
    /// `None` lets the model decide. Models of one language ignore it.
    pub language: Option<String>,
    /// Take the scores of phones, which a lexicon turns into words, of a model that has them beside
    /// those of tokens.
    pub phones: bool,
}

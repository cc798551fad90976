//! Why a model did not load, in sentences that name the file and what to do.

/// Why a model did not load.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are not an ONNX graph.
    #[error("{file} is not an ONNX model or is cut short; download the model again")]
    NotOnnx {
        /// The file.
        file: String,
        /// What the reader said, where it said something.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },

    /// A graph of a kind this program cannot drive.
    #[error(
        "{file} belongs to no supported model family: {found}; choose a streaming zipformer or NeMo cache-aware model"
    )]
    UnknownFamily {
        /// The file.
        file: String,
        /// What was found instead.
        found: String,
    },

    /// The file's metadata lacks a value or holds an unusable one.
    #[error("{file}: its metadata entry `{key}` {problem}; download the model again")]
    Metadata {
        /// The file.
        file: String,
        /// The entry.
        key: String,
        /// What is wrong with it.
        problem: String,
    },

    /// The file disagrees with its own metadata or with another file of the set.
    #[error("{file}: {found}, but {expected}; download the model again")]
    Mismatch {
        /// The file.
        file: String,
        /// What the file holds.
        found: String,
        /// What it should hold, and who says so.
        expected: String,
    },

    /// The graph is of a known family but cannot be prepared.
    #[error("{file} cannot be prepared to run: {source}; choose another build of the model")]
    Graph {
        /// The file.
        file: String,
        /// What the inference library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The model takes a language and does not know this one.
    #[error("{file} does not know the language `{language}`; choose one of {known}")]
    UnknownLanguage {
        /// The file.
        file: String,
        /// What was asked for.
        language: String,
        /// What the model offers.
        known: String,
    },
}

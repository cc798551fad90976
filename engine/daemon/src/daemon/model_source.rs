//! The models installed on this computer, for the recognizer thread.

use std::sync::Arc;

use sotto_core::{recognizer::RecognizerConfig, speech_model::SpeechModel};
use sotto_models::{Bundle, SearchPath, StampStore};
use sotto_text::Language;

use crate::{cli::RecognitionArgs, daemon::recognizer_thread::ModelSource, model};

/// A model whose files are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundModel {
    /// Its id.
    pub(crate) id: String,
    /// What it hears.
    pub(crate) language: Language,
}

/// Hypotheses for "correct ...".
const N_BEST: usize = 8;

/// Models as `sotto models list` shows them.
#[derive(Debug)]
pub(crate) struct InstalledModels;

impl ModelSource for InstalledModels {
    fn find(&mut self, model: &str) -> anyhow::Result<FoundModel> {
        let dir = SearchPath::from_environment().find(model)?;
        let bundle = Bundle::open(&dir, &StampStore::in_user_cache())?;
        let language = bundle.manifest().map(|manifest| manifest.language.as_str());
        Ok(FoundModel {
            id: bundle.id().to_owned(),
            language: language.map_or(Language::Other, Language::from_tag),
        })
    }

    fn load(&mut self, model: &str) -> anyhow::Result<(Arc<SpeechModel>, RecognizerConfig)> {
        let loaded = model::load(&RecognitionArgs {
            model: model.to_owned(),
            words: None,
            beam: None,
            greedy: false,
            threads: 1,
        })?;
        let config = RecognizerConfig {
            n_best: N_BEST,
            ..loaded.config
        };
        Ok((loaded.speech, config))
    }
}

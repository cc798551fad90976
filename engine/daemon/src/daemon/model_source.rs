//! The models installed on this computer, for the recognizer thread.

use std::sync::Arc;

use sotto_core::{recognizer::RecognizerConfig, speech_model::SpeechModel};
use sotto_models::{Bundle, SearchPath, StampStore};

use crate::{cli::RecognitionArgs, daemon::recognizer_thread::ModelSource, model};

/// Models as `sotto models list` shows them.
#[derive(Debug)]
pub(crate) struct InstalledModels;

impl ModelSource for InstalledModels {
    fn find(&mut self, model: &str) -> anyhow::Result<String> {
        let dir = SearchPath::from_environment().find(model)?;
        let bundle = Bundle::open(&dir, &StampStore::in_user_cache())?;
        Ok(bundle.id().to_owned())
    }

    fn load(&mut self, model: &str) -> anyhow::Result<(Arc<SpeechModel>, RecognizerConfig)> {
        let loaded = model::load(&RecognitionArgs {
            model: model.to_owned(),
            words: None,
            beam: None,
            greedy: false,
            threads: 1,
        })?;
        Ok((loaded.speech, loaded.config))
    }
}

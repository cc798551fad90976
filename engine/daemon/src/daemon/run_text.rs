//! The loop's part about text: rules, the user's words, edits by voice, languages.

use std::path::{Path, PathBuf};

use sotto_ibus::Candidates;
use sotto_session::{ContextId, FieldAct, Spoken};
use sotto_text::{Language, SnippetVariables};
use tr::tr;

use crate::{
    daemon::{
        config_edit::set_model,
        events::Event,
        hotwords::Hotwords,
        log::note,
        recognizer_thread::Control,
        run::Daemon,
        snippet_values,
        writing::{self, Writing},
    },
    language,
    words::{self, Learned},
};

/// What the loop knows about text.
#[derive(Debug)]
pub(crate) struct TextDesk {
    writing: Writing,
    hotwords: Hotwords,
    learned: Learned,
    learned_file: PathBuf,
    words_file: PathBuf,
    variables: SnippetVariables,
}

impl TextDesk {
    /// Nothing has been read yet.
    pub(crate) fn new(writing: Writing, words_file: PathBuf, learned_file: PathBuf) -> Self {
        Self {
            writing,
            hotwords: Hotwords::default(),
            learned: Learned::default(),
            learned_file,
            words_file,
            variables: SnippetVariables::default(),
        }
    }

    fn read_words(&mut self) -> String {
        match Learned::read(&self.learned_file) {
            Ok(learned) => self.learned = learned,
            Err(error) => unreadable(&self.learned_file, &error),
        }
        match std::fs::read(&self.words_file) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                unreadable(&self.words_file, &error);
                String::new()
            }
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) {
    note!("{}", tr!("{} cannot be read: {}", path.display(), error));
}

impl Daemon {
    /// The model hears this language.
    pub(crate) fn hear_language(&mut self, language: Language) {
        self.text.writing.set_language(language);
        self.write_by_rules();
    }

    /// Takes rules, tables and words that have changed into use.
    pub(crate) fn write_by_rules(&mut self) {
        self.take_words();
        let Some((rules, problems)) = self.text.writing.renewed(&self.config) else {
            return;
        };
        self.text.variables = rules.variables();
        let hotwords = Hotwords {
            spoken: rules.spoken_phrases(),
            ..self.text.hotwords.clone()
        };
        self.prefer(hotwords);
        self.session.set_rules(rules);
        for place in writing::places(&problems) {
            note!("{}", tr!("{} cannot be used; the other lines are", place));
        }
    }

    fn take_words(&mut self) {
        let own = self.text.read_words();
        self.session
            .set_known_words(words::known_words(&own, &self.text.learned));
        let learned = self.text.learned.hotwords();
        let hotwords = Hotwords {
            own,
            learned: learned.into_iter().map(str::to_owned).collect(),
            ..self.text.hotwords.clone()
        };
        self.prefer(hotwords);
    }

    fn prefer(&mut self, hotwords: Hotwords) {
        if hotwords != self.text.hotwords {
            self.text.hotwords = hotwords.clone();
            self.recognizer.ask(Control::Prefer(Box::new(hotwords)));
        }
    }

    /// A dictation begins: nothing of an earlier one is expected, and snippets need their values.
    pub(crate) fn begin_text(&mut self) {
        let hotwords = Hotwords {
            application: Vec::new(),
            names: Vec::new(),
            ..self.text.hotwords.clone()
        };
        self.prefer(hotwords);
        let wanted = self.text.variables;
        if wanted != SnippetVariables::default() {
            let events = self.offer.events.clone();
            tokio::spawn(async move {
                // The loop has ended when nobody listens.
                let _ended = events.send(Event::SnippetValues(snippet_values::read(wanted).await));
            });
        }
    }

    /// Names and words of this application are likely.
    pub(crate) fn expect(&mut self, client: &str, names: &[Spoken]) {
        let client = client.to_lowercase();
        let profiles = self.config.profile.iter();
        let application = profiles
            .filter(|profile| client.contains(&profile.application.to_lowercase()))
            .flat_map(|profile| profile.words.clone());
        let hotwords = Hotwords {
            application: application.collect(),
            names: names.iter().map(|name| name.as_str().to_owned()).collect(),
            ..self.text.hotwords.clone()
        };
        self.prefer(hotwords);
    }

    pub(crate) async fn act(&mut self, context: &ContextId, act: &FieldAct) {
        if let FieldAct::ShowChoices { .. } = act {
            self.policy.set_candidates(Candidates::Shown);
        }
        if let Err(error) = self.input_method.act(context, act).await {
            note!("{}", tr!("the text cannot be edited: {}", error));
        }
    }

    pub(crate) async fn hide_choices(&mut self) {
        self.policy.set_candidates(Candidates::Hidden);
        if let Err(error) = self.input_method.hide_choices().await {
            note!("{}", tr!("the alternatives cannot be hidden: {}", error));
        }
    }

    /// Remembers a correction.
    pub(crate) fn learn(&mut self, heard: &Spoken, chosen: &Spoken) {
        // What was taught elsewhere in the meantime is kept.
        let _own = self.text.read_words();
        self.text.learned.learn(heard.as_str(), chosen.as_str());
        if let Err(error) = self.text.learned.write(&self.text.learned_file) {
            note!(
                "{}",
                tr!(
                    "{} cannot be written: {}",
                    self.text.learned_file.display(),
                    error
                )
            );
        }
        self.take_words();
    }

    /// Chooses an installed model of the language, in the settings.
    pub(crate) fn switch_language(&self, wanted: Language) {
        let Some(id) = language::model_for(wanted) else {
            self.offer.tell_sentence(tr!(
                "No model for this language is installed: run \"sotto languages\" to see which are."
            ));
            return;
        };
        if let Err(error) = set_model(&self.config_path, &id) {
            self.offer.tell_sentence(format!("{error}."));
        }
    }
}

//! The icon in the panel and its menu, as StatusNotifierItem.

use ksni::{
    MenuItem, ToolTip, Tray,
    menu::{CheckmarkItem, RadioGroup, RadioItem, StandardItem, SubMenu},
};
use sotto_api::{InstalledModel, MicrophoneEntry};
use tokio::sync::mpsc::UnboundedSender;
use tr::tr;

use crate::{
    bus::Status,
    draw::{self, Face, MAX_LEVEL},
};

/// What the user chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Toggle,
    SetPaused(bool),
    UseModel(String),
    UseMicrophone(String),
    /// A page, with the token by which a Wayland compositor lets its window come to the front.
    Show(&'static str, Option<String>),
    Quit,
    /// The menu is about to be read: bring its lists up to date.
    Refresh,
    /// No panel shows the icon.
    Hidden,
}

/// The icon.
#[derive(Debug)]
pub(crate) struct PanelIcon {
    pub(crate) status: Status,
    pub(crate) models: Vec<InstalledModel>,
    pub(crate) microphones: Vec<MicrophoneEntry>,
    /// The setting `microphone.device`.
    pub(crate) microphone: String,
    /// Whether the icon theme has our icons.
    pub(crate) is_themed: bool,
    pub(crate) acts: UnboundedSender<Act>,
}

impl PanelIcon {
    /// What the icon tells of a status.
    pub(crate) fn face(status: &Status) -> Face {
        match status.state() {
            "idle" if status.is_paused() => Face::Unavailable,
            "idle" => Face::Idle,
            "opening" => Face::Listening(0),
            "listening" => Face::Listening(thirds(status.level_dbfs())),
            "finishing" => Face::Thinking,
            _ => Face::Unavailable,
        }
    }

    fn sentence(&self) -> String {
        match self.status.state() {
            "idle" if self.status.is_paused() => tr!("Paused"),
            "idle" => tr!("Ready"),
            "opening" => tr!("The microphone is being opened"),
            "listening" => tr!("Listening"),
            "finishing" => tr!("Writing the last words"),
            "starting" => tr!("Starting"),
            "no-model" => tr!("No speech model is installed"),
            "model-broken" => tr!("The speech model does not work"),
            _ => tr!("Sotto is not running"),
        }
    }

    fn choose(&self, act: Act) {
        let act = match act {
            Act::Show(page, _) => Act::Show(page, ksni::current_xdg_activation_token()),
            act => act,
        };
        // The process is ending when nobody listens.
        let _ended = self.acts.send(act);
    }

    fn item(label: String, enabled: bool, act: Act) -> MenuItem<Self> {
        StandardItem {
            label: escaped(&label),
            enabled,
            activate: Box::new(move |icon: &mut Self| icon.choose(act.clone())),
            ..StandardItem::default()
        }
        .into()
    }

    fn submenu(
        label: String,
        options: Vec<(String, Act)>,
        selected: Option<usize>,
    ) -> MenuItem<Self> {
        let labels = options.iter().map(|(label, _)| RadioItem {
            label: escaped(label),
            ..RadioItem::default()
        });
        let radio = RadioGroup {
            selected: selected.unwrap_or(usize::MAX),
            options: labels.collect(),
            select: Box::new(move |icon: &mut Self, chosen| {
                if let Some((_, act)) = options.get(chosen) {
                    icon.choose(act.clone());
                }
            }),
        };
        SubMenu {
            label: escaped(&label),
            enabled: !radio.options.is_empty(),
            submenu: vec![radio.into()],
            ..SubMenu::default()
        }
        .into()
    }

    fn model_menu(&self) -> MenuItem<Self> {
        let options = self.models.iter();
        let options = options.map(|model| (model.name.clone(), Act::UseModel(model.id.clone())));
        let in_use = self.models.iter().position(|model| model.in_use);
        Self::submenu(tr!("Model"), options.collect(), in_use)
    }

    /// Languages of the installed models; choosing one uses its first model.
    fn language_menu(&self) -> MenuItem<Self> {
        let mut options: Vec<(String, Act)> = Vec::new();
        let mut selected = None;
        for model in &self.models {
            for language in &model.languages {
                let name = language_name(language);
                let at = options.iter().position(|(known, _)| *known == name);
                let at = at.unwrap_or_else(|| {
                    options.push((name, Act::UseModel(model.id.clone())));
                    options.len() - 1
                });
                if model.in_use && selected.is_none() {
                    selected = Some(at);
                }
            }
        }
        Self::submenu(tr!("Language"), options, selected)
    }

    fn microphone_menu(&self) -> MenuItem<Self> {
        let follow = (
            tr!("The desktop's choice"),
            Act::UseMicrophone("default".to_owned()),
        );
        let each = self.microphones.iter().map(|microphone| {
            (
                microphone.name.clone(),
                Act::UseMicrophone(microphone.id.clone()),
            )
        });
        let options: Vec<_> = std::iter::once(follow).chain(each).collect();
        let wanted = Act::UseMicrophone(self.microphone.clone());
        let selected = options.iter().position(|(_, act)| *act == wanted);
        Self::submenu(tr!("Microphone"), options, selected)
    }
}

/// A language by its BCP 47 tag; the tag itself where it is a rare one.
fn language_name(tag: &str) -> String {
    match tag.split('-').next().unwrap_or(tag) {
        "de" => tr!("German"),
        "en" => tr!("English"),
        "es" => tr!("Spanish"),
        "fr" => tr!("French"),
        "it" => tr!("Italian"),
        "ja" => tr!("Japanese"),
        "ko" => tr!("Korean"),
        "nl" => tr!("Dutch"),
        "pl" => tr!("Polish"),
        "pt" => tr!("Portuguese"),
        "ru" => tr!("Russian"),
        "zh" => tr!("Chinese"),
        _ => tag.to_owned(),
    }
}

/// Peak in thirds: the upper 45 dB are what speech covers.
fn thirds(level_dbfs: f64) -> u8 {
    const BOUNDS_DBFS: [f64; MAX_LEVEL as usize] = [-45.0, -30.0, -15.0];
    BOUNDS_DBFS
        .iter()
        .map(|bound| u8::from(level_dbfs > *bound))
        .sum()
}

/// Menus read one underscore as "the next letter is the access key".
fn escaped(label: &str) -> String {
    label.replace('_', "__")
}

impl Tray for PanelIcon {
    fn id(&self) -> String {
        "sotto".to_owned()
    }

    fn title(&self) -> String {
        "Sotto".to_owned()
    }

    fn icon_name(&self) -> String {
        if self.is_themed {
            Self::face(&self.status).icon_name()
        } else {
            String::new()
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        if self.is_themed {
            Vec::new()
        } else {
            draw::icons(Self::face(&self.status))
        }
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "Sotto".to_owned(),
            description: self.sentence(),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.choose(Act::Show("", None));
    }

    fn secondary_activate(&mut self, _x: i32, _y: i32) {
        self.choose(Act::Toggle);
    }

    fn menu_about_to_show(&mut self) {
        self.choose(Act::Refresh);
    }

    fn watcher_offline(&self, _reason: ksni::OfflineReason) -> bool {
        self.choose(Act::Hidden);
        true
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let state = self.status.state();
        let is_busy = matches!(state, "opening" | "listening");
        let can_toggle = is_busy || (state == "idle" && !self.status.is_paused());
        let is_paused = self.status.is_paused();
        let toggle = if is_busy {
            tr!("Stop listening")
        } else {
            tr!("Start listening")
        };
        vec![
            Self::item(self.sentence(), false, Act::Refresh),
            MenuItem::Separator,
            Self::item(toggle, can_toggle, Act::Toggle),
            CheckmarkItem {
                label: tr!("Pause"),
                enabled: self.status.reachable,
                checked: is_paused,
                activate: Box::new(move |icon: &mut Self| icon.choose(Act::SetPaused(!is_paused))),
                ..CheckmarkItem::default()
            }
            .into(),
            MenuItem::Separator,
            self.model_menu(),
            self.language_menu(),
            self.microphone_menu(),
            MenuItem::Separator,
            Self::item(tr!("History"), true, Act::Show("history", None)),
            Self::item(tr!("Settings"), true, Act::Show("settings", None)),
            MenuItem::Separator,
            Self::item(tr!("Quit"), true, Act::Quit),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn in_state(state: &str) -> Status {
        Status::default().with("Dictation1.State", json!(state))
    }

    #[test]
    fn the_icon_follows_state_and_loudness() {
        let face = |status: &Status| PanelIcon::face(status);
        assert_eq!(face(&Status::default()), Face::Unavailable);
        assert_eq!(face(&in_state("idle")), Face::Idle);
        let paused = in_state("idle").with("Keys1.Paused", json!(true));
        assert_eq!(face(&paused), Face::Unavailable);
        let loud = |dbfs: f64| in_state("listening").with("Dictation1.Level", json!(dbfs));
        assert_eq!(face(&loud(-60.0)), Face::Listening(0));
        assert_eq!(face(&loud(-20.0)), Face::Listening(2));
        assert_eq!(face(&loud(-3.0)), Face::Listening(3));
        assert_eq!(face(&in_state("finishing")), Face::Thinking);
        assert_eq!(face(&in_state("no-model")), Face::Unavailable);
    }
}

//! What reaches the user beside the caret: notifications, sounds, the clipboard.
//!
//! Notifications travel on the session bus, so they never hold recognized text.

use std::{path::PathBuf, process::Stdio};

use notify_rust::NotificationResponse;
use sotto_session::{Cue, KeepReason, Spoken, UserMessage};
use tokio::{io::AsyncWriteExt as _, process::Command, sync::mpsc::UnboundedSender};

use crate::daemon::{
    config::{DeliveryConfig, FeedbackConfig},
    events::Event,
    log::note,
    messages::{self, Clipboard},
};

const PASTE: &str = "paste-last";

/// Notifications, sounds and the clipboard, as the settings want them.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) feedback: FeedbackConfig,
    pub(crate) delivery: DeliveryConfig,
    pub(crate) events: UnboundedSender<Event>,
}

/// Whether a notification offers to paste.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Button {
    None,
    Paste,
}

impl Offer {
    /// Tells the user in one sentence.
    pub(crate) fn tell(&self, message: UserMessage) {
        let sentence = messages::sentence(message);
        note!("{sentence}");
        self.notify(sentence, Button::None);
    }

    /// Tells the user a sentence that is no message of the session.
    pub(crate) fn tell_sentence(&self, sentence: String) {
        note!("{sentence}");
        self.notify(sentence, Button::None);
    }

    /// Offers text that could not be typed.
    pub(crate) async fn keep(&self, text: &Spoken, reason: KeepReason) {
        let clipboard = if self.delivery.clipboard && copy(text).await {
            Clipboard::Holds
        } else {
            Clipboard::Unused
        };
        let sentence = messages::kept(reason, clipboard);
        note!("{sentence}");
        self.notify(sentence, Button::Paste);
    }

    fn notify(&self, sentence: String, button: Button) {
        if !self.feedback.notifications {
            return;
        }
        let events = self.events.clone();
        tokio::spawn(async move {
            let mut notification = notify_rust::Notification::new();
            notification
                .appname("Sotto")
                .summary("Sotto")
                .body(&sentence);
            notification.icon("audio-input-microphone");
            if button == Button::Paste {
                notification.action(PASTE, &tr::tr!("Paste now"));
            }
            match notification.show_async().await {
                Ok(shown) if button == Button::Paste => {
                    let waited = shown.wait_for_action_async(|response| {
                        if matches!(response, NotificationResponse::Action(key) if key == PASTE) {
                            // The loop has ended when nobody listens.
                            let _ended = events.send(Event::PasteLast);
                        }
                    });
                    waited.await;
                }
                Ok(_) => {}
                Err(error) => note!("no notification can be shown: {error}"),
            }
        });
    }

    /// Plays a sound of the desktop's theme, where a player for them is installed.
    pub(crate) fn play(&self, cue: Cue) {
        if !self.feedback.cues {
            return;
        }
        let sound = match cue {
            Cue::Start => "message",
            Cue::Stop => "message-sent-instant",
            Cue::Problem => "dialog-warning",
        };
        let Some(player) = find_program("canberra-gtk-play") else {
            return;
        };
        let mut command = Command::new(player);
        command.args(["--id", sound, "--description", "Sotto"]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match command.spawn() {
            Ok(mut playing) => {
                tokio::spawn(async move { playing.wait().await });
            }
            Err(error) => note!("no sound can be played: {error}"),
        }
    }
}

/// The clipboard program of this desktop, with its arguments.
pub(crate) fn clipboard_program() -> Option<(PathBuf, &'static [&'static str])> {
    let wayland = std::env::var_os("WAYLAND_DISPLAY").is_some();
    let wayland = wayland.then(|| find_program("wl-copy")).flatten();
    let x11 = || std::env::var_os("DISPLAY").and_then(|_| find_program("xclip"));
    match wayland {
        Some(program) => Some((program, &["--type", "text/plain;charset=utf-8"])),
        None => x11().map(|program| (program, ["-selection", "clipboard"].as_slice())),
    }
}

/// Puts text on the clipboard; the program stays in the background to hand it out.
async fn copy(text: &Spoken) -> bool {
    let Some((program, arguments)) = clipboard_program() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let copied = async {
        let mut copying = command.spawn()?;
        if let Some(mut stdin) = copying.stdin.take() {
            stdin.write_all(text.as_str().as_bytes()).await?;
        }
        copying.wait().await
    };
    match copied.await {
        Ok(status) => status.success(),
        Err(error) => {
            note!("the clipboard cannot be used: {error}");
            false
        }
    }
}

pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

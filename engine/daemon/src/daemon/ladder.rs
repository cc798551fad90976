//! The way of text that the input method could not insert: typed through the desktop's portal where the
//! settings allow it, else put on the clipboard, else kept in memory, and the user is told.
//!
//! One text after the other, beside the loop: desktops ask questions and clipboard programs take time.

use std::path::PathBuf;

use sotto_session::{KeepReason, Spoken};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::daemon::{
    events::Event,
    keyboard::{PortalKeyboard, Typing},
    log::note,
    offer::Offer,
};

/// A text on its way, with the settings of its time.
#[derive(Debug)]
struct Undelivered {
    text: Spoken,
    reason: KeepReason,
    offer: Offer,
}

/// The loop's end of the way down.
#[derive(Debug)]
pub(crate) struct Ladder {
    texts: UnboundedSender<Undelivered>,
}

impl Ladder {
    /// Starts to carry; the portal's permission is kept in `token`.
    pub(crate) fn start(token: PathBuf, events: UnboundedSender<Event>) -> Self {
        let (texts, text) = unbounded_channel();
        tokio::spawn(carry(text, PortalKeyboard::new(token), events));
        Self { texts }
    }

    /// Sends a text down.
    pub(crate) fn send(&self, text: Spoken, reason: KeepReason, offer: &Offer) {
        let offer = offer.clone();
        let sent = self.texts.send(Undelivered {
            text,
            reason,
            offer,
        });
        sent.expect("the carrier lives as long as this sender");
    }
}

async fn carry(
    mut texts: UnboundedReceiver<Undelivered>,
    mut keyboard: PortalKeyboard,
    events: UnboundedSender<Event>,
) {
    while let Some(undelivered) = texts.recv().await {
        let Undelivered {
            text,
            reason,
            offer,
        } = undelivered;
        // With an input method at work, text that it cannot place belongs to no window at all.
        let may_type = offer.delivery.keyboard && reason == KeepReason::NoInputMethod;
        if may_type {
            match keyboard.type_text(&text).await {
                Ok(Typing::Done) => {
                    // The loop has ended when nobody listens.
                    let _ended = events.send(Event::Typed);
                    continue;
                }
                Ok(Typing::JustAllowed) => note!(
                    "{}",
                    tr::tr!("the desktop lets Sotto type from the next text on")
                ),
                Err(error) => note!("{error}"),
            }
        }
        offer.keep(&text, reason).await;
    }
}

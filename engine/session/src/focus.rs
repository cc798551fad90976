//! Which input context has focus, and what is known about it.
//!
//! IBus shows a placeholder context named `fake` while no text field has focus, also for about a
//! millisecond between two fields; it is never a target.

use crate::{
    caret::Around,
    input::{Capabilities, ContentType, ContextId, Surrounding},
    time::Millis,
};

/// The client of the placeholder context, as [`SessionInput::FocusIn`](crate::SessionInput::FocusIn) names it.
pub const PLACEHOLDER_CLIENT: &str = "fake";

/// The context that has focus.
#[derive(Debug)]
pub(crate) struct Focused {
    pub(crate) id: ContextId,
    pub(crate) since: Millis,
    pub(crate) content_type: ContentType,
    pub(crate) client: String,
    surrounding: Option<Surrounding>,
}

/// The context that had focus last, after it lost it.
#[derive(Debug)]
struct Left {
    id: ContextId,
    at: Millis,
    content_type: ContentType,
    /// A client does not tell again what it told before, so this holds until it tells another.
    surrounding: Option<Surrounding>,
}

/// Focus as the input method reports it.
#[derive(Debug, Default)]
pub(crate) struct Focus {
    current: Option<Focused>,
    left: Option<Left>,
}

impl Focus {
    /// Takes a focus change; the answer is whether a text field has focus by it.
    pub(crate) fn enter(
        &mut self,
        now: Millis,
        id: ContextId,
        client: &str,
        _capabilities: Capabilities,
    ) -> bool {
        if client == PLACEHOLDER_CLIENT {
            if let Some(current) = &self.current {
                let id = current.id.clone();
                self.leave(now, &id);
            }
            return false;
        }
        if self
            .current
            .as_ref()
            .is_some_and(|current| current.id == id)
        {
            return true;
        }
        let (content_type, surrounding) = match &self.left {
            Some(left) if left.id == id => (left.content_type, left.surrounding.clone()),
            _ => (ContentType::default(), None),
        };
        self.current = Some(Focused {
            id,
            since: now,
            content_type,
            client: client.to_owned(),
            surrounding,
        });
        true
    }

    /// The context lost focus.
    pub(crate) fn leave(&mut self, now: Millis, id: &ContextId) {
        if let Some(current) = self.current.take_if(|current| current.id == *id) {
            let Focused {
                id,
                content_type,
                surrounding,
                ..
            } = current;
            self.left = Some(Left {
                id,
                at: now,
                content_type,
                surrounding,
            });
        }
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The text field that has focus.
    pub(crate) const fn current(&self) -> Option<&Focused> {
        self.current.as_ref()
    }

    /// The text field that has focus or lost it no longer than `grace` ago.
    pub(crate) fn recent(&self, now: Millis, grace: Millis) -> Option<&ContextId> {
        match (&self.current, &self.left) {
            (Some(current), _) => Some(&current.id),
            (None, Some(left)) if now.since(left.at) <= grace => Some(&left.id),
            _ => None,
        }
    }

    /// What kind of field has focus.
    pub(crate) fn set_content_type(&mut self, content_type: ContentType) {
        if let Some(current) = &mut self.current {
            current.content_type = content_type;
        }
    }

    /// What stands around the caret.
    pub(crate) fn set_surrounding(&mut self, surrounding: Option<Surrounding>) {
        if let Some(current) = &mut self.current {
            current.surrounding = surrounding;
        }
    }
}

impl Focused {
    /// Whether nothing may be heard or written here.
    pub(crate) const fn is_secret(&self) -> bool {
        self.content_type.is_secret()
    }

    /// The text around the caret as the client tells it.
    pub(crate) const fn surrounding(&self) -> Option<&Surrounding> {
        self.surrounding.as_ref()
    }

    /// What stands around the caret, where the client tells.
    pub(crate) fn around(&self) -> Option<Around> {
        self.surrounding.as_ref().map(Around::told)
    }
}

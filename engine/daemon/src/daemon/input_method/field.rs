//! What edits by voice do to the field that has focus: read, delete, press keys, show alternatives.

use sotto_ibus::{EngineHandle, IbusError, LookupTable, RELEASE_MASK, Text};
use sotto_session::{Choice, ContextId, EditKey, FieldAct, Spoken};

use super::InputMethod;

const SHIFT: u32 = 1;
const CONTROL: u32 = 1 << 2;

/// A key as IBus names it: X keysym, evdev code, modifiers.
struct Key {
    keyval: u32,
    keycode: u32,
    state: u32,
}

const fn key(key: EditKey) -> Key {
    let (keyval, keycode, state) = match key {
        EditKey::BackSpace => (0xff08, 14, 0),
        EditKey::Left => (0xff51, 105, 0),
        EditKey::SelectRight => (0xff53, 106, SHIFT),
        EditKey::TextEnd => (0xff57, 107, CONTROL),
    };
    Key {
        keyval,
        keycode,
        state,
    }
}

impl InputMethod {
    /// Does something about the text in the field, if the context still has focus.
    pub(crate) async fn act(
        &mut self,
        context: &ContextId,
        act: &FieldAct,
    ) -> Result<(), IbusError> {
        let Some(engine) = self
            .attended
            .as_ref()
            .filter(|attended| attended.context == *context)
            .map(|attended| attended.engine.clone())
        else {
            return Err(IbusError::FocusMoved);
        };
        match act {
            FieldAct::Read => engine.read_surrounding().await,
            FieldAct::Delete { before, after } => {
                engine.delete_around(before.as_str(), after.as_str()).await
            }
            FieldAct::Press { key, n_times } => press(&engine, *key, *n_times).await,
            FieldAct::ShowChoices {
                choices,
                highlighted,
            } => {
                self.choices_on = Some(engine.clone());
                engine.set_lookup_table(&table(choices, *highlighted)).await
            }
        }
    }

    /// Shows no alternatives.
    pub(crate) async fn hide_choices(&mut self) -> Result<(), IbusError> {
        match self.choices_on.take() {
            Some(engine) => engine.set_lookup_table(&LookupTable::default()).await,
            None => Ok(()),
        }
    }
}

async fn press(engine: &EngineHandle, edit: EditKey, n_times: usize) -> Result<(), IbusError> {
    let Key {
        keyval,
        keycode,
        state,
    } = key(edit);
    for _ in 0..n_times {
        engine.forward_key(keyval, keycode, state).await?;
        engine
            .forward_key(keyval, keycode, state | RELEASE_MASK)
            .await?;
    }
    Ok(())
}

fn table(choices: &[Spoken], highlighted: usize) -> LookupTable {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    LookupTable {
        candidates: choices
            .iter()
            .map(|text| Text::new(text.as_str()))
            .collect(),
        labels: (1..=choices.len())
            .map(|number| Text::new(&format!("{number}.")))
            .collect(),
        page_size: count(choices.len()),
        cursor_pos: count(highlighted),
        cursor_visible: true,
        round: true,
        orientation: sotto_ibus::Orientation::Vertical,
    }
}

/// What a key for candidates means.
pub(super) const fn choice(key: sotto_ibus::ChoiceKey) -> Choice {
    match key {
        sotto_ibus::ChoiceKey::Digit(digit) => Choice::Number((digit as usize).saturating_sub(1)),
        sotto_ibus::ChoiceKey::Previous => Choice::Previous,
        sotto_ibus::ChoiceKey::Next => Choice::Next,
        sotto_ibus::ChoiceKey::Accept => Choice::Accept,
    }
}

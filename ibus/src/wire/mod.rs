//! IBus's serializable objects and their D-Bus form.
//!
//! Every such object is a structure `(sa{sv}…)`: the name of its type, a dictionary of attachments
//! (always empty here), then the fields. It travels inside a variant.
//! Wrong nesting or a missing field makes `ibus-daemon` crash or drop the message, so the encoders are
//! compared byte for byte with what libibus 1.5.27 writes (`tests/golden.rs`).
//! The decoders take any value a peer may send and answer with [`WireError`]; they never panic.
//!
//! Source: the `serialize` functions of libibus (<https://github.com/ibus/ibus/tree/1.5.27/src>).

mod component;
mod lookup_table;
mod property;
mod text;

use std::collections::HashMap;

use zbus::{Structure, Variant};

pub use component::{Component, EngineDesc};
pub use lookup_table::{LookupTable, Orientation};
pub use property::{PropList, PropState, PropType, Property};
pub use text::{Attribute, Text, Underline};

/// A value that is not the IBus object it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The value is not a structure at all.
    #[error("expected a structure {expected}, got a value of type `{signature}`")]
    NotAStructure {
        /// Name of the IBus type.
        expected: &'static str,
        /// D-Bus signature of what came instead.
        signature: String,
    },
    /// The structure carries another type name.
    #[error("expected a structure {expected}, got one that calls itself something else")]
    WrongName {
        /// Name of the IBus type.
        expected: &'static str,
    },
    /// A field is missing or has another type.
    #[error("field {index} of {expected} is missing or not of type `{signature}`")]
    Field {
        /// Name of the IBus type.
        expected: &'static str,
        /// Position of the field, where 0 is the type name.
        index: usize,
        /// D-Bus signature that was expected.
        signature: &'static str,
    },
}

/// An object with a D-Bus form.
pub trait Serializable: Sized {
    /// The name that stands first in the structure.
    const NAME: &'static str;

    /// The structure, as the content of a variant.
    fn encode(&self) -> Variant<'static>;

    /// Reads the structure, looking through any variants around it.
    ///
    /// # Errors
    ///
    /// [`WireError`] says which field is not what it should be.
    fn decode(value: &Variant<'_>) -> Result<Self, WireError>;
}

/// Variants around a value that a decoder looks through; real peers use one or two.
const MAX_VARIANT_DEPTH: usize = 8;

/// Builds the structure of `T` field by field, so that no field's type is left to inference.
struct Encoder(Vec<Variant<'static>>);

impl Encoder {
    fn of<T: Serializable>() -> Self {
        Self(vec![
            Variant::from(T::NAME),
            Variant::from(HashMap::<String, Variant<'static>>::new()),
        ])
    }

    /// Adds a string without the NUL characters that D-Bus forbids.
    fn string(mut self, value: &str) -> Self {
        self.0.push(Variant::from(value.replace('\0', "")));
        self
    }

    fn uint(mut self, value: u32) -> Self {
        self.0.push(Variant::U32(value));
        self
    }

    fn int(mut self, value: i32) -> Self {
        self.0.push(Variant::I32(value));
        self
    }

    fn boolean(mut self, value: bool) -> Self {
        self.0.push(Variant::Bool(value));
        self
    }

    fn object<T: Serializable>(mut self, value: &T) -> Self {
        self.0.push(Variant::Variant(Box::new(value.encode())));
        self
    }

    fn objects<T: Serializable>(mut self, values: &[T]) -> Self {
        let elements: Vec<Variant<'static>> = values.iter().map(Serializable::encode).collect();
        self.0.push(Variant::from(elements));
        self
    }

    fn finish(self) -> Variant<'static> {
        let builder = self
            .0
            .into_iter()
            .fold(Structure::builder(), |builder, field| {
                builder.append_field(field)
            });
        Variant::Structure(
            builder
                .build()
                .expect("a structure with a name has at least one field"),
        )
    }
}

/// Reads the fields of the structure of `T`.
struct Decoder<'v> {
    name: &'static str,
    fields: &'v [Variant<'v>],
}

impl<'v> Decoder<'v> {
    fn of<T: Serializable>(value: &'v Variant<'v>) -> Result<Self, WireError> {
        let value = inner(value);
        let Variant::Structure(structure) = value else {
            return Err(WireError::NotAStructure {
                expected: T::NAME,
                signature: value.value_signature().to_string(),
            });
        };
        let decoder = Self {
            name: T::NAME,
            fields: structure.fields(),
        };
        if decoder.string(0)? != T::NAME {
            return Err(WireError::WrongName { expected: T::NAME });
        }
        Ok(decoder)
    }

    fn wrong(&self, index: usize, signature: &'static str) -> WireError {
        WireError::Field {
            expected: self.name,
            index,
            signature,
        }
    }

    fn string(&self, index: usize) -> Result<String, WireError> {
        match self.fields.get(index) {
            Some(Variant::Str(value)) => Ok(value.as_str().to_owned()),
            _ => Err(self.wrong(index, "s")),
        }
    }

    fn uint(&self, index: usize) -> Result<u32, WireError> {
        match self.fields.get(index) {
            Some(Variant::U32(value)) => Ok(*value),
            _ => Err(self.wrong(index, "u")),
        }
    }

    fn int(&self, index: usize) -> Result<i32, WireError> {
        match self.fields.get(index) {
            Some(Variant::I32(value)) => Ok(*value),
            _ => Err(self.wrong(index, "i")),
        }
    }

    fn boolean(&self, index: usize) -> Result<bool, WireError> {
        match self.fields.get(index) {
            Some(Variant::Bool(value)) => Ok(*value),
            _ => Err(self.wrong(index, "b")),
        }
    }

    fn object<T: Serializable>(&self, index: usize) -> Result<T, WireError> {
        T::decode(
            self.fields
                .get(index)
                .ok_or_else(|| self.wrong(index, "v"))?,
        )
    }

    fn objects<T: Serializable>(&self, index: usize) -> Result<Vec<T>, WireError> {
        match self.fields.get(index) {
            Some(Variant::Array(values)) => values.inner().iter().map(T::decode).collect(),
            _ => Err(self.wrong(index, "av")),
        }
    }
}

/// The value inside any variants around it.
fn inner<'v>(mut value: &'v Variant<'v>) -> &'v Variant<'v> {
    for _ in 0..MAX_VARIANT_DEPTH {
        let Variant::Variant(content) = value else {
            break;
        };
        value = content;
    }
    value
}

#[cfg(test)]
mod tests;

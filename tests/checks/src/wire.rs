//! Messages of IBus.

use sotto_ibus::wire::{Component, LookupTable, PropList, Property, Serializable, Text};
use zbus::Variant;
use zbus::wire::LE;
use zbus::wire::serialized::{Context, Data};

fn read<T: Serializable>(value: &Variant<'_>) {
    if let Ok(object) = T::decode(value) {
        assert!(T::decode(&object.encode()).is_ok());
    }
}

/// Any message body is an IBus object or an error; an object that was read can be written and read again.
///
/// # Panics
///
/// Where that does not hold.
pub fn ibus_wire(bytes: &[u8]) {
    let data = Data::new(bytes, Context::new(LE, 0));
    let Ok((value, _)) = data.deserialize::<Variant<'_>>() else {
        return;
    };
    read::<Text>(&value);
    read::<LookupTable>(&value);
    read::<PropList>(&value);
    read::<Property>(&value);
    read::<Component>(&value);
}

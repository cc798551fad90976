//! Any message body is an IBus object or an error; an object that was read can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sotto_ibus::wire::{Component, LookupTable, PropList, Property, Serializable, Text};
use zbus::Variant;
use zbus::wire::LE;
use zbus::wire::serialized::{Context, Data};

fn read<T: Serializable>(value: &Variant<'_>) {
    if let Ok(object) = T::decode(value) {
        assert!(T::decode(&object.encode()).is_ok());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let data = Data::new(bytes, Context::new(LE, 0));
    let Ok((value, _)) = data.deserialize::<Variant<'_>>() else { return };
    read::<Text>(&value);
    read::<LookupTable>(&value);
    read::<PropList>(&value);
    read::<Property>(&value);
    read::<Component>(&value);
});

use proptest::prelude::*;
use zbus::wire::LE;
use zbus::wire::serialized::Context;

use super::*;

/// What libibus 1.5.27 writes; made by `tests/fixtures/libibus.py`.
const LIBIBUS: &str = include_str!("../../tests/fixtures/libibus.txt");

fn golden(name: &str) -> (String, Vec<u8>) {
    let line = LIBIBUS
        .lines()
        .find(|line| line.split(' ').next() == Some(name))
        .expect("the fixture has the object");
    let [_, signature, hex] = line.split(' ').collect::<Vec<_>>()[..] else {
        panic!("three columns: {line}")
    };
    let bytes = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    (signature.to_owned(), bytes)
}

fn body(value: &Variant<'static>) -> Vec<u8> {
    zbus::wire::to_bytes(Context::new(LE, 0), &(value,))
        .unwrap()
        .bytes()
        .to_vec()
}

#[track_caller]
fn check<T: Serializable + PartialEq + std::fmt::Debug>(name: &str, object: &T) {
    let (signature, bytes) = golden(name);
    let value = object.encode();
    assert_eq!(value.value_signature().to_string(), signature, "{name}");
    assert_eq!(body(&value), bytes, "{name}");
    let data = zbus::wire::serialized::Data::new(bytes, Context::new(LE, 0));
    let (read, _): (zbus::OwnedVariant, usize) = data.deserialize().unwrap();
    assert_eq!(T::decode(&read).as_ref(), Ok(object), "{name}");
}

fn engine() -> EngineDesc {
    let s = str::to_owned;
    EngineDesc {
        name: s("sotto"),
        longname: s("Sotto"),
        description: s("d"),
        language: s("other"),
        license: s("l"),
        author: s("a"),
        icon: s("i"),
        layout: s("default"),
        rank: 3,
        hotkeys: s("h"),
        symbol: s("s"),
        setup: s("su"),
        layout_variant: s("lv"),
        layout_option: s("lo"),
        version: s("v"),
        textdomain: s("td"),
        icon_prop_key: s("ip"),
    }
}

fn component() -> Component {
    let s = str::to_owned;
    Component {
        name: s("cn"),
        description: s("d"),
        version: s("v"),
        license: s("l"),
        author: s("a"),
        homepage: s("h"),
        exec: s("e --ibus"),
        textdomain: s("td"),
        engines: Vec::new(),
    }
}

fn property() -> Property {
    Property {
        key: "k".to_owned(),
        prop_type: PropType::Toggle,
        label: "L".into(),
        icon: "ic".to_owned(),
        tooltip: "T".into(),
        sensitive: true,
        visible: true,
        state: PropState::Checked,
        ..Property::default()
    }
}

#[test]
fn bytes_are_those_of_libibus() {
    check("empty-text", &Text::new(""));
    check("text", &Text::new("héy"));
    check(
        "underlined-text",
        &Text::new("héy").underlined(Underline::Single),
    );
    let parts = Text::new("one two")
        .underlined_range(Underline::Single, 0, 4)
        .underlined_range(Underline::Double, 4, 99)
        .underlined_range(Underline::Error, 7, 99);
    check("parts", &parts);
    let table = LookupTable {
        candidates: vec!["a".into(), "b".into()],
        labels: vec!["1".into()],
        page_size: 5,
        cursor_pos: 1,
        cursor_visible: true,
        round: false,
        orientation: Orientation::Vertical,
    };
    check("lookup-table", &table);
    check("property", &property());
    check("properties", &PropList(vec![property()]));
    check("no-properties", &PropList::default());
    check("engine", &engine());
    check("bare-component", &component());
    check(
        "component",
        &Component {
            engines: vec![engine()],
            ..component()
        },
    );
}

#[test]
fn strings_lose_the_characters_that_end_a_connection() {
    assert_eq!(Text::new("a\0b").as_str(), "ab");
    let encoded = EngineDesc {
        name: "a\0b".to_owned(),
        ..engine()
    }
    .encode();
    assert_eq!(EngineDesc::decode(&encoded).unwrap().name, "ab");
}

#[test]
fn engines_of_older_daemons_are_read() {
    let Variant::Structure(structure) = engine().encode() else {
        panic!("a structure")
    };
    let fields = structure.into_fields().into_iter().take(11);
    let short = fields
        .fold(Structure::builder(), |builder, field| {
            builder.append_field(field)
        })
        .build()
        .unwrap();
    let read = EngineDesc::decode(&Variant::Structure(short)).unwrap();
    assert_eq!(
        (read.name.as_str(), read.rank, read.hotkeys.as_str()),
        ("sotto", 3, "")
    );
}

#[test]
fn component_file_names_what_the_daemon_reads() {
    let xml = Component {
        exec: "/usr/bin/sotto <&> --ibus".to_owned(),
        engines: vec![engine()],
        ..component()
    }
    .to_xml();
    for line in [
        "  <name>cn</name>",
        "  <exec>/usr/bin/sotto &lt;&amp;&gt; --ibus</exec>",
        "      <name>sotto</name>",
        "      <layout>default</layout>",
        "      <rank>3</rank>",
    ] {
        assert!(xml.lines().any(|have| have == line), "{line} in {xml}");
    }
}

fn any_value() -> impl Strategy<Value = Variant<'static>> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Variant::Bool),
        any::<u8>().prop_map(Variant::U8),
        any::<u32>().prop_map(Variant::U32),
        any::<i32>().prop_map(Variant::I32),
        any::<f64>().prop_map(Variant::F64),
        ".*".prop_map(Variant::from),
        prop_oneof![Just("IBusText"), Just("IBusAttrList"), Just("IBusProperty")]
            .prop_map(Variant::from),
        Just(Variant::from(HashMap::<String, Variant<'static>>::new())),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|value| Variant::Variant(Box::new(value))),
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Variant::from),
            proptest::collection::vec(inner, 1..14).prop_map(structure),
        ]
    })
}

fn structure(fields: Vec<Variant<'static>>) -> Variant<'static> {
    let builder = fields
        .into_iter()
        .fold(Structure::builder(), |builder, field| {
            builder.append_field(field)
        });
    Variant::Structure(builder.build().unwrap())
}

/// A true object with one field changed, taken away or wrapped.
fn damaged(
    object: &Variant<'static>,
    place: usize,
    value: Variant<'static>,
    how: u8,
) -> Variant<'static> {
    let Variant::Structure(original) = object.try_clone().unwrap() else {
        panic!("a structure")
    };
    let mut fields = original.into_fields();
    let place = place % fields.len();
    match how {
        0 => fields[place] = value,
        1 => fields.truncate(place.max(1)),
        2 => fields[place] = Variant::Variant(Box::new(fields[place].try_clone().unwrap())),
        _ => fields.insert(place, value),
    }
    structure(fields)
}

fn decode_as_everything(value: &Variant<'static>) {
    let _ = Text::decode(value);
    let _ = Attribute::decode(value);
    let _ = LookupTable::decode(value);
    let _ = Property::decode(value);
    let _ = PropList::decode(value);
    let _ = EngineDesc::decode(value);
    let _ = Component::decode(value);
}

proptest! {
    #[test]
    fn any_value_is_answered(value in any_value()) {
        decode_as_everything(&value);
    }

    #[test]
    fn damaged_objects_are_answered(place in 0usize..20, value in any_value(), how in 0u8..4) {
        for object in [
            Text::new("some text").underlined(Underline::Low).encode(),
            property().encode(),
            PropList(vec![property()]).encode(),
            Component { engines: vec![engine()], ..component() }.encode(),
        ] {
            decode_as_everything(&damaged(&object, place, value.try_clone().unwrap(), how));
        }
    }

    #[test]
    fn text_comes_back(text in ".*", start: u32, end: u32) {
        let object = Text::new(&text).underlined_range(Underline::Double, start, end);
        prop_assert_eq!(Text::decode(&object.encode()), Ok(object.clone()));
        // What libibus would refuse, zbus must not send.
        prop_assert!(!object.as_str().contains('\0'));
        for attribute in object.attributes() {
            prop_assert!(attribute.start < attribute.end && attribute.end <= object.n_chars());
        }
    }
}

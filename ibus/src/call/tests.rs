use proptest::prelude::*;
use zbus::Message;
use zbus::wire::DynamicType;

use super::*;

fn read<B: serde::Serialize + DynamicType>(
    interface: &str,
    member: &str,
    body: &B,
) -> Result<Call, Refusal> {
    let message = Message::method_call("/x", "M").build(body).unwrap();
    Call::read(interface, member, &message.body())
}

fn engine<B: serde::Serialize + DynamicType>(member: &str, body: &B) -> EngineCall {
    match read(ENGINE, member, body) {
        Ok(Call::Engine(call)) => call,
        other => panic!("{member}: {other:?}"),
    }
}

#[test]
fn calls_are_read() {
    assert_eq!(
        read(FACTORY, "CreateEngine", &"sotto"),
        Ok(Call::CreateEngine("sotto".to_owned()))
    );
    assert_eq!(read(SERVICE, "Destroy", &()), Ok(Call::Destroy));
    assert_eq!(
        read(PROPERTIES, "Get", &(ENGINE, "FocusId")),
        Ok(Call::GetFocusId)
    );
    let content_type = (ENGINE, "ContentType", Variant::from((8u32, 0u32)));
    let expected = EngineCall::SetContentType {
        purpose: 8,
        hints: 0,
    };
    assert_eq!(
        read(PROPERTIES, "Set", &content_type),
        Ok(Call::Engine(expected))
    );
    assert_eq!(
        engine("FocusIn", &()),
        EngineCall::FocusIn(FocusedField::default())
    );
    let expected = EngineCall::FocusIn(FocusedField {
        context: Some("/c".to_owned()),
        client: Some("gtk3-im:x".to_owned()),
    });
    assert_eq!(engine("FocusInId", &("/c", "gtk3-im:x")), expected);
    assert_eq!(engine("FocusOutId", &"/c"), EngineCall::FocusOutId);
    assert_eq!(
        engine("SetCapabilities", &9u32),
        EngineCall::SetCapabilities(9)
    );
    let key = KeyEvent {
        keyval: 0x61,
        keycode: 30,
        state: 0x4000_0000,
    };
    assert_eq!(
        engine("ProcessKeyEvent", &(0x61u32, 30u32, 0x4000_0000u32)),
        EngineCall::ProcessKeyEvent(key)
    );
    assert_eq!(
        engine("SetCursorLocation", &(1i32, 2i32, 3i32, 4i32)),
        EngineCall::Unused
    );
    let expected = EngineCall::SetSurroundingText {
        text: Text::new("abc"),
        cursor: 3,
        anchor: 1,
    };
    assert_eq!(
        engine(
            "SetSurroundingText",
            &(Text::new("abc").encode(), 3u32, 1u32)
        ),
        expected
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    for (interface, member, refusal) in [
        (ENGINE, "NoSuchMethod", Refusal::UnknownMethod),
        ("org.example.Other", "FocusIn", Refusal::UnknownMethod),
        (ENGINE, "ProcessKeyEvent", Refusal::InvalidArgs),
        (ENGINE, "SetSurroundingText", Refusal::InvalidArgs),
        (ENGINE, "FocusInId", Refusal::InvalidArgs),
        (FACTORY, "CreateEngine", Refusal::InvalidArgs),
    ] {
        assert_eq!(
            read(interface, member, &(1u8, -5i64)),
            Err(refusal),
            "{interface} {member}"
        );
    }
    assert_eq!(
        read(PROPERTIES, "Get", &(ENGINE, "Other")),
        Err(Refusal::UnknownProperty)
    );
    let value = Variant::from(true);
    assert_eq!(
        read(PROPERTIES, "Set", &(ENGINE, "FocusId", &value)),
        Err(Refusal::PropertyReadOnly)
    );
    assert_eq!(
        read(PROPERTIES, "Set", &(ENGINE, "ContentType", &value)),
        Err(Refusal::InvalidArgs)
    );
    let not_a_text = Variant::from("plain string");
    assert_eq!(
        read(ENGINE, "SetSurroundingText", &(not_a_text, 0u32, 0u32)),
        Err(Refusal::InvalidArgs)
    );
}

#[test]
fn keys_never_show_in_debug() {
    let call = engine("ProcessKeyEvent", &(0x61u32, 30u32, 0u32));
    assert_eq!(format!("{call:?}"), "ProcessKeyEvent(KeyEvent(press))");
}

proptest! {
    #[test]
    fn any_body_is_answered(which in 0usize..8, numbers in (any::<u32>(), any::<u32>(), any::<u32>()), text in ".*") {
        let members = [
            "FocusInId", "SetSurroundingText", "ProcessKeyEvent", "SetCapabilities", "PropertyActivate",
            "CandidateClicked", "Reset", "SetCursorLocation",
        ];
        let _ = read(ENGINE, members[which], &numbers);
        let _ = read(ENGINE, members[which], &(text.as_str(), numbers.0));
        let _ = read(ENGINE, members[which], &(Variant::from(text.as_str()), numbers.0, numbers.1));
        let _ = read(PROPERTIES, "Set", &(ENGINE, "ContentType", Variant::from(vec![numbers.0])));
    }
}

//! Values of each kind as people type them.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::{Bounds, Length};
use crate::tui::fixtures::key_event;

const ROOM: Room = Room { columns: 40, rows: 6 };

fn press(editing: &mut Editing, keys: &[&str]) -> Pressed {
    let mut last = Pressed::Not;
    for key in keys {
        last = editing.press(key_event(key), ROOM);
    }
    last
}

fn typed_into(editing: &mut Editing, text: &str) {
    for c in text.chars() {
        editing.press(key_event(c.encode_utf8(&mut [0; 4])), ROOM);
    }
}

fn spec(kind: ParamKind, default: Option<Value>) -> ParamSpec {
    ParamSpec { default, ..ParamSpec::new("it", kind) }
}

fn names(of: &[&str]) -> ParamKind {
    ParamKind::Choice(of.iter().map(|name| json!(name)).collect())
}

fn image_size() -> ParamSpec {
    let side = |name: &str| {
        spec(ParamKind::Integer(Bounds { min: Some(1.0), max: Some(4096.0), ..Bounds::default() }), Some(json!(512)))
            .named(name)
    };
    let object = ParamKind::Object(vec![side("width"), side("height")]);
    spec(ParamKind::OneOf(vec![object, names(&["square", "landscape_4_3"])]), Some(json!("square")))
}

impl ParamSpec {
    fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }
}

#[test]
fn a_name_is_picked_from_those_that_hold_what_is_typed() {
    let spec = spec(names(&["none", "vivid", "vintage"]), Some(json!("none")));
    let mut editing = Editing::new(&spec, Some(&json!("vivid")));
    assert_eq!(press(&mut editing, &["enter"]), Pressed::Take(Some(json!("vivid"))), "it begins with what is set");
    assert_eq!(press(&mut editing, &["v", "i", "n", "enter"]), Pressed::Take(Some(json!("vintage"))));
    assert_eq!(press(&mut editing, &["x", "enter"]), Pressed::Typed, "none is like that");
    assert_eq!(press(&mut editing, &["ctrl-u", "up", "enter"]), Pressed::Take(None), "the default is none that is set");
    assert_eq!(press(&mut editing, &["esc"]), Pressed::GiveUp(Some(json!("vivid"))));
    let mut clicked = Editing::new(&spec, None);
    assert_eq!(clicked.point(ROOM, 2, 0), Pressed::Typed);
    assert_eq!(clicked.point(ROOM, 2, 0), Pressed::Take(Some(json!("vintage"))), "what is chosen already is taken");
}

#[test]
fn a_choice_without_a_default_can_be_left_to_the_model_and_a_nullable_one_be_none() {
    let open = spec(names(&["a", "b"]), None);
    let mut editing = Editing::new(&open, Some(&json!("b")));
    assert_eq!(press(&mut editing, &["home", "enter"]), Pressed::Take(None));
    let nullable = ParamSpec { nullable: true, ..spec(names(&["a", "b"]), Some(json!("a"))) };
    let mut editing = Editing::new(&nullable, Some(&json!("a")));
    assert_eq!(press(&mut editing, &["end", "enter"]), Pressed::Take(Some(Value::Null)));
    assert_eq!(Reset::of(&nullable, Some(&json!("b"))), Some(Reset::Default));
    assert_eq!(Reset::of(&nullable, Some(&json!("a"))), Some(Reset::Null));
    assert_eq!(Reset::of(&open, None), None);
}

#[test]
fn a_size_is_a_name_or_a_width_and_a_height() {
    let mut editing = Editing::new(&image_size(), Some(&json!("square")));
    assert_eq!(press(&mut editing, &["end", "enter"]), Pressed::Typed);
    assert!(matches!(editing.editor, Editor::Parts(_)));
    typed_into(&mut editing, "9000");
    press(&mut editing, &["down"]);
    typed_into(&mut editing, "768");
    assert_eq!(press(&mut editing, &["enter"]), Pressed::Typed);
    assert_eq!(editing.error.clone().unwrap(), Wrong { said: "takes a whole number from 1 to 4096".to_owned(), at: 0 });
    press(&mut editing, &["backspace"]);
    assert_eq!(press(&mut editing, &["enter"]), Pressed::Take(Some(json!({ "width": 900, "height": 768 }))));
    let own = json!({ "width": 640, "height": 480 });
    let mut again = Editing::new(&image_size(), Some(&own));
    assert_eq!(press(&mut again, &["enter", "enter"]), Pressed::Take(Some(own)));
}

#[test]
fn a_long_text_has_lines_and_is_given_up_only_by_who_means_it() {
    let prompt = spec(ParamKind::Text { length: Length { min: 0, max: Some(20) }, long: true }, Some(json!("best")));
    let mut editing = Editing::new(&prompt, Some(&json!("best")));
    press(&mut editing, &["enter"]);
    assert_eq!(editing.paste("zwei\r\ndrei", ROOM), Pressed::Typed);
    assert!(matches!(press(&mut editing, &["esc"]), Pressed::Say(_)));
    assert_eq!(press(&mut editing, &["ctrl-d"]), Pressed::Take(Some(json!("best\nzwei\ndrei"))));
    editing.paste(" and so on", ROOM);
    assert_eq!(press(&mut editing, &["ctrl-d"]), Pressed::Typed);
    assert!(editing.error.as_ref().unwrap().said.contains("of at most 20 characters"), "{:?}", editing.error);
    assert!(matches!(press(&mut editing, &["esc"]), Pressed::Say(_)));
    assert_eq!(press(&mut editing, &["esc"]), Pressed::GiveUp(Some(json!("best"))));
    let mut emptied = Editing::new(&prompt, Some(&json!("x")));
    assert_eq!(press(&mut emptied, &["backspace", "ctrl-d"]), Pressed::Take(None), "an empty field has its default");
}

#[test]
fn json_is_told_where_it_is_wrong_and_typed_on() {
    let list = spec(
        ParamKind::List { of: Box::new(ParamKind::Integer(Bounds::new(0.0, 9.0))), length: Length::default() },
        None,
    );
    let mut editing = Editing::new(&list, Some(&json!([1, 2])));
    press(&mut editing, &["ctrl-home"]);
    for _ in 0..3 {
        press(&mut editing, &["ctrl-k", "delete"]);
    }
    press(&mut editing, &["ctrl-k"]);
    editing.paste("[3,\n 40]", ROOM);
    assert_eq!(press(&mut editing, &["ctrl-d"]), Pressed::Typed);
    let Editor::Area(area) = &editing.editor else { panic!() };
    assert_eq!((area.text(), editing.error.clone().unwrap().at), ("[3,\n 40]", 5));
    assert_eq!(area.cursor(&area.rows(40)), (1, 1), "the cursor goes there");
    press(&mut editing, &["delete"]);
    assert_eq!(press(&mut editing, &["ctrl-d"]), Pressed::Take(Some(json!([3, 0]))));
}

#[test]
fn a_number_is_tried_while_it_is_typed() {
    let number = spec(ParamKind::Number(Bounds::new(1.0, 4.0)), Some(json!(2)));
    let mut editing = Editing::new(&number, Some(&json!(2)));
    assert_eq!(press(&mut editing, &["3"]), Pressed::Try(Some(json!(3))));
    assert_eq!(press(&mut editing, &["3"]), Pressed::Typed);
    assert_eq!(editing.error.as_ref().unwrap().said, "takes a number from 1 to 4");
    assert_eq!(press(&mut editing, &["enter"]), Pressed::Typed);
    assert_eq!(press(&mut editing, &["esc"]), Pressed::GiveUp(Some(json!(2))));
}

proptest! {
    #[test]
    fn what_is_taken_is_what_the_parameter_takes(
        keys in prop::collection::vec(0_usize..16, 0..40),
        kind in 0_usize..4,
    ) {
        let all = [
            "1", "{", "[", "\"", ":", "]", "}", "a", ",", "enter", "ctrl-d", "backspace", "up", "down", "left", "end",
        ];
        let spec = match kind {
            0 => image_size(),
            1 => spec(ParamKind::Any, None),
            2 => spec(ParamKind::List { of: Box::new(image_size().kind), length: Length { min: 1, max: Some(2) } }, None),
            _ => spec(ParamKind::OneOf(vec![names(&["a1", "b"]), ParamKind::Integer(Bounds::new(0.0, 5.0))]), None),
        };
        let mut editing = Editing::new(&spec, spec.default.as_ref());
        for key in keys {
            match press(&mut editing, &[all[key]]) {
                Pressed::Take(Some(value)) => prop_assert!(spec.try_read(&shown(&value)).is_ok(), "{value}"),
                Pressed::Not | Pressed::Typed | Pressed::Try(_) | Pressed::Take(None) => {}
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}

//! What may be typed for parameters of each kind.

use serde_json::json;

use super::*;
use crate::job::EndpointId;
use crate::model::Model;

fn texts(of: &[&str]) -> ParamKind {
    ParamKind::Choice(of.iter().map(|text| Value::from(*text)).collect())
}

fn spec(kind: ParamKind) -> ParamSpec {
    ParamSpec::new("it", kind)
}

fn refusal(kind: ParamKind, text: &str) -> String {
    let Refused { at, takes, .. } = spec(kind).try_read(text).unwrap_err();
    format!("{at}: {takes}")
}

/// As fal's own `ImageSize`: a name, or a width and a height.
fn image_size() -> ParamKind {
    let side = |name| ParamSpec {
        default: Some(json!(512)),
        ..ParamSpec::new(name, ParamKind::Integer(Bounds::new(0.0, 14142.0)))
    };
    ParamKind::OneOf(vec![
        ParamKind::Object(vec![side("width"), side("height")]),
        texts(&["square_hd", "landscape_4_3"]),
    ])
}

#[test]
fn values_are_stepped_on_a_round_grid_within_their_range() {
    let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
    let spec = |name: &str| model.param(name).unwrap();
    let step = |name: &str, value: Value, up| spec(name).stepped(Some(&value), up);
    assert_eq!(step("upscale_factor", json!(2), true), Some(json!(2.1)));
    assert_eq!(step("upscale_factor", json!(2.55), false), Some(json!(2.5)));
    assert_eq!(step("upscale_factor", json!(4), true), None);
    assert_eq!(step("upscale_factor", json!(1.1), false), Some(json!(1)));
    assert_eq!(step("creativity", json!(0.3), true), Some(json!(0.35)));
    assert_eq!(step("guidance", json!(1), true), Some(json!(2)));
    assert_eq!(step("steps", json!(50), true), None);
    assert_eq!(step("steps", json!(20), false), Some(json!(19)));
    assert_eq!(step("enable_safety_checker", json!(true), true), Some(json!(false)));
    assert_eq!(spec("seed").stepped(None, true), None);
}

#[test]
fn steps_keep_to_multiples_and_do_without_bounds() {
    let eights = spec(ParamKind::Integer(Bounds { step: Some(8.0), ..Bounds::new(0.0, 64.0) }));
    assert_eq!(eights.stepped(Some(&json!(16)), true), Some(json!(24)));
    assert_eq!(eights.stepped(Some(&json!(64)), true), None);
    let free = spec(ParamKind::Number(Bounds::default()));
    assert_eq!(free.stepped(Some(&json!(4)), true), Some(json!(4.2)));
    assert_eq!(free.stepped(Some(&json!(0)), false), Some(json!(-0.1)));
}

#[test]
fn a_choice_is_one_of_its_values() {
    let spec = spec(texts(&["png", "jpeg"]));
    assert_eq!((spec.read(" png "), spec.read("gif")), (Some(json!("png")), None));
    assert_eq!((spec.take(&json!("jpeg")).ok(), spec.take(&json!(1)).ok()), (Some(json!("jpeg")), None));
    assert_eq!(spec.stepped(None, true), Some(json!("png")));
    assert_eq!(spec.stepped(Some(&json!("png")), true), Some(json!("jpeg")));
    assert_eq!(spec.stepped(Some(&json!("png")), false), None);
    assert_eq!(spec.kind.to_string(), "one of png, jpeg");
    assert_eq!(refusal(texts(&["png", "jpeg"]), "jpg"), ": one of png, jpeg; did you mean `jpeg`?");
    let numbers = ParamSpec::new("it", ParamKind::Choice(vec![json!(4)]));
    assert_eq!(
        (numbers.read("4"), numbers.take(&json!(4.0)).ok(), numbers.read("5")),
        (Some(json!(4)), Some(json!(4)), None)
    );
}

#[test]
fn a_name_or_an_object_is_read_as_what_it_is() {
    let size = spec(image_size());
    assert_eq!(size.read("square_hd"), Some(json!("square_hd")));
    let read = size.read(r#"{"height": 600.0, "width": 800}"#).unwrap();
    assert_eq!(read.to_string(), r#"{"width":800,"height":600}"#, "in the schema's order");
    assert_eq!(refusal(image_size(), r#"{"width": 20000}"#), ".width: a whole number from 0 to 14142");
    assert_eq!(
        refusal(image_size(), "{\"width\": 1"),
        ": a JSON object of width, height; at character 11: EOF while parsing an object"
    );
    assert_eq!(refusal(image_size(), "square"), ": a JSON object of width, height, or one of square_hd, landscape_4_3");
    let unknown = spec(image_size()).try_read(r#"{"widht": 1}"#).unwrap_err();
    assert_eq!((&*unknown.found, &*unknown.takes), ("widht", "the fields width, height; did you mean `width`?"));
}

#[test]
fn lists_are_typed_plainly_or_as_json() {
    let files = ParamKind::List { of: Box::new(ParamKind::File), length: Length { min: 1, max: Some(2) } };
    let spec = spec(files.clone());
    assert_eq!(spec.read("https://a/b,c.png"), Some(json!(["https://a/b,c.png"])));
    assert_eq!(spec.read(r#"["https://a/b", "https://a/c"]"#), Some(json!(["https://a/b", "https://a/c"])));
    assert_eq!(refusal(files.clone(), r#"["https://a/b", "c.png"]"#), "[1]: a file (`@PATH`) or its URL");
    assert_eq!(refusal(files, "[]"), ": a list of 1 to 2 entries, each a file (`@PATH`) or its URL");
    let numbers = ParamSpec::new(
        "it",
        ParamKind::List { of: Box::new(ParamKind::Integer(Bounds::new(0.0, 255.0))), length: Length::default() },
    );
    assert_eq!((numbers.read("1, 2,3"), numbers.read("1,300")), (Some(json!([1, 2, 3])), None));
    assert_eq!(numbers.read(""), Some(json!([])));
}

#[test]
fn a_field_may_be_null_where_its_schema_says_so() {
    let seed = ParamSpec { nullable: true, ..spec(ParamKind::Integer(Bounds::default())) };
    assert_eq!((seed.read("null"), seed.read("7"), seed.read("x")), (Some(Value::Null), Some(json!(7)), None));
    assert_eq!(spec(ParamKind::Integer(Bounds::default())).read("null"), None);
    let text = ParamSpec { nullable: true, ..spec(ParamKind::text()) };
    assert_eq!(text.read("null"), Some(json!("null")), "a text is what it is");
    let any = spec(ParamKind::Any);
    assert_eq!(any.read(r#"{"b": 1, "a": [2]}"#).unwrap().to_string(), r#"{"a":[2],"b":1}"#);
    assert_eq!(any.read("plain words"), Some(json!("plain words")));
}

#[test]
fn texts_keep_to_their_length() {
    let text = ParamKind::Text { length: Length { min: 3, max: Some(5) }, long: false };
    assert_eq!(spec(text.clone()).read("größe"), Some(json!("größe")));
    assert_eq!(refusal(text, "ab"), ": a text of 3 to 5 characters");
}

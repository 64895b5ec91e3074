//! Documents of every form that `OpenAPI` allows, and some that it does not.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::job::EndpointId;
use crate::model::any_json::any_json;
use crate::model::{Bounds, Length, Model, ParamKind, ParamSpec, Params, SizeRule};

fn endpoint() -> EndpointId {
    EndpointId::new("fal-ai/some/edit").unwrap()
}

/// A document with one input, whose properties these are.
fn document(properties: &Value) -> Value {
    json!({
        "paths": { "/fal-ai/some/edit": { "post": { "requestBody": { "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/SomeInput" } } } } } },
            "/fal-ai/some/edit/requests/{request_id}": { "get": { "responses": { "200": { "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/SomeOutput" } } } } } } } },
        "components": { "schemas": {
            "SomeInput": { "type": "object", "required": ["image_url", "prompt"], "properties": properties },
            "SomeOutput": { "type": "object", "properties": { "images": { "type": "array", "items": { "$ref": "#/components/schemas/Image" } } } },
            "Image": { "type": "object", "properties": { "url": { "type": "string" }, "width": { "type": "integer" } } },
            "Size": { "type": "object", "properties": {
                "width": { "type": "integer", "maximum": 14142, "default": 512 },
                "height": { "type": "integer", "maximum": 14142, "default": 512 } } },
            "Format": { "type": "string", "enum": ["png", "jpeg"] },
            "Node": { "type": "object", "properties": { "name": { "type": "string" }, "next": { "$ref": "#/components/schemas/Node" } } },
            "Round": { "$ref": "#/components/schemas/Trip" },
            "Trip": { "allOf": [{ "$ref": "#/components/schemas/Round" }] },
        } },
    })
}

fn field(property: &Value) -> ParamSpec {
    let schema = Schema::of(&document(&json!({ "it": property }))).unwrap();
    schema.fields.into_iter().next().unwrap()
}

#[test]
fn every_form_of_a_field_is_read() {
    let takes = |property: Value| field(&property).kind.to_string();
    let size = json!({ "$ref": "#/components/schemas/Size" });
    for (property, kind) in [
        (json!({ "type": "string" }), "a text"),
        (json!({ "type": "string", "minLength": 3, "maxLength": 9 }), "a text of 3 to 9 characters"),
        (json!({ "type": "number", "minimum": 1, "maximum": 4 }), "a number from 1 to 4"),
        (json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 }), "a number above 0 and of at most 1"),
        (json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true }), "a number above 0"),
        (
            json!({ "type": "integer", "minimum": 64, "multipleOf": 8 }),
            "a whole number of at least 64, a multiple of 8",
        ),
        (json!({ "type": "boolean" }), "true or false"),
        (json!({ "type": "string", "enum": ["a", "b"] }), "one of a, b"),
        (json!({ "enum": ["a", "b", null] }), "one of a, b"),
        (json!({ "const": 4 }), "4 alone"),
        (json!({ "allOf": [{ "$ref": "#/components/schemas/Format" }], "default": "png" }), "one of png, jpeg"),
        (json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] }), "a whole number"),
        (json!({ "type": ["integer", "null"] }), "a whole number"),
        (json!({ "type": "integer", "nullable": true }), "a whole number"),
        (json!({ "oneOf": [{ "type": "integer" }, { "type": "number" }] }), "a number"),
        (
            json!({ "anyOf": [{ "enum": ["a"] }, { "anyOf": [{ "enum": ["a", "b"] }, { "type": "null" }] }] }),
            "one of a, b",
        ),
        (
            json!({ "anyOf": [size, { "enum": ["square", "wide"] }], "default": "square" }),
            "a JSON object of width, height, or one of square, wide",
        ),
        (
            json!({ "type": "array", "items": size, "maxItems": 3 }),
            "a list of at most 3 entries, each a JSON object of width, height",
        ),
        (
            json!({ "type": "array", "items": { "type": "integer", "minimum": 0 } }),
            "a list, each a whole number of at least 0",
        ),
        (json!({ "properties": { "a": { "type": "string" } } }), "a JSON object of a"),
        (json!({ "type": "string", "ui": { "field": "mask" } }), "a file (`@PATH`) or its URL"),
        (json!({ "type": "string", "format": "uri" }), "a file (`@PATH`) or its URL"),
        (json!({ "type": "object", "additionalProperties": true }), "JSON"),
        (json!({ "$ref": "#/components/schemas/Gone" }), "JSON"),
        (json!({ "$ref": "#/components/schemas/Round" }), "JSON"),
        (json!({ "$ref": "https://elsewhere/schema.json" }), "JSON"),
        (json!(true), "JSON"),
    ] {
        assert_eq!(takes(property.clone()), kind, "{property}");
    }
    assert!(takes(json!({ "$ref": "#/components/schemas/Node" })).starts_with("a JSON object of name, next"));
}

#[test]
fn what_else_is_known_of_a_field_is_kept() {
    let spec = field(&json!({
        "type": "number", "minimum": 0, "maximum": 1, "default": 0.35, "examples": [0.5],
        "description": "How far\n it may\u{202e} go.",
    }));
    assert_eq!((spec.default, spec.example), (Some(json!(0.35)), Some(json!(0.5))));
    assert_eq!((&*spec.about, spec.required, spec.nullable), ("How far it may\u{fffd} go.", false, false));
    let odd = field(&json!({ "type": "integer", "maximum": 3, "default": "many", "examples": [9] }));
    assert_eq!((odd.default, odd.example), (None, None), "what it does not take is no default");
    assert!(field(&json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] })).nullable);
    let prompt = |name: &str, more: Value| {
        let schema = Schema::of(&document(&json!({ name: more }))).unwrap();
        matches!(&schema.fields[0].kind, ParamKind::Text { long: true, .. })
    };
    assert!(
        prompt("negative_prompt", json!({ "type": "string" }))
            && prompt("x", json!({ "type": "string", "maxLength": 900 }))
    );
    assert!(!prompt("name", json!({ "type": "string" })));
}

#[test]
fn fields_come_in_the_order_of_the_page() {
    let mut document =
        document(&json!({ "b": { "type": "string" }, "a": { "type": "string" }, "c": { "type": "string" } }));
    document["components"]["schemas"]["SomeInput"]["x-fal-order-properties"] = json!(["c", "a"]);
    let names: Vec<_> = Schema::of(&document).unwrap().fields.into_iter().map(|field| field.name).collect();
    assert_eq!(names, ["c", "a", "b"]);
}

#[test]
fn what_is_no_schema_is_said_in_a_sentence() {
    let said = |bytes: &[u8]| Schema::read(bytes).unwrap_err().to_string();
    assert_eq!(said(&vec![b' '; LONGEST + 1]), "its schema is longer than 10 MB");
    assert!(said(b"<html>").starts_with("its schema is no JSON: expected value"));
    assert!(said(&vec![b'['; 100_000]).starts_with("its schema is no JSON: recursion limit"));
    assert_eq!(said(b"{}"), "its schema does not say what it takes");
    let round = json!({ "components": { "schemas": { "AInput": { "$ref": "#/components/schemas/AInput" } } } });
    assert_eq!(said(round.to_string().as_bytes()), "its schema goes round in a circle: `AInput` refers to itself");
    let gone = json!({ "components": { "schemas": { "AInput": { "$ref": "#/components/schemas/B" } } } });
    assert_eq!(said(gone.to_string().as_bytes()), "its schema refers to `B`, which is not in it");
    // Each of these refers to the next one ten times.
    let mut schemas = Map::new();
    for at in 0..12 {
        let parts: Vec<_> =
            (0..10).map(|_| json!({ "$ref": format!("#/components/schemas/S{}Input", at + 1) })).collect();
        schemas.insert(format!("S{at}Input"), json!({ "allOf": parts }));
    }
    schemas.insert("S12Input".to_owned(), json!({}));
    let bomb = json!({ "components": { "schemas": schemas } });
    assert_eq!(said(bomb.to_string().as_bytes()), "its schema has more parts than can be read");
}

#[test]
fn the_field_of_the_photo_is_found_or_its_candidates_are_named() {
    let url = json!({ "type": "string" });
    let urls = json!({ "type": "array", "items": { "type": "string" } });
    let fit = |properties: Value, required: &[&str], named: Option<&str>| {
        let mut document = document(&properties);
        document["components"]["schemas"]["SomeInput"]["required"] = json!(required);
        let model = Schema::of(&document).unwrap().model(endpoint(), named);
        model.map(|model| (model.image.field, model.image.is_list)).map_err(|unfit| unfit.to_string())
    };
    let found = |field: &str, is_list| Ok((field.to_owned(), is_list));
    assert_eq!(
        fit(json!({ "image_url": url, "mask_url": url }), &["image_url", "mask_url"], None),
        found("image_url", false)
    );
    assert_eq!(fit(json!({ "image_urls": urls, "image_url": url }), &["image_url"], None), found("image_url", false));
    assert_eq!(
        fit(json!({ "image_urls": urls, "prompt": url }), &["prompt", "image_urls"], None),
        found("image_urls", true)
    );
    assert_eq!(fit(json!({ "uov_image_url": url }), &[], None), found("uov_image_url", false));
    assert_eq!(fit(json!({ "mask_url": url }), &[], None), found("mask_url", false));
    let both = json!({ "garment_image_url": url, "human_image_url": url, "steps": { "type": "integer" } });
    let needed = ["garment_image_url", "human_image_url"];
    assert_eq!(fit(both.clone(), &needed, None), found("human_image_url", false), "a garment stands beside it");
    let two = json!({ "first_image_url": url, "second_image_url": url });
    let unclear = fit(two.clone(), &[], None).unwrap_err();
    assert!(unclear.contains("first_image_url, second_image_url\nhint: `--image-field first_image_url`"), "{unclear}");
    assert_eq!(fit(two.clone(), &[], Some("second_image_url")), found("second_image_url", false));
    let none = fit(two, &[], Some("third")).unwrap_err();
    assert_eq!(
        none,
        "fal-ai/some/edit has no field `third` for a picture\nhint: it has first_image_url, second_image_url"
    );
    let video = fit(json!({ "video_url": url, "steps": { "type": "integer" } }), &[], None).unwrap_err();
    assert_eq!(video, "fal-ai/some/edit takes no picture: it has video_url, steps");
}

#[test]
fn a_model_that_gives_nothing_is_refused() {
    let mut document = document(&json!({ "image_url": { "type": "string" } }));
    document["components"]["schemas"]["SomeOutput"]["properties"] =
        json!({ "seed": { "type": "integer" }, "timings": { "type": "object" } });
    let unfit = Schema::of(&document).unwrap().model(endpoint(), None).unwrap_err();
    assert_eq!(unfit, Unfit::GivesNothing { model: endpoint() });
    document["components"]["schemas"]["SomeOutput"]["properties"] =
        json!({ "video": { "type": "object", "properties": { "url": {} } } });
    assert_eq!(Schema::of(&document).unwrap().gives.words(), "files");
}

#[test]
fn the_request_has_the_photo_where_it_belongs_and_never_asks_for_it_inside_the_answer() {
    let document = document(&json!({
        "prompt": { "type": "string" },
        "image_urls": { "type": "array", "items": { "type": "string" } },
        "num_images": { "type": "integer", "minimum": 1, "maximum": 4, "default": 1 },
        "seed": { "anyOf": [{ "type": "integer" }, { "type": "null" }], "default": null },
        "sync_mode": { "type": "boolean", "default": false },
    }));
    let model = Schema::of(&document).unwrap().model(endpoint(), None).unwrap();
    let needed = Params::parse(&model, []).unwrap().complete(&model).unwrap_err().to_string();
    assert_eq!(needed, "fal-ai/some/edit needs `prompt`: a text\nhint: `-p prompt=…` gives it");
    let params = Params::parse(&model, ["seed=null", "prompt=make it blue"]).unwrap();
    assert_eq!(params.complete(&model), Ok(()));
    let url = "https://v3.fal.media/a.png";
    let body = params.body(&model, url);
    assert_eq!(body, json!({ "image_urls": [url], "prompt": "make it blue", "num_images": 1, "sync_mode": false }));
    assert_eq!(model.photo_in(body.as_object().unwrap()), Some(url));
    assert_eq!(Params::of_input(&model, body.as_object().unwrap()), Some(params.clone()));
    assert_eq!(params.canonical(), r#"{"num_images":1,"prompt":"make it blue"}"#);
    let pinned = Params::parse(&model, ["sync_mode=true"]).unwrap_err().to_string();
    assert!(pinned.starts_with("`sync_mode` stays false: with it a result comes inside the answer"), "{pinned}");
}

#[test]
fn the_model_that_is_known_keeps_its_order_and_takes_the_ranges_of_its_schema() {
    let number = |min: i32, max: i32, default: f64| json!({ "type": "number", "minimum": min, "maximum": max, "default": default });
    let document = document(&json!({
        "image_url": { "type": "string" },
        "guidance": number(1, 4, 1.0),
        "new_thing": { "type": "boolean", "default": false },
        "seed": { "type": "integer", "nullable": true },
        "upscale_factor": number(1, 4, 2.0),
    }));
    let id = EndpointId::new(Model::DEFAULT).unwrap();
    let model = Schema::of(&document).unwrap().model(id.clone(), None).unwrap();
    let names: Vec<_> = model.params.iter().map(|spec| spec.name.as_str()).collect();
    assert_eq!(names, ["upscale_factor", "guidance", "seed", "new_thing"]);
    assert_eq!(model.param("guidance").unwrap().kind, ParamKind::Number(Bounds::new(1.0, 4.0)));
    assert!(Params::parse(&model, ["guidance=20"]).is_err());
    let profile = Model::built_in(&id).unwrap();
    assert!(Params::parse(&profile, ["guidance=20"]).is_ok());
    assert_eq!((model.size, model.list_price), (profile.size, profile.list_price));
}

#[test]
fn a_factor_tells_the_size_where_it_counts() {
    let document = document(&json!({
        "image_url": { "type": "string" },
        "upscale_mode": { "enum": ["target", "factor"], "default": "factor" },
        "upscale_factor": { "type": "number", "minimum": 1, "maximum": 10, "default": 2 },
    }));
    let model = Schema::of(&document).unwrap().model(endpoint(), None).unwrap();
    assert!(matches!(&model.size, SizeRule::Times { by, .. } if by == "upscale_factor"));
    let growth = |pairs: &[&str]| Params::parse(&model, pairs.iter().copied()).unwrap().growth();
    assert_eq!(growth(&["upscale_factor=3"]).as_deref(), Some("×3"));
    assert_eq!(growth(&["upscale_mode=target"]), None, "the size is another parameter's");
    assert_eq!(Length::default().words("x"), "");
}

#[test]
fn what_values_mean_is_told_wherever_the_schema_says_it() {
    let document = document(&json!({
        "image_url": { "type": "string" },
        "format": { "enum": ["png", "jpeg"], "x-enum-descriptions": ["without loss", ""], "examples": ["jpeg"] },
        "mode": { "enum": ["a", "b"], "x-enumDescriptions": { "b": "the\n second" } },
        "style": { "oneOf": [
            { "const": "any", "description": "whatever it likes" }, { "enum": ["plain"], "title": "Plain" }, { "type": "string" },
        ] },
    }));
    let model = Schema::of(&document).unwrap().model(endpoint(), None).unwrap();
    let meaning = |name: &str, value: &str| model.param(name).unwrap().meaning(&json!(value)).map(str::to_owned);
    assert_eq!((meaning("format", "png").as_deref(), meaning("format", "jpeg")), (Some("without loss"), None));
    assert_eq!((meaning("mode", "a"), meaning("mode", "b").as_deref()), (None, Some("the second")));
    assert_eq!(meaning("style", "any").as_deref(), Some("whatever it likes"));
    assert_eq!(meaning("style", "plain").as_deref(), Some("Plain"));
    assert_eq!(model.param("format").unwrap().told_example().as_deref(), Some("jpeg"));
}

/// JSON of any shape, with the words that schemas are made of.
fn any_schema() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "properties",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "items",
        "type",
        "enum",
        "const",
        "required",
        "default",
        "components",
        "schemas",
        "AInput",
        "AOutput",
        "image_url",
        "url",
        "minimum",
        "multipleOf",
        "paths",
    ]);
    let text = prop_oneof![
        Just("object".to_owned()),
        Just("array".to_owned()),
        Just("string".to_owned()),
        Just("integer".to_owned()),
        Just("#/components/schemas/AInput".to_owned()),
        Just("#/components/schemas/AOutput".to_owned()),
        any::<String>(),
    ];
    any_json(word.prop_map(str::to_owned).boxed(), text, (6, 80))
}

proptest! {
    #[test]
    fn no_document_makes_it_panic_or_go_on_for_ever(input in any_schema(), output in any_schema()) {
        let document = json!({ "components": { "schemas": { "AInput": input, "AOutput": output } } });
        if let Ok(schema) = Schema::of(&document)
            && let Ok(model) = schema.model(endpoint(), None)
        {
            let params = Params::parse(&model, []).unwrap();
            let _ = params.complete(&model);
            prop_assert_eq!(Params::from_canonical(&model, &params.canonical()), Ok(params));
        }
    }
}

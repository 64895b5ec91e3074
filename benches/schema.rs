//! What it costs to read a model's schema of 200 kB, which is as long as the longest at fal are. Reported, never
//! asserted in a test.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench reports, and may panic")]

use std::time::{Duration, Instant};

use fal_tui::job::EndpointId;
use fal_tui::model::Schema;
use serde_json::{Map, Value, json};

/// Its length, bytes.
const LONG: usize = 200_000;
/// How often it is read.
const TIMES: usize = 200;

/// A document with fields of every kind, until it is long enough.
fn document() -> Vec<u8> {
    let mut properties = Map::new();
    properties.insert("image_url".to_owned(), json!({ "type": "string", "description": "The image." }));
    let about = "What it does to the picture, in a few words as people write them. ".repeat(3);
    let kinds = [
        json!({ "type": "string", "enum": ["one", "two", "three", "four"], "default": "one" }),
        json!({ "type": "number", "minimum": 0.0, "exclusiveMaximum": 4.0, "default": 1.5 }),
        json!({ "anyOf": [{ "$ref": "#/components/schemas/Size" }, { "enum": ["square", "wide"] }] }),
        json!({ "type": "array", "items": { "$ref": "#/components/schemas/Size" } }),
        json!({ "allOf": [{ "$ref": "#/components/schemas/Size" }] }),
        json!({ "type": "string", "maxLength": 2000, "default": "" }),
    ];
    let size = json!({ "type": "object", "properties": {
        "width": { "type": "integer", "minimum": 1, "maximum": 14142, "default": 512 },
        "height": { "type": "integer", "minimum": 1, "maximum": 14142, "default": 512 },
    } });
    let whole = |properties: &Map<String, Value>| {
        let image = json!({ "properties": { "url": { "type": "string" }, "width": { "type": "integer" } } });
        json!({ "components": { "schemas": {
            "ABenchInput": { "type": "object", "required": ["image_url"], "properties": properties },
            "ABenchOutput": { "properties": { "image": image } },
            "Size": size,
        } } })
    };
    let mut length = 0;
    for (n, kind) in kinds.iter().cycle().enumerate() {
        if length > LONG {
            break;
        }
        let mut field = kind.clone();
        field.as_object_mut().unwrap().insert("description".to_owned(), about.as_str().into());
        length += field.to_string().len() + 12;
        properties.insert(format!("field_{n}"), field);
    }
    whole(&properties).to_string().into_bytes()
}

fn main() {
    let document = document();
    let endpoint = EndpointId::new("fal-ai/bench").unwrap();
    let mut took: Vec<Duration> = Vec::with_capacity(TIMES);
    let mut fields = 0;
    for _ in 0..TIMES {
        let begun = Instant::now();
        let model = Schema::read(&document).unwrap().model(endpoint.clone(), None).unwrap();
        took.push(begun.elapsed());
        fields = model.params.len();
    }
    took.sort_unstable();
    let at = |share: usize| took.get(TIMES * share / 100).copied().unwrap_or_default().as_secs_f64() * 1e3;
    println!("a schema of {} kB with {fields} fields, read {TIMES} times:", document.len() / 1000);
    println!("  half of them in {:.2} ms, 99 of a hundred in {:.2} ms; the aim is 5 ms", at(50), at(99));
}

//! A model's schema as an `OpenAPI` document, in the form that fal publishes it.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::endpoints;
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::Fal;
use crate::sandbox::model::{Field, Kind, Model, Work};
use crate::sandbox::refuse::{Refusal, json_answer};

/// `GET /api/openapi/queue/openapi.json?endpoint_id=…`: needs no key.
pub(in crate::sandbox) fn openapi(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    let ids = endpoints(ask)?;
    let [id] = ids.as_slice() else { return Err(Refusal::Bad("endpoint_id: expected one".to_owned())) };
    let model = Model::find(id).ok_or_else(|| Refusal::Missing(format!("App {id} not found")))?;
    Ok(json_answer(StatusCode::OK, &document(fal, model)))
}

/// The whole document: four paths, the input, the output, and what they use.
pub(super) fn document(fal: &Fal, model: &Model) -> Value {
    let (input, output) = (format!("{}Input", model.schema), format!("{}Output", model.schema));
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let answer =
        |schema: Value| json!({ "description": "OK", "content": { "application/json": { "schema": schema } } });
    let id = json!({
        "name": "request_id", "in": "path", "required": true,
        "schema": { "type": "string", "description": "Request ID" },
    });
    let logs = json!({
        "name": "logs", "in": "query", "required": false,
        "schema": { "type": "number", "description": "Whether to include logs (`1`) or not (`0`)." },
    });
    let cancelled = json!({ "type": "object", "properties": { "success": { "type": "boolean" } } });
    let mut paths = Map::new();
    let mut path = |path: String, operation: Value| {
        paths.insert(path, operation);
    };
    let base = format!("/{}", model.id);
    path(
        format!("{base}/requests/{{request_id}}/status"),
        json!({
            "get": { "parameters": [id, logs], "responses": { "200": answer(reference("QueueStatus")) } },
        }),
    );
    path(
        format!("{base}/requests/{{request_id}}/cancel"),
        json!({
            "put": { "parameters": [id], "responses": { "200": answer(cancelled) } },
        }),
    );
    path(
        base.clone(),
        json!({
            "post": {
                "requestBody": { "required": true, "content": { "application/json": { "schema": reference(&input) } } },
                "responses": { "200": answer(reference("QueueStatus")) },
            },
        }),
    );
    path(
        format!("{base}/requests/{{request_id}}"),
        json!({
            "get": { "parameters": [id], "responses": { "200": answer(reference(&output)) } },
        }),
    );

    let mut schemas = Map::new();
    schemas.insert("QueueStatus".to_owned(), queue_status());
    schemas.insert(input, input_schema(model));
    schemas.insert(output, output_schema(model, &reference));
    schemas.insert("Image".to_owned(), image_schema("Image", true));
    schemas.insert("File".to_owned(), image_schema("File", false));
    json!({
        "openapi": "3.0.4",
        "info": {
            "title": format!("Queue OpenAPI for {}", model.id),
            "version": "1.0.0",
            "description": format!("The OpenAPI schema for the {} queue.", model.id),
            "x-fal-metadata": {
                "endpointId": model.id,
                "category": model.category,
                "thumbnailUrl": "",
                "playgroundUrl": format!("https://fal.ai/models/{}", model.id),
                "documentationUrl": format!("https://fal.ai/models/{}/api", model.id),
            },
        },
        "components": {
            "securitySchemes": {
                "apiKeyAuth": { "type": "apiKey", "in": "header", "name": "Authorization", "description": "Fal Key" },
            },
            "schemas": schemas,
        },
        "paths": paths,
        "servers": [{ "url": format!("{}/queue", fal.origin) }],
        "security": [{ "apiKeyAuth": [] }],
    })
}

fn queue_status() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status": { "type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"] },
            "request_id": { "type": "string", "description": "The request id." },
            "response_url": { "type": "string", "description": "The response url." },
            "status_url": { "type": "string", "description": "The status url." },
            "cancel_url": { "type": "string", "description": "The cancel url." },
            "logs": { "type": "object", "description": "The logs.", "additionalProperties": true },
            "metrics": { "type": "object", "description": "The metrics.", "additionalProperties": true },
            "queue_position": { "type": "integer", "description": "The queue position." },
        },
        "required": ["status", "request_id"],
    })
}

fn input_schema(model: &Model) -> Value {
    let names: Vec<_> = model.fields.iter().map(|field| field.name).collect();
    let required: Vec<_> =
        model.fields.iter().filter(|field| is_required(&field.kind)).map(|field| field.name).collect();
    let properties: Map<String, Value> =
        model.fields.iter().map(|field| (field.name.to_owned(), property(field))).collect();
    json!({
        "title": format!("{}Input", model.schema),
        "type": "object",
        "properties": properties,
        "x-fal-order-properties": names,
        "required": required,
    })
}

fn is_required(kind: &Kind) -> bool {
    matches!(kind, Kind::ImageUrl | Kind::FileUrl | Kind::ImageUrls | Kind::Prompt { .. })
}

fn property(field: &Field) -> Value {
    let mut property = match &field.kind {
        Kind::ImageUrl => json!({ "type": "string", "ui": { "field": "image" } }),
        Kind::FileUrl => json!({ "type": "string" }),
        Kind::ImageUrls => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
        Kind::Prompt { min } => json!({ "type": "string", "minLength": min }),
        Kind::Number { min, max, default } => {
            json!({ "type": "number", "minimum": min, "maximum": max, "default": default })
        }
        Kind::Integer { min, max, default } => {
            json!({ "type": "integer", "minimum": min, "maximum": max, "default": default })
        }
        Kind::Seed => json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] }),
        Kind::Boolean { default } => json!({ "type": "boolean", "default": default }),
        Kind::Text { default } => json!({ "type": "string", "default": default }),
        Kind::Choice(choices) => json!({ "type": "string", "enum": choices, "default": choices.first() }),
    };
    if let Some(property) = property.as_object_mut() {
        let title = field.name.split('_').map(capital).collect::<Vec<_>>().join(" ");
        property.insert("title".to_owned(), json!(title));
        property.insert("description".to_owned(), json!(field.about));
    }
    property
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn output_schema(model: &Model, reference: &impl Fn(&str) -> Value) -> Value {
    let image = reference("Image");
    let timings =
        json!({ "type": "object", "title": "Timings", "description": "The time that each part took, seconds." });
    let seed = json!({ "type": "integer", "title": "Seed", "description": "The seed that was used." });
    let properties = match model.work {
        Work::Upscale => json!({
            "image": { "allOf": [image], "title": "Image", "description": "The enlarged image." },
            "seed": seed,
            "caption": { "type": "string", "title": "Caption", "description": "What the image shows." },
            "timings": timings,
        }),
        Work::Vary => json!({
            "images": { "type": "array", "items": image, "title": "Images", "description": "The generated images." },
            "timings": timings,
            "has_nsfw_concepts": { "type": "array", "items": { "type": "boolean" }, "title": "Has Nsfw Concepts" },
            "seed": seed,
        }),
        Work::Fill => json!({
            "prompt": { "type": "string", "title": "Prompt", "description": "The prompt as it was used." },
            "images": { "type": "array", "items": image, "title": "Images", "description": "The filled images." },
            "timings": timings,
            "has_nsfw_concepts": { "type": "array", "items": { "type": "boolean" }, "title": "Has Nsfw Concepts" },
            "seed": seed,
        }),
        Work::Film => json!({
            "video": { "allOf": [reference("File")], "title": "Video", "description": "The video, an MP4." },
        }),
        Work::Enlarge { gives, .. } => {
            let all = json!({
                "image": { "allOf": [image], "title": "Image", "description": "The enlarged image." },
                "images": { "type": "array", "items": image, "title": "Images", "description": "The enlarged image." },
                "seed": seed,
                "timings": timings,
            });
            let mut all = if let Value::Object(all) = all { all } else { Map::new() };
            all.retain(|name, _| gives.contains(&name.as_str()));
            Value::Object(all)
        }
        Work::Caption(role) => json!({
            role: { "type": "string", "title": capital(role), "description": "What the image shows." },
        }),
        Work::CutOut => json!({
            "image": { "allOf": [image], "title": "Image", "description": "The subject." },
            "mask_image": { "anyOf": [image, { "type": "null" }], "title": "Mask Image", "description": "Where it is." },
        }),
        Work::Edit => json!({
            "images": { "type": "array", "items": image, "title": "Images", "description": "The edited images." },
            "description": { "type": "string", "title": "Description", "description": "What was done." },
        }),
        Work::Draw => json!({
            "images": { "type": "array", "items": reference("File"), "title": "Images", "description": "The drawing, an SVG." },
        }),
        Work::Trace => json!({
            "image": { "allOf": [reference("File")], "title": "Image", "description": "The drawing, an SVG." },
        }),
    };
    let names: Vec<_> = properties.as_object().into_iter().flat_map(Map::keys).cloned().collect();
    json!({
        "title": format!("{}Output", model.schema),
        "type": "object",
        "properties": properties,
        "x-fal-order-properties": names,
        "required": names,
    })
}

/// A file as answers have it; that of an image has its size, too.
fn image_schema(title: &str, sized: bool) -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let number = |about: &str| json!({ "type": "integer", "description": about });
    let mut properties = Map::new();
    let mut add = |name: &str, schema: Value| drop(properties.insert(name.to_owned(), schema));
    add("url", text("The URL where the file can be downloaded from."));
    add("content_type", text("The mime type of the file."));
    add("file_name", text("The name of the file."));
    add("file_size", number("The size of the file in bytes."));
    if sized {
        add("width", number("The width of the image in pixels."));
        add("height", number("The height of the image in pixels."));
    }
    let names: Vec<_> = properties.keys().cloned().collect();
    json!({
        "title": title,
        "type": "object",
        "properties": properties,
        "x-fal-order-properties": names,
        "required": ["url"],
    })
}

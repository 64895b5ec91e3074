//! The catalogue: every model, some by id, or those that fit a search.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::openapi::document;
use super::{check_any_api_key, endpoints, invalid, limit, unknown_endpoint};
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::Fal;
use crate::sandbox::model::{Model, Standing, models as all_models};
use crate::sandbox::refuse::{Refusal, json_answer};

/// `GET /v1/models`.
pub(in crate::sandbox) fn models(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_any_api_key(ask)?;
    let ids = endpoints(ask)?;
    if let Some(unknown) = ids.iter().find(|id| Model::find(id).is_none()) {
        return Err(unknown_endpoint(unknown));
    }
    let words = ask.query("q").unwrap_or_default().to_lowercase();
    let category = ask.query("category");
    let status = ask.query("status").unwrap_or_else(|| "active".to_owned());
    if !matches!(status.as_str(), "active" | "deprecated") {
        return Err(invalid("status: expected active or deprecated".to_owned()));
    }
    let found: Vec<&Model> = all_models()
        .filter(|model| ids.is_empty() || ids.iter().any(|id| id == model.id))
        .filter(|model| category.as_deref().is_none_or(|category| category == model.category))
        .filter(|model| words.split_whitespace().all(|word| is_about(model, word)))
        // One that is asked for by its id is told of wherever it stands.
        .filter(|model| !ids.is_empty() || model.standing.name() == status)
        .collect();

    let from = match ask.query("cursor") {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| invalid("cursor: not one of ours".to_owned()))?,
    };
    let page_len = limit(ask, 50, 100)?;
    let with_schema = ask.queries("expand").any(|expand| expand.split(',').any(|what| what == "openapi-3.0"));
    let page: Vec<Value> = found.iter().skip(from).take(page_len).map(|model| entry(fal, model, with_schema)).collect();
    let next = from + page.len();
    let more = next < found.len();
    let next_cursor = more.then(|| next.to_string());
    Ok(json_answer(StatusCode::OK, &json!({ "models": page, "next_cursor": next_cursor, "has_more": more })))
}

fn is_about(model: &Model, word: &str) -> bool {
    [model.id, model.title, model.about, model.category].iter().any(|text| text.to_lowercase().contains(word))
}

fn entry(fal: &Fal, model: &Model, with_schema: bool) -> Value {
    let mut entry = json!({
        "endpoint_id": model.id,
        "metadata": {
            "display_name": model.title,
            "category": model.category,
            "description": model.about,
            "status": model.standing.name(),
            "tags": ["sandbox"],
            "updated_at": "2026-01-01T00:00:00Z",
            "is_favorited": false,
            "thumbnail_url": "",
            "model_url": format!("{}/queue/{}", fal.origin, model.id),
            "license_type": "commercial",
            "kind": "inference",
            "duration_estimate": fal.latency.as_secs_f64() / 60.0,
            "date": "2026-01-01T00:00:00Z",
            "highlighted": false,
            "pinned": false,
        },
    });
    if let Standing::Deprecated(other) | Standing::Retired(other) = model.standing
        && let Some(metadata) = entry.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("replaced_by".to_owned(), json!(other));
    }
    if with_schema && let Some(entry) = entry.as_object_mut() {
        entry.insert("openapi".to_owned(), document(fal, model));
    }
    entry
}

//! Deleting what came of a request: its files, and what was asked and answered. What was uploaded stays.

use axum::response::Response;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::json;
use uuid::Uuid;

use super::check_api_key;
use crate::fal::wire::{Deleted, DeletedFile};
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::Fal;
use crate::sandbox::lock::lock;
use crate::sandbox::refuse::{Refusal, json_answer};

/// `DELETE /v1/models/requests/{id}/payloads`. Keys that begin with `plain` are no admin's.
pub(in crate::sandbox) fn forget(fal: &Fal, ask: &Ask, id: Uuid) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    if ask.header(AUTHORIZATION.as_str()).is_some_and(|value| value.starts_with("Key plain")) {
        let why = "Admin permission is required".to_owned();
        return Err(Refusal::Platform(StatusCode::FORBIDDEN, "authorization_error", why));
    }
    if !lock(&fal.line).forget(id) {
        return Err(Refusal::Platform(StatusCode::NOT_FOUND, "not_found", format!("Request '{id}' not found")));
    }
    let deleted = fal.files.expire_of(id, fal.clock.now());
    let files = deleted.iter().map(|segment| DeletedFile { link: fal.file_url(segment), exception: None });
    Ok(json_answer(StatusCode::OK, &json!(Deleted { cdn_delete_results: files.collect() })))
}

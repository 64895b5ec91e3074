//! The platform API: catalogue, prices, what requests there were (fal docs: platform). Its errors
//! have a form of their own.

mod billing;
mod forget;
mod models;
mod openapi;
mod pricing;
mod requests;

pub(super) use billing::billing_events;
pub(super) use forget::forget;
pub(super) use models::models;
pub(super) use openapi::openapi;
pub(super) use pricing::{estimate, pricing};
pub(super) use requests::{by_endpoint, search};

use http::StatusCode;
use http::header::AUTHORIZATION;

use super::ask::Ask;
use super::fal::check_key;
use super::refuse::Refusal;

/// The most endpoints in one question.
const MAX_ENDPOINTS: usize = 50;

/// The platform API's way to refuse a key.
fn check_api_key(ask: &Ask) -> Result<(), Refusal> {
    check_key(&ask.headers).map_err(|_| {
        Refusal::Platform(StatusCode::UNAUTHORIZED, "authorization_error", "Invalid key credentials".to_owned())
    })
}

/// The same where a key may be left out.
fn check_any_api_key(ask: &Ask) -> Result<(), Refusal> {
    if ask.headers.contains_key(AUTHORIZATION) { check_api_key(ask) } else { Ok(()) }
}

/// The endpoints that a call names, one a parameter or with commas between them.
fn endpoints(ask: &Ask) -> Result<Vec<String>, Refusal> {
    let mut ids = Vec::new();
    for given in ask.queries("endpoint_id") {
        ids.extend(given.split(',').filter(|id| !id.is_empty()).map(str::to_owned));
    }
    if ids.len() > MAX_ENDPOINTS {
        return Err(invalid(format!("endpoint_id: at most {MAX_ENDPOINTS} are allowed")));
    }
    Ok(ids)
}

/// How many entries a page has.
fn limit(ask: &Ask, default: usize, most: usize) -> Result<usize, Refusal> {
    let Some(given) = ask.query("limit") else { return Ok(default) };
    let limit = given.parse().ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| invalid(format!("limit: expected a number from 1 to {most}")))
}

fn invalid(message: String) -> Refusal {
    Refusal::Platform(StatusCode::BAD_REQUEST, "validation_error", message)
}

fn unknown_endpoint(id: &str) -> Refusal {
    Refusal::Platform(StatusCode::NOT_FOUND, "not_found", format!("Endpoint id '{id}' not found"))
}

//! The platform API: prices (fal docs: platform).

use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::fal::check_key;
use super::model::Model;
use super::refuse::{Refusal, json_answer};
use super::serve::Ask;
use crate::fal::wire;

/// The most endpoints in one question.
const MAX_ENDPOINTS: usize = 50;

/// The platform API's way to refuse a key.
pub(super) fn check_api_key(ask: &Ask) -> Result<(), Refusal> {
    check_key(&ask.headers).map_err(|_| {
        Refusal::Platform(StatusCode::UNAUTHORIZED, "authorization_error", "Invalid key credentials".to_owned())
    })
}

/// The endpoints that a call names, one a parameter or with commas between them.
pub(super) fn endpoints(ask: &Ask) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> =
        ask.queries("endpoint_id").flat_map(|ids| ids.split(',').map(str::to_owned).collect::<Vec<_>>()).collect();
    if ids.len() > MAX_ENDPOINTS {
        let message = format!("endpoint_id: at most {MAX_ENDPOINTS} are allowed");
        return Err(Refusal::Platform(StatusCode::BAD_REQUEST, "validation_error", message));
    }
    Ok(ids)
}

/// `GET /v1/models/pricing`.
pub(super) fn pricing(ask: &Ask) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    let ids = endpoints(ask)?;
    if ids.is_empty() {
        let message = "endpoint_id: Required".to_owned();
        return Err(Refusal::Platform(StatusCode::BAD_REQUEST, "validation_error", message));
    }
    let mut prices = Vec::new();
    for id in &ids {
        let Some(model) = Model::find(id) else {
            let message = format!("Endpoint id '{id}' not found");
            return Err(Refusal::Platform(StatusCode::NOT_FOUND, "not_found", message));
        };
        prices.push(wire::Price {
            endpoint_id: model.id.to_owned(),
            unit_price: model.unit_price,
            unit: model.unit.name().to_owned(),
            currency: "USD".to_owned(),
        });
    }
    Ok(json_answer(StatusCode::OK, &json!(wire::Prices { prices, next_cursor: None, has_more: false })))
}

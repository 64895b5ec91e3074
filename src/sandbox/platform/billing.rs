//! What requests were billed, one by one (fal docs: platform, billing events). Keys that begin with `plain` have no ADMIN
//! scope, and may not read it.

use axum::response::Response;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::{check_api_key, endpoints, invalid, limit};
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::Fal;
use crate::sandbox::lock::lock;
use crate::sandbox::queue::State;
use crate::sandbox::refuse::{Refusal, json_answer};

/// `GET /v1/models/billing-events`.
pub(in crate::sandbox) fn billing_events(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    let key = ask.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if key.split_once(' ').is_some_and(|(_, key)| key.trim().starts_with("plain")) {
        let message = "This endpoint requires a key with ADMIN scope".to_owned();
        return Err(Refusal::Platform(StatusCode::FORBIDDEN, "authorization_error", message));
    }
    let date = |name: &str| -> Result<Option<jiff::Timestamp>, Refusal> {
        let read =
            |text: String| text.parse().map_err(|_| invalid(format!("{name}: expected an ISO 8601 date and time")));
        ask.query(name).map(read).transpose()
    };
    let (start, end) = (date("start")?.unwrap_or(jiff::Timestamp::MIN), date("end")?.unwrap_or(jiff::Timestamp::MAX));
    let (ids, one) = (endpoints(ask)?, ask.query("request_id"));
    let mut events = Vec::new();
    for request in lock(&fal.line).ended() {
        let State::Ended(ended) = &request.state else { continue };
        let (asked, at, units) = (&request.asked, fal.clock.date(ended.at), ended.outcome.units);
        let is_asked = (ids.is_empty() || ids.iter().any(|id| id == asked.model.id))
            && one.as_ref().is_none_or(|one| *one == asked.id.to_string());
        if units <= 0.0 || !is_asked || !(start..end).contains(&at) {
            continue;
        }
        let price = asked.model.unit_price.unwrap_or_default();
        let event = json!({
            "request_id": asked.id.to_string(), "endpoint_id": asked.model.id, "timestamp": at.to_string(),
            "output_units": units, "unit_price": price, "percent_discount": 0, "cost_subtotal": units * price,
            "cost_discount": 0, "cost_total": units * price, "cost_estimate_nano_usd": (units * price * 1e9).round(),
        });
        events.push((at, asked.id, event));
    }
    events.sort_by_key(|(at, id, _)| (std::cmp::Reverse(*at), *id));
    let from: usize = ask.query("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let limit = limit(ask, 100, 10_000)?;
    let next = (events.len() > from + limit).then(|| (from + limit).to_string());
    let page: Vec<_> = events.into_iter().skip(from).take(limit).map(|(.., event)| event).collect();
    let more = next.is_some();
    Ok(json_answer(StatusCode::OK, &json!({ "billing_events": page, "next_cursor": next, "has_more": more })))
}

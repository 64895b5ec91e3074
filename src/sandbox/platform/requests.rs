//! What requests there were: how a client that lost an id, or an answer, finds its result again.

use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{check_api_key, endpoints, invalid, limit};
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::Fal;
use crate::sandbox::lock::lock;
use crate::sandbox::queue::{Ended, Request, State};
use crate::sandbox::refuse::{Refusal, json_answer};

/// How far back the list goes unless asked otherwise, and if one request is asked for.
const DAY: Duration = Duration::from_hours(24);
const QUARTER: Duration = Duration::from_hours(90 * 24);

/// How long what was asked and answered is stored (fal docs: platform, payloads).
const STORED: Duration = Duration::from_hours(30 * 24);

/// `GET /v1/models/requests/by-endpoint`: what has ended, newest first.
pub(in crate::sandbox) fn by_endpoint(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    let ids = endpoints(ask)?;
    if ids.is_empty() {
        return Err(invalid("endpoint_id: Required".to_owned()));
    }
    let (entries, next_cursor) = page(fal, ask, &ids)?;
    let more = next_cursor.is_some();
    Ok(json_answer(StatusCode::OK, &json!({ "items": entries, "next_cursor": next_cursor, "has_more": more })))
}

/// `GET /v1/models/requests/search`: the same without dates, under another name.
pub(in crate::sandbox) fn search(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    check_api_key(ask)?;
    let (entries, next_cursor) = page(fal, ask, &endpoints(ask)?)?;
    let more = next_cursor.is_some();
    Ok(json_answer(StatusCode::OK, &json!({ "results": entries, "next_cursor": next_cursor, "has_more": more })))
}

/// One page of what fits, and where the next one begins.
fn page(fal: &Fal, ask: &Ask, endpoints: &[String]) -> Result<(Vec<Value>, Option<String>), Refusal> {
    let now = fal.clock.date(fal.clock.now());
    let one = ask.query("request_id");
    let reach = if one.is_some() { QUARTER } else { DAY };
    let start = date(ask, "start")?.unwrap_or_else(|| now.checked_sub(reach).unwrap_or(Timestamp::MIN));
    let end = date(ask, "end")?.unwrap_or(Timestamp::MAX);
    let status = ask.query("status");
    if let Some(other) = status.as_deref().filter(|status| !matches!(*status, "success" | "error" | "user_error")) {
        return Err(invalid(format!("status: `{other}` is not one of success, error, user_error")));
    }
    let by_duration = match ask.query("sort_by").as_deref() {
        None | Some("ended_at") => false,
        Some("duration") => true,
        Some(_) => return Err(invalid("sort_by: expected ended_at or duration".to_owned())),
    };

    let mut found: Vec<Found> = lock(&fal.line).ended().filter_map(|request| Found::of(fal, request)).collect();
    found.retain(|found| {
        (endpoints.is_empty() || endpoints.iter().any(|id| id == found.request.asked.model.id))
            && one.as_deref().is_none_or(|id| id == found.id().to_string())
            && status.as_deref().is_none_or(|status| status == found.verdict())
            && (start..end).contains(&found.ended_at)
    });
    if by_duration {
        found.sort_by_key(|found| (std::cmp::Reverse(found.duration), found.id()));
    } else {
        found.sort_by_key(|found| (std::cmp::Reverse(found.ended_at), found.id()));
    }

    let mut rest = found.as_slice();
    if let Some(cursor) = ask.query("cursor") {
        let last = found.iter().position(|found| found.id().to_string() == cursor);
        let last = last.ok_or_else(|| invalid("cursor: not one of ours".to_owned()))?;
        rest = found.get(last + 1..).unwrap_or_default();
    }
    let payloads = ask.queries("expand").any(|expand| expand.split(',').any(|what| what == "payloads"));
    let (page, more) = rest.split_at(limit(ask, 50, 100)?.min(rest.len()));
    let next = page.last().filter(|_| !more.is_empty()).map(|last| last.id().to_string());
    Ok((page.iter().map(|found| found.entry(fal, payloads)).collect(), next))
}

fn date(ask: &Ask, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let parse = |text: String| text.parse().map_err(|_| invalid(format!("{name}: expected an ISO 8601 date and time")));
    ask.query(name).map(parse).transpose()
}

/// A request that has ended.
struct Found {
    request: Request,
    ended: std::sync::Arc<Ended>,
    ended_at: Timestamp,
    duration: Duration,
}

impl Found {
    fn of(fal: &Fal, request: &Request) -> Option<Self> {
        let State::Ended(ended) = &request.state else { return None };
        let duration = ended.script.as_ref().map(|script| ended.at.since(script.since)).unwrap_or_default();
        Some(Self { request: request.clone(), ended: ended.clone(), ended_at: fal.clock.date(ended.at), duration })
    }

    fn id(&self) -> Uuid {
        self.request.asked.id
    }

    fn verdict(&self) -> &'static str {
        match self.ended.outcome.status.as_u16() {
            200..300 => "success",
            400..500 => "user_error",
            _ => "error",
        }
    }

    fn entry(&self, fal: &Fal, payloads: bool) -> Value {
        let asked = &self.request.asked;
        let started = self.ended.script.as_ref().map_or(self.ended.at, |script| script.since);
        let mut entry = json!({
            "request_id": asked.id.to_string(),
            "endpoint_id": asked.model.id,
            "started_at": fal.clock.date(started).to_string(),
            "sent_at": fal.clock.date(asked.at).to_string(),
            "ended_at": self.ended_at.to_string(),
            "status_code": self.ended.outcome.status.as_u16(),
            "duration": self.duration.as_secs_f64(),
        });
        // What was not to be stored, or is no longer, is not there to be shown.
        if payloads
            && !asked.forget
            && !lock(&fal.line).is_forgotten(asked.id)
            && fal.clock.now().since(self.ended.at) <= STORED
            && let Some(entry) = entry.as_object_mut()
        {
            entry.insert("json_input".to_owned(), json!(asked.input()));
            let output: Value = serde_json::from_slice(&self.ended.outcome.body).unwrap_or(Value::Null);
            entry.insert("json_output".to_owned(), output);
        }
        entry
    }
}

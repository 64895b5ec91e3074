//! Status, result, cancel: how a request is followed to its end.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use uuid::Uuid;

use super::request::{Ended, Outcome, Request, State};
use super::submit::Urls;
use crate::fal::wire;
use crate::sandbox::ask::Ask;
use crate::sandbox::clock::Moment;
use crate::sandbox::fal::{Fal, check_key};
use crate::sandbox::lock::lock;
use crate::sandbox::refuse::{BILLABLE_UNITS, REQUEST_ID, Refusal, SERVED_FROM, json_answer};

/// Names the request in an answer's headers.
pub(super) fn named(id: Uuid, mut answer: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

/// The request that a call is about, if it is known and belongs to the app.
pub(super) fn find(fal: &Fal, ask: &Ask, app: &str, id: Uuid) -> Result<(Request, usize), Refusal> {
    check_key(&ask.headers)?;
    let found = lock(&fal.line).find(id);
    let ours = |(request, _): &(Request, usize)| request.asked.model.app() == app && !is_forgotten(fal, request);
    found.filter(ours).ok_or(Refusal::NoRequest)
}

/// How long a result stays, unless a scenario says otherwise: 30 days; without stored payloads, or when
/// it is long, an hour, and six minutes from 10 KB on (fal docs: queue, result).
fn is_forgotten(fal: &Fal, request: &Request) -> bool {
    let State::Ended(ended) = &request.state else { return false };
    let length = ended.outcome.body.len();
    let keeps = if let Some(stay) = fal.results_stay {
        stay
    } else if !request.asked.forget && length <= 1_000_000 {
        Duration::from_hours(30 * 24)
    } else if length < 10_000 {
        Duration::from_hours(1)
    } else {
        Duration::from_mins(6)
    };
    fal.clock.now().since(ended.at) > keeps
}

/// What the status call answers.
pub(super) fn status_now(fal: &Fal, request: &Request, before: usize, logs: bool, now: Moment) -> wire::StatusAnswer {
    let urls = Urls::of(fal, &request.asked);
    let mut answer = wire::StatusAnswer {
        status: String::new(),
        request_id: Some(request.asked.id.to_string()),
        queue_position: None,
        status_url: Some(urls.status),
        response_url: Some(urls.response),
        cancel_url: Some(urls.cancel),
        logs: None,
        metrics: None,
        error: None,
        error_type: None,
    };
    match &request.state {
        State::Waiting { .. } => {
            "IN_QUEUE".clone_into(&mut answer.status);
            answer.queue_position = u32::try_from(before).ok();
        }
        State::Running(script) => {
            "IN_PROGRESS".clone_into(&mut answer.status);
            answer.logs = logs.then(|| script.told(&fal.clock, now));
        }
        State::Ended(ended) => {
            "COMPLETED".clone_into(&mut answer.status);
            let script = ended.script.as_ref();
            answer.logs = logs.then(|| script.map(|script| script.told(&fal.clock, ended.at)).unwrap_or_default());
            let ran = script.map(|script| ended.at.since(script.since).as_secs_f64());
            answer.metrics = Some(wire::Metrics { inference_time: ran });
            (answer.error, answer.error_type) = ended.outcome.error.clone().unzip();
        }
    }
    answer
}

/// The status as it goes out. Once a request runs, `logs` is there even where nobody asked for it,
/// as null: fal's own Python client relies on that.
pub(super) fn status_body(request: &Request, status: &wire::StatusAnswer) -> Value {
    let mut body = json!(status);
    if status.logs.is_none()
        && !request.is_waiting()
        && let Some(body) = body.as_object_mut()
    {
        body.insert("logs".to_owned(), Value::Null);
    }
    body
}

/// `GET …/status`: 202 until it is COMPLETED, then 200.
pub(in crate::sandbox) fn status(fal: &Fal, ask: &Ask, app: &str, id: Uuid) -> Result<Response, Refusal> {
    let (request, before) = find(fal, ask, app, id)?;
    let answer = status_body(&request, &status_now(fal, &request, before, wants_logs(ask), fal.clock.now()));
    let code = if matches!(request.state, State::Ended(_)) { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(named(id, json_answer(code, &answer)))
}

/// `logs=1`, as the clients write it: `1`, `true`, or any other whole number but 0.
pub(super) fn wants_logs(ask: &Ask) -> bool {
    ask.query("logs")
        .is_some_and(|value| value.eq_ignore_ascii_case("true") || value.parse().is_ok_and(|n: i64| n != 0))
}

/// `GET …/requests/{id}`: the model's own answer, again and again.
pub(in crate::sandbox) fn result(fal: &Fal, ask: &Ask, app: &str, id: Uuid) -> Result<Response, Refusal> {
    let (request, _) = find(fal, ask, app, id)?;
    let State::Ended(ended) = &request.state else {
        let not_ready = json!({ "detail": "Request is still in progress" });
        return Ok(named(id, json_answer(StatusCode::BAD_REQUEST, &not_ready)));
    };
    let outcome = &ended.outcome;
    let mut answer = Response::new(Body::from(outcome.body.clone()));
    *answer.status_mut() = outcome.status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if fal.billing.told
        && let Ok(units) = HeaderValue::from_str(&format_units(outcome.units))
    {
        answer.headers_mut().insert(BILLABLE_UNITS, units);
    }
    answer.headers_mut().insert(SERVED_FROM, HeaderValue::from_static(request.asked.model.id));
    answer.headers_mut().extend(outcome.headers.iter().cloned());
    Ok(named(id, answer))
}

/// Units without digits that say nothing: `4.194304`, `0`.
fn format_units(units: f64) -> String {
    let text = format!("{units:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `PUT …/cancel`: who waits is taken out; who runs is told, and finishes all the same, as most of
/// fal's models do.
pub(in crate::sandbox) fn cancel(fal: &Arc<Fal>, ask: &Ask, app: &str, id: Uuid) -> Result<Response, Refusal> {
    let (request, _) = find(fal, ask, app, id)?;
    let (code, word) = if fal.withdraw(&request.asked, Outcome::cancelled()) {
        (StatusCode::OK, "OK")
    } else if matches!(request.state, State::Ended(_)) {
        (StatusCode::BAD_REQUEST, "ALREADY_COMPLETED")
    } else {
        request.asked.cancelled.cancel();
        (StatusCode::ACCEPTED, "CANCELLATION_REQUESTED")
    };
    Ok(named(id, json_answer(code, &json!(wire::Cancelled { status: Some(word.to_owned()) }))))
}

impl Ended {
    /// A request that ended now.
    pub(super) fn now(fal: &Fal, script: Option<Arc<super::log::Script>>, outcome: Outcome) -> Arc<Self> {
        Arc::new(Self { at: fal.clock.now(), script, outcome })
    }
}

//! Submit: a request enters the queue.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use base64::Engine as _;
use http::header::HeaderValue;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::postman::Postman;
use super::request::{Asked, Outcome, Priority};
use crate::fal::wire;
use crate::sandbox::ask::Ask;
use crate::sandbox::fal::{Fal, check_key};
use crate::sandbox::files::Lifecycle;
use crate::sandbox::lock::lock;
use crate::sandbox::model::{Model, models};
use crate::sandbox::refuse::{Refusal, TIMEOUT_TYPE, json_answer};
use crate::sandbox::stats::Input;

/// `POST /{endpoint}`: the body is the model's input itself.
pub(in crate::sandbox) fn submit(fal: &Arc<Fal>, ask: &Ask, endpoint: &str) -> Result<Response, Refusal> {
    check_key(&ask.headers)?;
    if let Some(reason) = fal.play.locked() {
        return Err(Refusal::Forbidden(reason));
    }
    let model = find_model(endpoint)?;
    let Value::Object(input) = ask.json()? else {
        return Err(Refusal::Bad("body: expected a JSON object".to_owned()));
    };
    let start_timeout = start_timeout(ask)?;
    check_length(fal, ask)?;
    let trace = trace(fal, model, &input);
    let attempt = fal.saw(|saw| saw.submitting(&trace));
    let asked = Arc::new(Asked {
        id: Uuid::new_v4(),
        model,
        body: ask.body.clone(),
        trace,
        attempt,
        priority: priority(&ask.headers),
        forget: ask.header("x-fal-store-io").is_some_and(|value| value == "0"),
        at: fal.clock.now(),
        no_retry: ask.header("x-fal-no-retry").is_some_and(|value| matches!(value, "1" | "true" | "yes")),
        webhook: ask.query("fal_webhook").and_then(|url| Postman::address(&url)),
        lifecycle: ask
            .headers
            .get("x-fal-object-lifecycle-preference")
            .map(|header| Lifecycle::read(header.as_bytes()))
            .unwrap_or_default(),
        cancelled: CancellationToken::new(),
    });
    fal.saw(|saw| saw.accepted(&asked.trace));
    let position = lock(&fal.line).join(asked.clone());
    if let Some(patience) = start_timeout {
        give_up_after(fal, &asked, patience);
    }
    fal.fill();
    let urls = Urls::of(fal, &asked);
    let answer = wire::Submitted {
        request_id: asked.id.to_string(),
        status: Some("IN_QUEUE".to_owned()),
        queue_position: u32::try_from(position).ok(),
        status_url: Some(urls.status),
        response_url: Some(urls.response),
        cancel_url: Some(urls.cancel),
    };
    let mut body = json!(answer);
    if let Some(body) = body.as_object_mut() {
        body.insert("gateway_request_id".to_owned(), json!(asked.id.to_string()));
    }
    Ok(super::follow::named(asked.id, json_answer(StatusCode::OK, &body)))
}

/// `X-Fal-Request-Start-Timeout`, or by its former name: how long the request may wait, seconds.
fn start_timeout(ask: &Ask) -> Result<Option<Duration>, Refusal> {
    let given = ask.header("x-fal-request-start-timeout").or_else(|| ask.header("x-fal-request-timeout"));
    let Some(given) = given else { return Ok(None) };
    let seconds = given.parse().ok().filter(|seconds: &f64| *seconds > 0.1);
    let patience = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let wrong = || Refusal::Bad("X-Fal-Request-Start-Timeout: expected more than 0.1 seconds".to_owned());
    patience.map(Some).ok_or_else(wrong)
}

/// Ends a request that has not started in time. What has started is not bounded by it.
fn give_up_after(fal: &Arc<Fal>, asked: &Arc<Asked>, patience: Duration) {
    let (host, asked) = (fal.clone(), asked.clone());
    fal.spawn(async move {
        host.clock.until(asked.at.after(patience)).await;
        let mut outcome =
            Outcome::platform(StatusCode::GATEWAY_TIMEOUT, "request_timeout", "Request timed out before it started");
        outcome.headers.push((TIMEOUT_TYPE, HeaderValue::from_static("user")));
        host.withdraw(&asked, outcome);
    });
}

/// `fal_max_queue_length`: rather refuse than make it wait behind more than that many.
fn check_length(fal: &Fal, ask: &Ask) -> Result<(), Refusal> {
    let most = ask.query("fal_max_queue_length").and_then(|most| most.parse::<usize>().ok());
    match most {
        Some(most) if lock(&fal.line).waiting() > most => Err(Refusal::Busy),
        _ => Ok(()),
    }
}

/// Where a request is followed.
pub(super) struct Urls {
    pub(super) status: String,
    pub(super) response: String,
    pub(super) cancel: String,
}

impl Urls {
    /// Below the app, without the endpoint's subpath (fal docs: queue).
    pub(super) fn of(fal: &Fal, asked: &Asked) -> Self {
        let response = format!("{}/queue/{}/requests/{}", fal.origin, asked.model.app(), asked.id);
        Self { status: format!("{response}/status"), cancel: format!("{response}/cancel"), response }
    }
}

fn find_model(endpoint: &str) -> Result<&'static Model, Refusal> {
    Model::find(endpoint).ok_or_else(|| {
        let app = models().find_map(|model| endpoint.strip_prefix(model.app())?.strip_prefix('/'));
        Refusal::Missing(match app {
            Some(subpath) => format!("Path /{subpath} not found"),
            None => format!("Application '{}' not found", endpoint.split('/').nth(1).unwrap_or(endpoint)),
        })
    })
}

/// What is unknown is ignored (fal docs: queue).
fn priority(headers: &HeaderMap) -> Priority {
    match headers.get("x-fal-queue-priority") {
        Some(value) if value == "low" => Priority::Low,
        _ => Priority::Normal,
    }
}

/// Whose bytes a request works on.
pub(in crate::sandbox) fn trace(fal: &Fal, model: &Model, input: &Map<String, Value>) -> Input {
    let url = model.picture_in(input).unwrap_or_default();
    if let Some(stored) = fal.file_at(url) {
        return Input { hash: stored.hash.to_hex().as_str().into(), file: stored.name };
    }
    if let Some(bytes) = data_uri(url) {
        return Input { hash: blake3::hash(&bytes).to_hex().as_str().into(), file: "data-uri".into() };
    }
    // What stands behind a `#` is not the host's.
    let url = url.split('#').next().unwrap_or_default();
    Input {
        hash: blake3::hash(url.as_bytes()).to_hex().as_str().into(),
        file: url.rsplit('/').next().unwrap_or_default().into(),
    }
}

/// The bytes of a data URI.
pub(super) fn data_uri(url: &str) -> Option<Vec<u8>> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    head.ends_with(";base64").then(|| base64::engine::general_purpose::STANDARD.decode(data).ok())?
}

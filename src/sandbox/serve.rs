//! The way of every call: read, answered, counted.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderValue};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::fal::Fal;
use super::listen::Cut;
use super::refuse::{REQUEST_ID, Refusal, json_answer};
use super::{cdn, platform, queue, upload};

/// The longest JSON body that is taken, bytes: room for a data URI.
const MAX_JSON: usize = 32 << 20;

/// A call with all that came with it, but for an upload's bytes.
#[derive(Debug)]
pub(super) struct Ask {
    /// What it is.
    pub(super) call: Call,
    /// Where to, as asked.
    pub(super) uri: Uri,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// Its body, where that is not a file.
    pub(super) body: Bytes,
}

impl Ask {
    /// The first value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        self.queries(name).next()
    }

    /// Every value of a query parameter.
    pub(super) fn queries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        let pairs = url::form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes());
        pairs.filter(move |(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; an empty one is `{}`.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(&self.body).map_err(|error| Refusal::Bad(format!("body is not JSON: {error}")))
    }
}

/// Answers one request.
pub(super) async fn serve(
    State(fal): State<Arc<Fal>>,
    ConnectInfo(_cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let host = parts.uri.host().or_else(|| parts.headers.get(HOST).and_then(|host| host.to_str().ok()));
    let call = Call::of(&parts.method, host.unwrap_or_default(), parts.uri.path());
    let kind = call.kind();
    let mut ask = Ask { call, uri: parts.uri, headers: parts.headers, body: Bytes::new() };
    let mut answer = match answer(&fal, &mut ask, body).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.into_response(),
    };
    // Whatever fal itself answers names the call; what an ingress in front of it answers does not.
    if !answer.headers().contains_key(REQUEST_ID)
        && let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string())
    {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    fal.saw(|saw| saw.called(kind, answer.status(), &ask));
    answer
}

async fn answer(fal: &Arc<Fal>, ask: &mut Ask, body: Body) -> Result<Response, Refusal> {
    match &ask.call {
        Call::Upload => return upload::upload(fal, ask, body).await,
        Call::Part { .. } | Call::PutPart { .. } => return upload::part(fal, ask, body).await,
        Call::Put { .. } => return upload::put(fal, ask, body).await,
        _ => {}
    }
    ask.body = axum::body::to_bytes(body, MAX_JSON).await.map_err(|_| Refusal::TooLarge)?;
    match &ask.call {
        Call::Token => upload::token(fal, ask),
        Call::BeginParts => upload::begin_parts(fal, ask),
        Call::Initiate | Call::InitiateParts => upload::initiate(fal, ask),
        Call::CompleteParts { .. } | Call::CompletePut { .. } => upload::complete(fal, ask).await,
        Call::Download { file } => cdn::download(fal, ask, file).await,
        Call::Submit { endpoint } => queue::submit(fal, ask, endpoint),
        Call::Status { app, id } => queue::status(fal, ask, app, *id),
        Call::Outcome { app, id } => queue::result(fal, ask, app, *id),
        Call::Cancel { app, id } => queue::cancel(fal, ask, app, *id),
        Call::Pricing => platform::pricing(ask),
        Call::Foreign => Ok(json_answer(StatusCode::OK, &json!({ "who": "not fal" }))),
        Call::Stats => Ok(json_answer(StatusCode::OK, &fal.stats())),
        Call::Unlock => Ok(json_answer(StatusCode::OK, &json!({ "locked": false }))),
        Call::Clock => clock(fal, ask),
        Call::NoRequest => Err(Refusal::NoRequest),
        Call::Unknown => Err(Refusal::Missing(format!("Path {} not found", ask.uri.path()))),
        Call::NotAllowed
        | Call::Stream { .. }
        | Call::Upload
        | Call::Part { .. }
        | Call::Put { .. }
        | Call::PutPart { .. } => Err(Refusal::Method),
    }
}

/// `{"advance_s": seconds, "speed": factor}`: both may lack.
fn clock(fal: &Fal, ask: &Ask) -> Result<Response, Refusal> {
    let body = ask.json()?;
    let ahead = body.get("advance_s").and_then(Value::as_f64).unwrap_or(0.0);
    let ahead = Duration::try_from_secs_f64(ahead).map_err(|error| Refusal::Bad(error.to_string()))?;
    let speed = body.get("speed").and_then(Value::as_f64).filter(|speed| speed.is_finite() && *speed >= 0.0);
    fal.clock.adjust(ahead, speed);
    Ok(json_answer(StatusCode::OK, &json!({ "now": fal.clock.date(fal.clock.now()).to_string() })))
}

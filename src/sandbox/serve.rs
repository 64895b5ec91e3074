//! The way of every call: read, answered, counted.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HOST, HeaderValue, LOCATION, SERVER};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ask::Ask;
use super::call::Call;
use super::fal::Fal;
use super::listen::Cut;
use super::refuse::{REQUEST_ID, Refusal, json_answer};
use super::scenario::{Canned, Fault, Picture, Reply, damaged, remade, repaint};
use super::{cdn, platform, queue, upload};

/// The longest JSON body that is taken, bytes: room for a data URI.
const MAX_JSON: usize = 32 << 20;

/// Marks an answer that a proxy in front of fal gave.
#[derive(Debug, Clone, Copy)]
struct Ingress;

/// Answers one request.
pub(super) async fn serve(
    State(fal): State<Arc<Fal>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let host = parts.uri.host().or_else(|| parts.headers.get(HOST).and_then(|host| host.to_str().ok()));
    let call = Call::of(&parts.method, host.unwrap_or_default(), parts.uri.path());
    let kind = call.kind();
    let mut ask = Ask { call, uri: parts.uri, headers: parts.headers, body: Bytes::new() };
    // Counted when it comes: a call that is never answered was made all the same.
    fal.saw(|saw| saw.called(kind, &ask));
    let answer = if ask.call.is_file() {
        met(&fal, &ask, body).await
    } else {
        match axum::body::to_bytes(body, MAX_JSON).await {
            Ok(bytes) => {
                ask.body = bytes;
                met(&fal, &ask, Body::empty()).await
            }
            Err(_) => Some(Refusal::TooLarge.into_response()),
        }
    };
    fal.saw(|saw| saw.answered(kind, answer.as_ref().map(Response::status)));
    let Some(mut answer) = answer else {
        cut.now();
        return Response::default();
    };
    // Whatever fal itself answers names the call; what an ingress in front of it answers does not.
    let unnamed = !answer.headers().contains_key(REQUEST_ID) && answer.extensions().get::<Ingress>().is_none();
    if unnamed && let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

/// A call meets its fault, if there is one for it. Without an answer the connection is dropped.
async fn met(fal: &Arc<Fal>, ask: &Ask, file: Body) -> Option<Response> {
    let Some(Fault::Call(effect)) = fal.play.pick(ask.call.kind(), || fal.subject(ask)) else {
        return Some(answered(fal, ask, file).await);
    };
    fal.clock.pause(effect.delay).await;
    let answer = match effect.reply {
        Reply::True => answered(fal, ask, file).await,
        Reply::Canned(canned) => canned.into_response(),
        Reply::CarriedOut(canned) => {
            answered(fal, ask, file).await;
            canned.into_response()
        }
        Reply::Hang => {
            fal.stop.cancelled().await;
            return None;
        }
        Reply::DropBefore => return None,
        Reply::DropAfter => {
            answered(fal, ask, file).await;
            return None;
        }
        Reply::Lock(reason) => {
            fal.play.lock_account(&reason);
            answered(fal, ask, file).await
        }
        Reply::Redirect(status, to) => redirect(fal, ask, status, &to),
    };
    let answer = match effect.spoil.picture {
        Some(how) => repainted(answer, how).await,
        None => answer,
    };
    let answer = remade(effect.spoil.remake, answer).await;
    Some(damaged(fal, &effect.spoil, answer))
}

async fn answered(fal: &Arc<Fal>, ask: &Ask, file: Body) -> Response {
    answer(fal, ask, file).await.unwrap_or_else(IntoResponse::into_response)
}

impl IntoResponse for Canned {
    fn into_response(self) -> Response {
        let mut answer = (self.status, [(CONTENT_TYPE, self.content_type)], self.body).into_response();
        if self.ingress {
            answer.extensions_mut().insert(Ingress);
            answer.headers_mut().insert(SERVER, HeaderValue::from_static("nginx"));
        }
        answer
    }
}

fn redirect(fal: &Fal, ask: &Ask, status: StatusCode, to: &str) -> Response {
    let to = match to {
        "foreign" => format!("{}/_sandbox/foreign{}", fal.foreign_origin(), ask.uri),
        to => to.to_owned(),
    };
    (status, [(LOCATION, to)]).into_response()
}

/// An answer with its picture replaced; anything but a picture that came well is left alone.
async fn repainted(answer: Response, how: Picture) -> Response {
    if !answer.status().is_success() {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Refusal::Bad("the picture cannot be read".to_owned()).into_response();
    };
    let Ok((bytes, kind)) = tokio::task::spawn_blocking(move || repaint(bytes.into(), how)).await else {
        return Refusal::Bad("the picture cannot be spoiled".to_owned()).into_response();
    };
    if let Some(kind) = kind {
        parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    parts.headers.remove(CONTENT_RANGE);
    parts.status = StatusCode::OK;
    Response::from_parts(parts, Body::from(bytes))
}

async fn answer(fal: &Arc<Fal>, ask: &Ask, file: Body) -> Result<Response, Refusal> {
    match &ask.call {
        Call::Token => upload::token(fal, ask),
        Call::Upload => upload::upload(fal, ask, file).await,
        Call::Part { .. } | Call::PutPart { .. } => upload::part(fal, ask, file).await,
        Call::Put { .. } => upload::put(fal, ask, file).await,
        Call::BeginParts => upload::begin_parts(fal, ask),
        Call::Initiate | Call::InitiateParts => upload::initiate(fal, ask),
        Call::CompleteParts { .. } | Call::CompletePut { .. } => upload::complete(fal, ask).await,
        Call::Download { file } | Call::Foreign { file: Some(file) } => cdn::download(fal, ask, file).await,
        Call::Submit { endpoint } => queue::submit(fal, ask, endpoint),
        Call::Status { app, id } => queue::status(fal, ask, app, *id),
        Call::Outcome { app, id } => queue::result(fal, ask, app, *id),
        Call::Cancel { app, id } => queue::cancel(fal, ask, app, *id),
        Call::Stream { app, id } => queue::stream(fal, ask, app, *id),
        Call::Models => platform::models(fal, ask),
        Call::Billing => platform::billing_events(fal, ask),
        Call::Pricing => platform::pricing(ask),
        Call::Estimate => platform::estimate(fal, ask),
        Call::Requests => platform::by_endpoint(fal, ask),
        Call::Search => platform::search(fal, ask),
        Call::Forget { id } => platform::forget(fal, ask, *id),
        Call::OpenApi => platform::openapi(fal, ask),
        Call::Jwks => queue::jwks(fal),
        Call::Foreign { file: None } => Ok(json_answer(StatusCode::OK, &json!({ "who": "not fal" }))),
        Call::Stats => Ok(json_answer(StatusCode::OK, &fal.stats())),
        Call::Unlock => {
            fal.play.unlock_account();
            Ok(json_answer(StatusCode::OK, &json!({ "locked": false })))
        }
        Call::Clock => clock(fal, ask),
        Call::NotAllowed => Err(Refusal::Method),
        Call::NoRequest => Err(Refusal::NoRequest),
        Call::Unknown => Err(Refusal::Missing(format!("Path {} not found", ask.uri.path()))),
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

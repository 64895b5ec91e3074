//! fal's ways of saying no, each in the form that its documentation gives it (fal docs: errors).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde_json::{Value, json};

/// The header that names a request, or else the call.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-fal-request-id");
/// The header that names a platform error.
pub(super) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-fal-error-type");
/// The header that says what a request costs, in the model's unit.
pub(super) const BILLABLE_UNITS: HeaderName = HeaderName::from_static("x-fal-billable-units");
/// The header that says which endpoint did the work.
pub(super) const SERVED_FROM: HeaderName = HeaderName::from_static("x-fal-served-from");
/// The header that says whether asking again may help.
pub(super) const NEEDS_RETRY: HeaderName = HeaderName::from_static("x-fal-needs-retry");
/// The header that says whose deadline passed.
pub(super) const TIMEOUT_TYPE: HeaderName = HeaderName::from_static("x-fal-request-timeout-type");

/// An answer of JSON.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    let mut answer = Response::new(Body::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No key, or one that is not good.
    Key,
    /// A bearer token where an API key belongs.
    Issuer,
    /// The caller may not do that, or not at present.
    Forbidden(String),
    /// What is called does not exist: said in fal's `detail`.
    Missing(String),
    /// The request is not known: said in the queue's `status`.
    NoRequest,
    /// The path exists, not for this method or in this form.
    Method,
    /// The call makes no sense.
    Bad(String),
    /// The queue is longer than the caller takes.
    Busy,
    /// More bytes than are taken at once.
    TooLarge,
    /// The platform API's own form.
    Platform(StatusCode, &'static str, String),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let detail = |status, text: &str| json_answer(status, &json!({ "detail": text }));
        match self {
            Self::Key => detail(StatusCode::UNAUTHORIZED, "invalid key credentials"),
            Self::Issuer => {
                detail(StatusCode::UNAUTHORIZED, "Authentication error: could not decode the token's issuer")
            }
            Self::Forbidden(reason) => detail(StatusCode::FORBIDDEN, &reason),
            Self::Missing(what) => detail(StatusCode::NOT_FOUND, &what),
            Self::NoRequest => json_answer(StatusCode::NOT_FOUND, &json!({ "status": "NOT_FOUND" })),
            Self::Method => detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
            Self::Bad(why) => {
                let mut answer =
                    json_answer(StatusCode::BAD_REQUEST, &json!({ "detail": why, "error_type": "bad_request" }));
                answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static("bad_request"));
                answer
            }
            Self::Busy => detail(StatusCode::TOO_MANY_REQUESTS, "Queue length exceeds fal_max_queue_length"),
            Self::TooLarge => detail(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::Platform(status, kind, message) => {
                json_answer(status, &json!({ "error": { "type": kind, "message": message } }))
            }
        }
    }
}

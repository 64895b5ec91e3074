//! What went wrong with a call, in one type, with the class that decides what happens next.

use std::error::Error;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use super::wire::{ErrorBody, ErrorDetail};
use crate::job::{Cause, CauseKind, Class, clean};

/// Which call of fal's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// Fetching a CDN token.
    Token,
    /// Any step of an upload.
    Upload,
    /// The paid call.
    Submit,
    /// Asking where a request stands.
    Status,
    /// Fetching a request's result.
    Result,
    /// Asking to stop a request.
    Cancel,
    /// Asking for prices.
    Pricing,
    /// Listing past requests.
    Requests,
    /// Fetching the picture.
    Download,
}

/// What it is that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This HTTP call: the same one may be made again.
    Call,
    /// The request at fal: it has ended so, and asking again gives the same answer.
    Request,
}

/// A call that did not give what it was made for.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct FalError {
    /// Why, for people and for the ledger.
    pub cause: Cause,
    /// What follows from it.
    pub class: Class,
    /// What it is that failed.
    pub scope: Scope,
    /// What the network library said, if it was that.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl FalError {
    /// An answer that came, but that we cannot read or must not follow.
    pub(super) fn unreadable(call: Call, what: &str) -> Self {
        let class = if call == Call::Submit { Class::Ambiguous } else { Class::Transient { after: None } };
        Self::new(Cause::new(CauseKind::BadResponse, format!("{} {what}", call.name())), class)
    }

    /// A failure of this call that no HTTP answer belongs to.
    pub(super) fn new(cause: Cause, class: Class) -> Self {
        Self { cause, class, scope: Scope::Call, source: None }
    }

    /// A request that ended without a picture, and will not have one later.
    pub(super) fn of_request(cause: Cause) -> Self {
        Self { scope: Scope::Request, ..Self::new(cause, Class::Permanent) }
    }

    /// A call that took longer than it may.
    pub(super) fn timed_out(call: Call, limit: Duration) -> Self {
        let message = format!("{} gave no answer within {} s", call.name(), limit.as_secs());
        Self::new(Cause::new(CauseKind::Timeout, message), call.lost())
    }

    /// The connection failed before or during the call.
    pub(super) fn transport(call: Call, error: reqwest::Error) -> Self {
        // Without a connection nothing was delivered; any other fault of the paid call leaves it open.
        let (kind, class) = if error.is_connect() {
            (CauseKind::Network, Class::Transient { after: None })
        } else if error.is_timeout() {
            (CauseKind::Timeout, call.lost())
        } else {
            (CauseKind::Network, call.lost())
        };
        let message = format!("{}: {}", call.name(), innermost(&error));
        Self { source: Some(Box::new(error.without_url())), ..Self::new(Cause::new(kind, message), class) }
    }

    /// fal answered with an error status.
    pub(super) fn answered(call: Call, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let parsed: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
        let details = details(&parsed);
        let text = message(&parsed, &details, status);
        let kind_name = details.first().map(|detail| detail.kind.as_str()).or(parsed.error_type.as_deref());
        let kind_name = kind_name.or_else(|| headers.get("x-fal-error-type").and_then(|value| value.to_str().ok()));
        let stored = call == Call::Result && (headers.contains_key("x-fal-request-id") || kind_name.is_some());

        let (kind, class) = classify(call, status, headers, kind_name, stored);
        let cause = Cause { kind, http: Some(status.as_u16()), message: text.into() };
        let scope = if stored && class != Class::NotReady { Scope::Request } else { Scope::Call };
        Self { cause, class, scope, source: None }
    }
}

impl Call {
    fn name(self) -> &'static str {
        match self {
            Self::Token => "storage token",
            Self::Upload => "upload",
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Result => "result",
            Self::Cancel => "cancel",
            Self::Pricing => "pricing",
            Self::Requests => "request list",
            Self::Download => "download",
        }
    }

    /// The class of a call that was sent and got no answer.
    fn lost(self) -> Class {
        if self == Self::Submit { Class::Ambiguous } else { Class::Transient { after: None } }
    }
}

/// The one table of what follows from which answer (fal docs: queue errors, model errors).
fn classify(
    call: Call,
    status: StatusCode,
    headers: &HeaderMap,
    kind_name: Option<&str>,
    stored: bool,
) -> (CauseKind, Class) {
    let transient = Class::Transient { after: retry_after(headers, SystemTime::now()) };
    let of_files = matches!(call, Call::Upload | Call::Download);
    match status.as_u16() {
        401 if !of_files => (CauseKind::KeyRefused, Class::Account),
        // "User is locked. Reason: Exhausted balance." and missing permissions alike.
        402 | 403 if !of_files => (CauseKind::AccountLocked, Class::Account),
        401 | 403 if call == Call::Upload => (CauseKind::Upload, transient),
        429 => (CauseKind::RateLimited, transient),
        400 if call == Call::Result && !is_known_failure(kind_name) => (CauseKind::BadResponse, Class::NotReady),
        404 | 405 if !of_files => (CauseKind::NotFound, Class::Permanent),
        408 | 409 => (CauseKind::Timeout, transient),
        499 => (CauseKind::Cancelled, Class::Cancelled),
        413 => (CauseKind::ImageTooLarge, Class::Permanent),
        400 | 422 => model_error(kind_name),
        500..=599 if stored => server_error(headers, kind_name, transient),
        // The ingress answers so when the call never reached fal's gateway; anything else leaves the paid
        // call open (fal docs: queue, retries).
        502..=504 if call == Call::Submit && !headers.contains_key("x-fal-request-id") => {
            (CauseKind::Runner, transient)
        }
        500..=599 if call == Call::Submit => (CauseKind::UnknownOutcome, Class::Ambiguous),
        500..=599 if of_files => (file_kind(call), transient),
        500..=599 => (CauseKind::Runner, transient),
        _ if of_files => (file_kind(call), Class::Permanent),
        _ => (CauseKind::BadResponse, Class::Permanent),
    }
}

fn file_kind(call: Call) -> CauseKind {
    if call == Call::Upload { CauseKind::Upload } else { CauseKind::Download }
}

fn is_known_failure(kind_name: Option<&str>) -> bool {
    matches!(kind_name, Some("bad_request" | "downstream_service_error"))
}

/// What a model has against its input: `detail[].type` (fal docs: errors).
fn model_error(kind_name: Option<&str>) -> (CauseKind, Class) {
    match kind_name.unwrap_or_default() {
        "content_policy_violation" => (CauseKind::ContentPolicy, Class::Permanent),
        "image_too_large" | "file_too_large" => (CauseKind::ImageTooLarge, Class::Permanent),
        "image_too_small" => (CauseKind::ImageTooSmall, Class::Permanent),
        "image_load_error" | "unsupported_image_format" => (CauseKind::ImageLoad, Class::Permanent),
        "file_download_error" => (CauseKind::FileDownload, Class::Reupload),
        "downstream_service_error" => (CauseKind::ModelError, Class::Transient { after: None }),
        "no_media_generated" | "face_detection_error" | "feature_not_supported" => {
            (CauseKind::ModelError, Class::Permanent)
        }
        _ => (CauseKind::Validation, Class::Permanent),
    }
}

/// A 5xx that is the request's own outcome: `error_type` (fal docs: request errors).
fn server_error(headers: &HeaderMap, kind_name: Option<&str>, transient: Class) -> (CauseKind, Class) {
    let kind = match kind_name.unwrap_or_default() {
        "request_timeout" | "startup_timeout" | "generation_timeout" => CauseKind::Timeout,
        "internal_server_error" | "downstream_service_error" | "downstream_service_unavailable" => {
            CauseKind::ModelError
        }
        _ => CauseKind::Runner,
    };
    let says = |name: &str, values: &[&str]| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| values.contains(&value))
    };
    // The start deadline that we set ourselves is not for retrying, nor is what fal says is not.
    let refused = says("x-fal-request-timeout-type", &["user"])
        || says("x-fal-retryable", &["false", "0"])
        || says("x-fal-needs-retry", &["false", "0"]);
    (kind, if refused { Class::Permanent } else { transient })
}

/// `Retry-After` as seconds or as a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    httpdate::parse_http_date(value).ok().map(|then| then.duration_since(now).unwrap_or_default())
}

fn details(body: &ErrorBody) -> Vec<ErrorDetail> {
    body.detail.clone().and_then(|detail| serde_json::from_value(detail).ok()).unwrap_or_default()
}

/// What to tell a person, from whichever of fal's forms the body has.
fn message(body: &ErrorBody, details: &[ErrorDetail], status: StatusCode) -> String {
    let from_list = details.first().map(|detail| {
        let field: Vec<_> = detail.loc.iter().filter_map(|part| part.as_str()).filter(|part| *part != "body").collect();
        let field = if field.is_empty() { String::new() } else { format!("{}: ", field.join(".")) };
        let more = if details.len() > 1 { format!(" (and {} more)", details.len() - 1) } else { String::new() };
        format!("{field}{}{more}", if detail.msg.is_empty() { &detail.kind } else { &detail.msg })
    });
    let from_text = body.detail.as_ref().and_then(|detail| detail.as_str()).map(str::to_owned);
    let from_platform = body.error.as_ref().and_then(|error| {
        error.as_str().or_else(|| error.get("message").and_then(|text| text.as_str())).map(str::to_owned)
    });
    let text = from_list.or(from_text).or(from_platform).or_else(|| body.status.clone());
    let text = text.unwrap_or_else(|| status.canonical_reason().unwrap_or("unknown status").to_lowercase());
    clean(&text).chars().take(300).collect()
}

/// The last cause in the chain says what happened; the ones before it say in which library.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    clean(&last.to_string()).into_owned()
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;

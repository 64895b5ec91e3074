//! What went wrong with a call, in one type, with the class that decides what happens next.

use std::error::Error;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode};

use super::call::{Call, Scope};
use super::failures::{Billing, Failed, Fault, Patience, Row};
use super::json;
use super::wire::{ErrorBody, ErrorDetail};
use crate::job::{Cause, CauseKind, Class, Shortage, clean, shortened, without_signatures};

/// What a failure costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bill {
    /// Nothing.
    Nothing,
    /// So many units (`X-Fal-Billable-Units`).
    Units(f64),
    /// fal does not say, and it may have spent time on a runner.
    Perhaps,
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
    /// How often it is tried again, and at whose cost.
    pub patience: Patience,
    /// What it costs.
    pub bill: Bill,
    /// What fal answered, where that is a result that was paid for and is not understood.
    pub unread: Option<Box<str>>,
    /// What the network library said, if it was that.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl FalError {
    /// An answer that came, but that we cannot read or must not follow.
    pub(super) fn unreadable(call: Call, what: &str) -> Self {
        Self::without_answer(call, Fault::Unreadable, format!("{} {what}", call.name()))
    }

    /// A picture that came and is none, or not a whole one.
    #[must_use]
    pub fn damaged(what: impl Into<Box<str>>) -> Self {
        Self::without_answer(Call::Download, Fault::Damaged, what)
    }

    /// A failure of this call that no row of the table belongs to, as it has nothing to do with fal.
    pub(super) fn new(cause: Cause, class: Class) -> Self {
        Self {
            cause,
            class,
            scope: Scope::Call,
            patience: Patience::Own,
            bill: Bill::Nothing,
            unread: None,
            source: None,
        }
    }

    /// A photo that cannot be sent as it is: its own fault, not fal's.
    #[must_use]
    pub fn local_file(message: impl Into<Box<str>>) -> Self {
        Self::new(Cause::new(CauseKind::LocalFile, message), Class::Permanent)
    }

    /// A photo that was written to since it was looked at: it goes up anew.
    #[must_use]
    pub fn to_measure_again(message: impl Into<Box<str>>) -> Self {
        Self::new(Cause::new(CauseKind::LocalFile, message), Class::Reupload)
    }

    /// A request that ended without a picture, and will not have one later.
    pub(super) fn of_request(cause: Cause) -> Self {
        Self { scope: Scope::Request, ..Self::new(cause, Class::Permanent) }
    }

    /// A call that a fault of our own ended: it says nothing of fal.
    #[must_use]
    pub fn of_fault(cause: Cause) -> Self {
        Self::new(cause, Class::Permanent)
    }

    /// A call that took longer than it may.
    pub(super) fn timed_out(call: Call, limit: Duration) -> Self {
        let message = format!("{} gave no answer within {} s", call.name(), limit.as_secs());
        Self::without_answer(call, Fault::Silent, message)
    }

    /// The same, with the result that it is about.
    pub(super) fn keeping(self, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        Self { unread: Some(shortened(&text).into()), ..self }
    }

    /// A transfer that moves, but too slowly to wait for.
    pub(super) fn too_slow(call: Call, floor: u64, span: Duration) -> Self {
        let message = format!("{} moves less than {} KiB in {} s", call.name(), floor >> 10, span.as_secs());
        Self::without_answer(call, Fault::Silent, message)
    }

    /// This machine could not do what the call needs: nothing was sent for it, or nothing that matters.
    #[must_use]
    pub fn of_shortage(shortage: Shortage, message: impl Into<Box<str>>) -> Self {
        let error = Self::new(Cause::new(CauseKind::Resources, message), Class::Transient { after: None });
        Self { patience: Patience::Connectivity, source: Some(Box::new(shortage)), ..error }
    }

    /// What this machine has no more of, if it is that.
    #[must_use]
    pub fn shortage(&self) -> Option<Shortage> {
        let source: &(dyn Error + 'static) = self.source.as_deref()?;
        Shortage::of(source).filter(|_| self.cause.kind == CauseKind::Resources)
    }

    /// The connection failed before or during the call.
    pub(super) fn transport(call: Call, error: reqwest::Error) -> Self {
        // Without a connection nothing was delivered; any other fault of the paid call leaves it open.
        let fault = match () {
            () if error.is_connect() => Fault::Unconnected,
            () if error.is_timeout() => Fault::Silent,
            () => Fault::Broken,
        };
        let message = format!("{}: {}", call.name(), innermost(&error));
        // A paid call that was on its way may have been accepted, whatever we lack to hear of it.
        let is_sent = call == Call::Submit && fault != Fault::Unconnected;
        if let Some(shortage) = Shortage::of(&error).filter(|_| !is_sent) {
            return Self::of_shortage(shortage, message);
        }
        Self { source: Some(Box::new(error.without_url())), ..Self::without_answer(call, fault, message) }
    }

    /// A call that no answer tells about.
    pub(super) fn without_answer(call: Call, fault: Fault, message: impl Into<Box<str>>) -> Self {
        let row = Failed::without_answer(call, fault).row();
        Self::of(row, None, Cause::new(row.kind, message), None)
    }

    /// fal answered with an error status.
    pub(super) fn answered(call: Call, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let parsed: ErrorBody = json::read(body).unwrap_or_default();
        let details = details(&parsed);
        let kind = details.first().map(|detail| detail.kind.as_str()).or(parsed.error_type.as_deref());
        let kind = kind.or_else(|| headers.get("x-fal-error-type").and_then(|value| value.to_str().ok()));
        let said = message(&parsed, &details, status);
        let row = Failed {
            call,
            words: &said.to_lowercase(),
            fault: Fault::Status(status.as_u16(), status.as_u16()),
            kind,
            has_id: headers.contains_key("x-fal-request-id"),
            deadline: says(headers, "x-fal-request-timeout-type", &["user"]),
            // Both names are in use (fal docs: model errors).
            no_retry: says(headers, "x-fal-retryable", &["false", "0"])
                || says(headers, "x-fal-needs-retry", &["false", "0"]),
        }
        .row();
        let text = row.says.map_or(said, str::to_owned);
        let cause = Cause { kind: row.kind, http: Some(status.as_u16()), message: text.into() };
        let after = retry_after(headers, SystemTime::now());
        Self::of(row, after, cause, billed_units(headers).filter(|_| call == Call::Result))
    }

    fn of(row: &Row, asked: Option<Duration>, cause: Cause, units: Option<f64>) -> Self {
        tracing::debug!(row = row.name, %cause, "a call failed");
        let class = match row.class {
            Class::Transient { .. } => Class::Transient { after: asked },
            class => class,
        };
        let bill = match (units, row.billing) {
            (Some(units), _) if units > 0.0 => Bill::Units(units),
            (None, Billing::Perhaps) => Bill::Perhaps,
            _ => Bill::Nothing,
        };
        Self { cause, class, scope: row.scope, patience: row.patience, bill, unread: None, source: None }
    }
}

fn says(headers: &HeaderMap, name: &str, values: &[&str]) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| values.iter().any(|known| value.trim().eq_ignore_ascii_case(known)))
}

/// `X-Fal-Billable-Units` (fal docs: pricing).
pub(super) fn billed_units(headers: &HeaderMap) -> Option<f64> {
    let units: f64 = headers.get("x-fal-billable-units")?.to_str().ok()?.trim().parse().ok()?;
    (units.is_finite() && units >= 0.0).then_some(units)
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
    clean(&without_signatures(&text)).chars().take(300).collect()
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
mod tests;

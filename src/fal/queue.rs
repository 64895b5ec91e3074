//! fal's queue: submit, status, result, cancel (fal docs: queue).

use std::borrow::Cow;
use std::time::Duration;

use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use url::Url;

use super::Fal;
use super::call::Call;
use super::client::{Reply, SILENCE, exchange, head, join, whole};
use super::error::{Bill, FalError, billed_units};
use super::failures::Fault;
use super::wire::{Cancelled, Log, StatusAnswer, Submitted};
use crate::job::{Answer, Cause, CauseKind, Class, EndpointId, Request, RequestId, clean, without_signatures};
use crate::model::{Gives, read_answer};

/// The deadline for a request to start, seconds (fal docs: queue, submit).
const START_TIMEOUT: &str = "x-fal-request-start-timeout";

/// How slow a line may be that takes a request there, bytes a second.
const SLOWEST: u64 = 32 << 10;

/// Where a request stands, in fal's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// IN_QUEUE, behind so many requests.
    InQueue(Option<u32>),
    /// IN_PROGRESS.
    InProgress,
    /// COMPLETED, which is not success: the result says.
    Completed,
}

/// The answer to a status call.
#[derive(Debug, Clone)]
pub struct Status {
    /// Where the request stands.
    pub progress: Progress,
    /// All that its runner has said, if that was asked for.
    pub logs: Option<Vec<Log>>,
    /// COMPLETED: time on the runner, seconds.
    pub inference_s: Option<f64>,
}

/// What fal accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// fal's id for the request.
    pub id: RequestId,
    /// The base of its URLs as fal gave it, if the key may go there.
    pub url: Option<Box<str>>,
    /// How many requests are before it.
    pub position: Option<u32>,
}

/// The answer to a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelAnswer {
    /// It left the queue; it is not billed.
    Removed,
    /// The runner was told; most finish all the same.
    Signalled,
    /// Too late: the result is there, and billed.
    AlreadyCompleted,
    /// fal does not know it.
    NotFound,
}

impl Fal {
    /// Makes the paid call, once. It is never repeated in here: the caller decides from the error's class.
    /// A request that has not started within `start_timeout` ends unpaid.
    ///
    /// # Errors
    /// [`Class::Ambiguous`] whenever fal may have accepted it though we cannot tell.
    pub async fn submit(
        &self,
        endpoint: &EndpointId,
        body: &Value,
        start_timeout: Option<Duration>,
    ) -> Result<Accepted, FalError> {
        let url = self.queue_url(endpoint.as_str().split('/'))?;
        let body = body.to_string();
        // A picture may stand in it, which takes its time on a slow line.
        let limit = SILENCE + Duration::from_secs(body.len() as u64 / SLOWEST);
        let request = self.http.with_key(Method::POST, url).header(CONTENT_TYPE, "application/json").body(body);
        let mut request = self.told(self.paid(request));
        if let Some(timeout) = start_timeout {
            request = request.header(START_TIMEOUT, timeout.as_secs_f64().to_string());
        }
        let reply = whole(Call::Submit, head(Call::Submit, request, limit).await?).await?;
        let answer: Submitted = reply.json(Call::Submit)?;
        let id = RequestId::new(&answer.request_id)
            .map_err(|_| FalError::unreadable(Call::Submit, "answered with a request id that cannot be one"))?;
        let base = answer.status_url.as_deref().and_then(|status_url| status_url.strip_suffix("/status"));
        let url = base.and_then(|base| self.given_url(base, &id, None)).map(|base| String::from(base).into());
        Ok(Accepted { id, url, position: answer.queue_position })
    }

    /// Asks where a request stands, with its logs if wanted.
    ///
    /// # Errors
    /// As every call; a request that fal does not know is [`CauseKind::NotFound`].
    pub async fn status(&self, endpoint: &EndpointId, request: &Request, logs: bool) -> Result<Status, FalError> {
        let mut url = self.request_url(endpoint, request, Some("status"))?;
        if logs {
            url.set_query(Some("logs=1"));
        }
        let reply = exchange(Call::Status, self.http.with_key(Method::GET, url)).await?;
        let answer: StatusAnswer = reply.json(Call::Status)?;
        let progress = match answer.status.as_str() {
            "IN_QUEUE" => Progress::InQueue(answer.queue_position),
            "IN_PROGRESS" => Progress::InProgress,
            "COMPLETED" => Progress::Completed,
            other => {
                let word: String = clean(other).chars().take(40).collect();
                let what = format!("says `{word}`, which fal does not document");
                return Err(FalError::unreadable(Call::Status, &what));
            }
        };
        Ok(Status {
            progress,
            logs: answer.logs.map(|mut logs| {
                for log in &mut logs {
                    if let Cow::Owned(plain) = without_signatures(&log.message) {
                        log.message = plain;
                    }
                }
                logs
            }),
            inference_s: answer.metrics.and_then(|metrics| metrics.inference_time),
        })
    }

    /// Fetches a completed request's result, of a model that should give this.
    ///
    /// # Errors
    /// [`Scope::Request`](super::Scope::Request) if the model failed: fal replays its answer;
    /// [`Class::NotReady`] if the request has not completed.
    pub async fn result(&self, endpoint: &EndpointId, request: &Request, gives: Gives) -> Result<Answer, FalError> {
        let url = self.request_url(endpoint, request, None)?;
        let reply = exchange(Call::Result, self.http.with_key(Method::GET, url)).await?;
        if reply.status == http::StatusCode::ACCEPTED {
            let cause = Cause::new(CauseKind::BadResponse, "the result is not there yet");
            return Err(FalError::new(cause, Class::NotReady));
        }
        let output = reply.json(Call::Result).or_else(|error| reply.shallow().ok_or(error));
        let output: Value = output.map_err(|error| error.keeping(&reply.body))?;
        let units = billed_units(&reply.headers);
        read_answer(&output, units, gives).ok_or_else(|| {
            let error = FalError::without_answer(Call::Result, Fault::Pictureless, "the result holds no picture");
            FalError { bill: units.map_or(error.bill, Bill::Units), ..error }.keeping(&reply.body)
        })
    }

    /// Asks fal to stop a request (fal docs: queue, cancel).
    ///
    /// # Errors
    /// As every call.
    pub async fn cancel(&self, endpoint: &EndpointId, request: &Request) -> Result<CancelAnswer, FalError> {
        let url = self.request_url(endpoint, request, Some("cancel"))?;
        match exchange(Call::Cancel, self.http.with_key(Method::PUT, url)).await {
            Ok(reply) => Ok(cancel_answer(&reply)),
            Err(error) if error.cause.http == Some(400) => Ok(CancelAnswer::AlreadyCompleted),
            Err(error) if error.cause.kind == CauseKind::NotFound => Ok(CancelAnswer::NotFound),
            Err(error) => Err(error),
        }
    }

    /// The base of a request's URLs, for people: where fal answers about it.
    #[must_use]
    pub fn request_base(&self, endpoint: &EndpointId, id: &RequestId, url: Option<&str>) -> String {
        self.url_of(endpoint, id, url, None).map(String::from).unwrap_or_default()
    }

    /// Only the first two parts of an endpoint id stand in a request's URLs, three in a namespace;
    /// the whole id answers 405 (fal docs: queue).
    fn request_url<'a>(
        &self,
        endpoint: &'a EndpointId,
        request: &'a Request,
        tail: Option<&'a str>,
    ) -> Result<Url, FalError> {
        self.url_of(endpoint, &request.id, request.url.as_deref(), tail)
    }

    fn url_of<'a>(
        &self,
        endpoint: &'a EndpointId,
        id: &'a RequestId,
        url: Option<&str>,
        tail: Option<&'a str>,
    ) -> Result<Url, FalError> {
        // Checked anew: what the ledger remembers may be of a time when other hosts were set.
        if let Some(url) = url.and_then(|base| self.given_url(base, id, tail)) {
            return Ok(url);
        }
        self.app_url(endpoint, ["requests", id.as_str()].into_iter().chain(tail))
    }

    pub(super) fn app_url<'a>(
        &self,
        endpoint: &'a EndpointId,
        tail: impl IntoIterator<Item = &'a str>,
    ) -> Result<Url, FalError> {
        let namespaced = endpoint.as_str().starts_with("workflows/") || endpoint.as_str().starts_with("comfy/");
        let app = endpoint.as_str().split('/').take(if namespaced { 3 } else { 2 });
        self.queue_url(app.chain(tail))
    }

    fn queue_url<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> Result<Url, FalError> {
        join(&self.http.hosts.queue, parts)
    }

    /// One of a request's URLs by the base that fal gave, if the key may go there: same origin as the
    /// queue, and of this request. Else its URLs are built from the endpoint.
    fn given_url(&self, base: &str, id: &RequestId, tail: Option<&str>) -> Option<Url> {
        // Parsed once, as the whole that is called: this is done for every call.
        let url = match tail {
            Some(tail) => Url::parse(&format!("{base}/{tail}")),
            None => Url::parse(base),
        };
        let url = url.ok()?;
        let plain =
            url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        let path = tail.map_or(Some(url.path()), |tail| url.path().strip_suffix(tail)?.strip_suffix('/'));
        let of_request =
            path.and_then(|path| path.strip_suffix(id.as_str())).is_some_and(|path| path.ends_with("/requests/"));
        (plain && of_request && is_same_origin(&url, &self.http.hosts.queue)).then_some(url)
    }
}

/// Whether two http(s) URLs have scheme, host and port in common.
fn is_same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host() == b.host() && a.port_or_known_default() == b.port_or_known_default()
}

fn cancel_answer(reply: &Reply) -> CancelAnswer {
    let status = reply.json::<Cancelled>(Call::Cancel).ok().and_then(|cancelled| cancelled.status);
    match status.as_deref() {
        Some("ALREADY_COMPLETED") => CancelAnswer::AlreadyCompleted,
        Some("CANCELLATION_REQUESTED") => CancelAnswer::Signalled,
        _ if reply.status == http::StatusCode::ACCEPTED => CancelAnswer::Signalled,
        _ => CancelAnswer::Removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fal::{ApiKey, Hosts};
    use crate::job::{ContentHash, Timestamp, Upload};

    fn fal() -> Fal {
        Fal::new(Hosts::fal(), ApiKey::new("id:secret").unwrap()).unwrap()
    }

    fn request(url: Option<&str>) -> Request {
        let upload = Upload { url: "https://v3.fal.media/a".into(), at: Timestamp(0), content: ContentHash([0; 32]) };
        Request { id: RequestId::new("r-1").unwrap(), url: url.map(Into::into), at: Timestamp(0), upload }
    }

    #[test]
    fn a_requests_urls_leave_the_subpath_out() {
        let url = |endpoint: &str| {
            fal().request_url(&EndpointId::new(endpoint).unwrap(), &request(None), Some("status")).unwrap().to_string()
        };
        assert_eq!(url("fal-ai/topaz/upscale/image"), "https://queue.fal.run/fal-ai/topaz/requests/r-1/status");
        assert_eq!(url("comfy/me/flow/x"), "https://queue.fal.run/comfy/me/flow/requests/r-1/status");
    }

    #[test]
    fn a_url_from_fals_answer_is_used_only_on_fals_own_host() {
        let endpoint = EndpointId::new("fal-ai/model").unwrap();
        // Whether it comes from an answer just now or from the ledger.
        let used = |url: &str| fal().request_url(&endpoint, &request(Some(url)), Some("status")).unwrap().to_string();
        let own = "https://queue.fal.run/a/b/requests/r-1";
        assert_eq!(used(own), format!("{own}/status"));
        for foreign in [
            "https://evil.example/a/b/requests/r-1",
            "http://queue.fal.run/a/b/requests/r-1",
            "http://127.0.0.1:4000/queue/a/b/requests/r-1",
            "https://queue.fal.run:444/a/b/requests/r-1",
            "https://queue.fal.run@evil.example/requests/r-1",
            "https://queue.fal.run/a/b/requests/other",
            "https://queue.fal.run/a/b/requests/r-1?x=1",
        ] {
            assert_eq!(used(foreign), "https://queue.fal.run/fal-ai/model/requests/r-1/status", "{foreign}");
        }
    }
}

//! The status as a stream of server-sent events (fal docs: queue, status stream).

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::json;
use uuid::Uuid;

use super::follow::{find, named, status_body, status_now, wants_logs};
use super::request::{Request, State};
use crate::sandbox::ask::Ask;
use crate::sandbox::clock::Moment;
use crate::sandbox::fal::Fal;
use crate::sandbox::lock::lock;
use crate::sandbox::refuse::Refusal;

/// How often the status is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long the stream is silent at most, by the sandbox's time.
const PING: Duration = Duration::from_secs(15);

/// What was told so far.
struct Told {
    fal: Arc<Fal>,
    id: Uuid,
    logs: bool,
    lines: usize,
    last: String,
    at: Moment,
    over: bool,
}

/// `GET …/status/stream`: each event is what the status call would answer, but with the log lines
/// since the event before. It ends with COMPLETED.
pub(in crate::sandbox) fn stream(fal: &Arc<Fal>, ask: &Ask, app: &str, id: Uuid) -> Result<Response, Refusal> {
    find(fal, ask, app, id)?;
    let told = Told {
        fal: fal.clone(),
        id,
        logs: wants_logs(ask),
        lines: 0,
        last: String::new(),
        at: fal.clock.now(),
        over: false,
    };
    let events = stream::unfold(told, |told| async move { told.next().await });
    let mut answer = Response::new(Body::from_stream(events));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(named(id, answer))
}

impl Told {
    /// What is to be told next, when there is something.
    async fn next(mut self) -> Option<(Result<Bytes, axum::Error>, Self)> {
        while !self.over {
            // Requests are never taken out of the line: what was there once is found again.
            let (request, before) = lock(&self.fal.line).find(self.id)?;
            if let Some(event) = self.event(&request, before) {
                self.at = self.fal.clock.now();
                return Some((Ok(event), self));
            }
            if self.fal.clock.now().since(self.at) >= PING {
                self.at = self.fal.clock.now();
                let ping = format!(": ping - {}\n\n", self.fal.clock.date(self.at));
                return Some((Ok(ping.into()), self));
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.fal.stop.cancelled() => return None,
            }
        }
        None
    }

    /// What is new since the event before, if anything.
    fn event(&mut self, request: &Request, before: usize) -> Option<Bytes> {
        let mut status = status_now(&self.fal, request, before, self.logs, self.fal.clock.now());
        let lines = status.logs.take().unwrap_or_default();
        let bare = json!(status).to_string();
        let news = lines.get(self.lines..).unwrap_or_default().to_vec();
        if bare == self.last && news.is_empty() {
            return None;
        }
        self.over = matches!(request.state, State::Ended(_));
        if self.logs && !request.is_waiting() {
            self.lines = lines.len();
            status.logs = Some(news);
        }
        self.last = bare;
        Some(format!("data: {}\n\n", status_body(request, &status)).into())
    }
}

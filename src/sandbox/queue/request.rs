//! One request and what can be known of it.

use std::sync::Arc;

use axum::body::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::log::Script;
use crate::sandbox::clock::Moment;
use crate::sandbox::files::Lifecycle;
use crate::sandbox::model::Model;
use crate::sandbox::stats::Input;

/// Whose work goes first; within one, who came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sandbox) enum Priority {
    /// Unless said otherwise.
    Normal,
    /// Behind everything else.
    Low,
}

/// What was asked for, as long as the request is known.
#[derive(Debug)]
pub(in crate::sandbox) struct Asked {
    /// Its id.
    pub(in crate::sandbox) id: Uuid,
    /// What was called.
    pub(in crate::sandbox) model: &'static Model,
    /// The body, JSON: an object. Checkpoint as it came, which is smaller.
    pub(in crate::sandbox) body: Bytes,
    /// Whose bytes it works on.
    pub(in crate::sandbox) trace: Input,
    /// Which paid request for that input it is, from 1.
    pub(in crate::sandbox) attempt: u32,
    /// Its place in the queue.
    pub(in crate::sandbox) priority: Priority,
    /// `X-Fal-Store-IO: 0`: nothing is kept of it but for a short while.
    pub(in crate::sandbox) forget: bool,
    /// When it was submitted.
    pub(in crate::sandbox) at: Moment,
    /// `X-Fal-No-Retry`: fal does not try again by itself.
    pub(in crate::sandbox) no_retry: bool,
    /// Who is told of its end.
    pub(in crate::sandbox) webhook: Option<Url>,
    /// What becomes of the files that it makes.
    pub(in crate::sandbox) lifecycle: Lifecycle,
    /// Somebody asked for it to stop.
    pub(in crate::sandbox) cancelled: CancellationToken,
}

impl Asked {
    /// What the model is given.
    pub(in crate::sandbox) fn input(&self) -> Map<String, Value> {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A request in the line.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Request {
    /// What was asked for.
    pub(in crate::sandbox) asked: Arc<Asked>,
    /// How far it is.
    pub(in crate::sandbox) state: State,
    /// How often a runner took it.
    pub(in crate::sandbox) tries: u32,
}

impl Request {
    /// Whether it is in the queue.
    pub(in crate::sandbox) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }
}

/// How far a request is.
#[derive(Debug, Clone)]
pub(in crate::sandbox) enum State {
    /// `IN_QUEUE`, with its turn among all.
    Waiting {
        /// Who came first.
        turn: u64,
    },
    /// `IN_PROGRESS`.
    Running(Arc<Script>),
    /// `COMPLETED`, well or not.
    Ended(Arc<Ended>),
}

/// What came of a request.
#[derive(Debug)]
pub(in crate::sandbox) struct Ended {
    /// When.
    pub(in crate::sandbox) at: Moment,
    /// What its runner said, if it ever ran.
    pub(in crate::sandbox) script: Option<Arc<Script>>,
    /// What the result call answers, again and again.
    pub(in crate::sandbox) outcome: Outcome,
}

/// What a model, or the platform in its place, answered.
#[derive(Debug)]
pub(in crate::sandbox) struct Outcome {
    /// Its HTTP status.
    pub(in crate::sandbox) status: StatusCode,
    /// Its body, JSON.
    pub(in crate::sandbox) body: Bytes,
    /// Its own headers.
    pub(in crate::sandbox) headers: Vec<(HeaderName, HeaderValue)>,
    /// What it is billed, in the model's unit.
    pub(in crate::sandbox) units: f64,
    /// What the status says of a failure: for people, and for programs.
    pub(in crate::sandbox) error: Option<(String, String)>,
}

//! The faces' ends, and what is kept for them alone.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::engine::event::{Event, What};
use crate::engine::publish::attempt_history::{AttemptHistory, past};
use crate::engine::publish::faces::Faces;
use crate::engine::publish::log_cache::LogCache;
use crate::engine::publish::said::Said;
use crate::engine::publish::throughput::Throughput;
use crate::job::{JobId, Timestamp};
use crate::ledger::{Attempt, Trail};

/// The shortest time between two snapshots.
pub(in crate::engine) const PUBLISH: Duration = Duration::from_millis(50);
/// How often speeds are measured while something moves.
pub(in crate::engine) const SAMPLE: Duration = Duration::from_millis(500);
/// Events that a slow reader may leave lying before nothing new is begun.
const EVENTS_LOW: usize = 1024;

/// The faces' ends, and what is kept for them alone.
#[derive(Debug)]
pub(in crate::engine) struct Publisher {
    pub(in crate::engine) faces: Faces,
    pub(in crate::engine) events: Option<mpsc::Sender<Event>>,
    /// Whether something changed that the last snapshot does not show.
    pub(in crate::engine) dirty: bool,
    pub(in crate::engine) published_at: Timestamp,
    pub(in crate::engine) sampled_at: Timestamp,
    /// What was last said.
    pub(in crate::engine) said: Said,
    pub(in crate::engine) throughput: Throughput,
    /// Bytes of photos that went up, and of results that came down.
    pub(in crate::engine) up: Arc<AtomicU64>,
    pub(in crate::engine) down: Arc<AtomicU64>,
    /// Jobs that ended and whose logs are kept for a while, oldest first.
    pub(in crate::engine) logs: LogCache,
}

impl Publisher {
    /// Says why something that was asked for is not done.
    pub(in crate::engine) fn refuse(&mut self, why: &str) {
        self.faces.refuse(why);
        self.dirty = true;
    }

    /// With nothing said yet.
    pub(in crate::engine) fn new(
        faces: Faces,
        events: Option<mpsc::Sender<Event>>,
        throughput: Throughput,
        now: Timestamp,
    ) -> Self {
        Self {
            faces,
            events,
            dirty: true,
            published_at: Timestamp(0),
            sampled_at: Timestamp(0),
            said: Said::new(now),
            throughput,
            up: Arc::default(),
            down: Arc::default(),
            logs: LogCache::default(),
        }
    }

    /// The history of a job has been read.
    pub(in crate::engine) fn recalled(&mut self, id: JobId, attempts: Vec<Attempt>, trail: &Trail) {
        let attempts = past(attempts);
        let is_meant = |history: &&mut AttemptHistory| history.of == id;
        for history in self.faces.sights_mut().filter_map(|sight| sight.history.as_mut()).filter(is_meant) {
            *history = AttemptHistory { of: id, attempts: attempts.clone(), trail: trail.clone() };
        }
        self.dirty = true;
    }

    /// What was read of a job's history is not all of it any more.
    pub(in crate::engine) fn outdate_history(&mut self, id: JobId) {
        for sight in self.faces.sights_mut() {
            sight.history.take_if(|history| history.of == id);
        }
    }

    /// Whether a reader of events keeps up.
    pub(in crate::engine) fn is_heard(&self) -> bool {
        self.events.as_ref().is_none_or(|events| events.capacity() > EVENTS_LOW)
    }

    /// Tells the faces that want to hear everything.
    pub(in crate::engine) fn tell(&mut self, event: Event) {
        if !matches!(event.what, What::Job(_) | What::Log(..)) {
            self.said.at = event.at;
        }
        if let Some(events) = &self.events
            && let Err(mpsc::error::TrySendError::Full(event)) = events.try_send(event)
        {
            // Nothing new is begun long before this: see `is_heard`.
            tracing::error!(?event, "nobody reads the events; one is lost");
        }
    }
}

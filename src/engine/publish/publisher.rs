//! The faces' ends, and what is kept for them alone.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::engine::event::{Event, What};
use crate::engine::publish::attempt_history::{AttemptHistory, past};
use crate::engine::publish::log_cache::LogCache;
use crate::engine::publish::said::Said;
use crate::engine::publish::throughput::Throughput;
use crate::engine::snapshot::{ActionPreview, Comparison, Snapshot};
use crate::engine::table::Looker;
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
    pub(in crate::engine) snapshot: watch::Sender<Arc<Snapshot>>,
    pub(in crate::engine) events: Option<mpsc::Sender<Event>>,
    /// Whether something changed that the last snapshot does not show.
    pub(in crate::engine) dirty: bool,
    pub(in crate::engine) published_at: Timestamp,
    pub(in crate::engine) sampled_at: Timestamp,
    /// What was last said.
    pub(in crate::engine) said: Said,
    /// Which rows a face asks for.
    pub(in crate::engine) looker: Looker,
    pub(in crate::engine) throughput: Throughput,
    /// Bytes of photos that went up, and of results that came down.
    pub(in crate::engine) up: Arc<AtomicU64>,
    pub(in crate::engine) down: Arc<AtomicU64>,
    /// The job whose detail a face shows.
    pub(in crate::engine) watched: Option<JobId>,
    /// The story of the job that somebody looks at.
    pub(in crate::engine) history: Option<AttemptHistory>,
    /// What could be done with the jobs that a face asked about last.
    pub(in crate::engine) action_preview: Option<ActionPreview>,
    /// What other models would cost, as it was asked last.
    pub(in crate::engine) comparison: Option<Arc<Comparison>>,
    /// How many things that a face asked for were not done, and why the last was not.
    pub(in crate::engine) refused: Option<(u64, String)>,
    /// Jobs that ended and whose logs are kept for a while, oldest first.
    pub(in crate::engine) logs: LogCache,
}

impl Publisher {
    /// Says why something that was asked for is not done.
    pub(in crate::engine) fn refuse(&mut self, why: String) {
        let so_far = self.refused.as_ref().map_or(0, |(count, _)| *count);
        self.refused = Some((so_far + 1, why));
        self.dirty = true;
    }

    /// With nothing said yet.
    pub(in crate::engine) fn new(
        snapshot: watch::Sender<Arc<Snapshot>>,
        events: Option<mpsc::Sender<Event>>,
        looker: Looker,
        throughput: Throughput,
        now: Timestamp,
    ) -> Self {
        Self {
            snapshot,
            events,
            dirty: true,
            published_at: Timestamp(0),
            sampled_at: Timestamp(0),
            said: Said::new(now),
            looker,
            throughput,
            up: Arc::default(),
            down: Arc::default(),
            watched: None,
            history: None,
            action_preview: None,
            comparison: None,
            refused: None,
            logs: LogCache::default(),
        }
    }

    /// The history of a job has been read.
    pub(in crate::engine) fn recalled(&mut self, id: JobId, attempts: Vec<Attempt>, trail: Trail) {
        self.history = Some(AttemptHistory { of: id, attempts: past(attempts), trail });
        self.dirty = true;
    }

    /// What was read of a job's history is not all of it any more.
    pub(in crate::engine) fn outdate_history(&mut self, id: JobId) {
        if self.history.as_ref().is_some_and(|history| history.of == id) {
            self.history = None;
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

//! What goes out: the snapshot at its times, events as they happen, stages, the ledger.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use crate::engine::actor::Engine;
use crate::engine::event::{Event, What};
use crate::engine::publish::attempt_history::AttemptHistory;
use crate::engine::publish::log_cache::LogCache;
use crate::engine::publish::said::Said;
use crate::engine::publish::throughput::Throughput;
use crate::engine::snapshot::{ActionPreview, Snapshot};
use crate::engine::steps::stages::Outcome;
use crate::engine::table::Looker;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Job, JobId, Timestamp};
use crate::ledger::Attempt;

/// The shortest time between two snapshots.
pub(in crate::engine) const PUBLISH: Duration = Duration::from_millis(50);
/// How often speeds are measured while something moves.
pub(in crate::engine) const SAMPLE: Duration = Duration::from_millis(500);
/// How long rows are gathered in one go, by the world's clock: a key that comes meanwhile waits for it.
const GATHER: Duration = Duration::from_millis(5);
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
    /// Jobs that ended and whose logs are kept for a while, oldest first.
    pub(in crate::engine) logs: LogCache,
}

impl Publisher {
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
            logs: LogCache::default(),
        }
    }
}

impl Engine {
    /// Whether some face wants to hear everything.
    pub(in crate::engine) fn is_told(&self) -> bool {
        self.publisher.events.is_some()
    }

    /// Tells the faces that want to hear everything.
    pub(in crate::engine) fn tell(&mut self, what: What) {
        let event = Event { at: self.now(), what };
        if !matches!(event.what, What::Job(_) | What::Log(..)) {
            self.publisher.said.at = event.at;
        }
        if let Some(events) = &self.publisher.events
            && let Err(mpsc::error::TrySendError::Full(event)) = events.try_send(event)
        {
            // Nothing new is begun long before this: see `is_open`.
            tracing::error!(?event, "nobody reads the events; one is lost");
        }
    }

    /// Whether a reader of events keeps up.
    pub(in crate::engine) fn is_heard(&self) -> bool {
        self.publisher.events.as_ref().is_none_or(|events| events.capacity() > EVENTS_LOW)
    }

    /// Runs a stage; its outcome comes back to the loop.
    pub(in crate::engine) fn spawn_stage(
        &mut self,
        step: Step,
        stage: impl Future<Output = Outcome> + Send + 'static,
    ) -> AbortHandle {
        match self.options.rehearse {
            None => self.scheduler.tasks.spawn(step, stage),
            Some(rehearse) => self.scheduler.tasks.spawn(step, async move {
                rehearse(step.name());
                stage.await
            }),
        }
    }

    /// Whether bytes of pictures are on the move.
    pub(in crate::engine) fn is_moving(&self) -> bool {
        self.scheduler.tasks.count(Pool::Uploads) + self.scheduler.tasks.count(Pool::Saves) > 0
    }

    /// Writes down an attempt that ended.
    pub(in crate::engine) fn attempted(&self, id: JobId, attempt: impl FnOnce(&Job) -> Option<Attempt>) {
        if let Some(attempt) = self.jobs.get(id).and_then(attempt) {
            self.stages.writer.attempt(attempt);
        }
    }

    /// Publishes the snapshot if something changed and the last one is long enough ago.
    pub(in crate::engine) fn publish(&mut self, now: Timestamp) {
        if now.since(self.publisher.sampled_at) >= SAMPLE {
            self.sample(now);
        }
        // What a key asks for comes first.
        let urgent = self.publisher.looker.take_urgent();
        let begun = Instant::now();
        while !urgent && begun.elapsed() < GATHER && self.jobs.gather() {
            self.publisher.dirty = true;
        }
        if self.publisher.snapshot.is_closed() {
            self.publisher.dirty = false;
            return;
        }
        if !urgent && (!self.publisher.dirty || now.since(self.publisher.published_at) < PUBLISH) {
            return;
        }
        self.publisher.dirty = false;
        self.publisher.published_at = now;
        let snapshot = self.snapshot(now);
        self.publisher.snapshot.send_replace(Arc::new(snapshot));
    }

    pub(in crate::engine) fn sample(&mut self, now: Timestamp) {
        self.publisher.sampled_at = now;
        self.publisher.throughput.sample(now, self.publisher.up.load(Relaxed), self.publisher.down.load(Relaxed));
        self.scheduler.poll_interval.flow(self.publisher.throughput.per_second(now));
        if self.is_moving() {
            self.publisher.dirty = true;
        }
    }
}

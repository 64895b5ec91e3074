//! What goes out: the snapshot at its times, events as they happen, stages, the ledger.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use crate::engine::actor::Engine;
use crate::engine::event::{Event, What};
use crate::engine::publish::publisher::{PUBLISH, SAMPLE};
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Job, JobId, Timestamp};
use crate::ledger::Attempt;

/// How long rows are gathered in one go, by the world's clock: a key that comes meanwhile waits for it.
const GATHER: Duration = Duration::from_millis(5);

impl Engine {
    /// Whether some face wants to hear everything.
    pub(in crate::engine) fn is_told(&self) -> bool {
        self.publisher.events.is_some()
    }

    /// Tells the faces that want to hear everything.
    pub(in crate::engine) fn tell(&mut self, what: What) {
        let event = Event { at: self.now(), what };
        self.publisher.tell(event);
    }

    /// Runs a stage; its outcome comes back to the loop.
    pub(in crate::engine) fn spawn_stage(
        &mut self,
        step: Step,
        stage: impl Future<Output = Outcome> + Send + 'static,
    ) -> AbortHandle {
        match self.options.world.rehearse {
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

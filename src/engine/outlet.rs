//! What goes out: the board at its times, events as they happen, stages, the ledger.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::event::{Event, What};
use super::run::Engine;
use super::stages::Outcome;
use super::tasks::{Pool, Step};
use crate::job::{Job, JobId, Timestamp};
use crate::ledger::Attempt;

/// The shortest time between two boards.
pub(super) const PUBLISH: Duration = Duration::from_millis(50);
/// How often speeds are measured while something moves.
pub(super) const SAMPLE: Duration = Duration::from_millis(500);
/// How long rows are gathered in one go, by the world's clock: a key that comes meanwhile waits for it.
const GATHER: Duration = Duration::from_millis(5);
/// Events that a slow reader may leave lying before nothing new is begun.
const EVENTS_LOW: usize = 1024;

impl Engine {
    /// Whether some face wants to hear everything.
    pub(super) fn is_told(&self) -> bool {
        self.events.is_some()
    }

    /// Tells the faces that want to hear everything.
    pub(super) fn tell(&mut self, what: What) {
        let event = Event { at: self.now(), what };
        if !matches!(event.what, What::Job(_) | What::Log(..)) {
            self.said.at = event.at;
        }
        if let Some(events) = &self.events
            && let Err(mpsc::error::TrySendError::Full(event)) = events.try_send(event)
        {
            // Nothing new is begun long before this: see `is_open`.
            tracing::error!(?event, "nobody reads the events; one is lost");
        }
    }

    /// Whether a reader of events keeps up.
    pub(super) fn is_heard(&self) -> bool {
        self.events.as_ref().is_none_or(|events| events.capacity() > EVENTS_LOW)
    }

    /// Runs a stage; its outcome comes back to the loop.
    pub(super) fn spawn_stage(
        &mut self,
        step: Step,
        stage: impl Future<Output = Outcome> + Send + 'static,
    ) -> AbortHandle {
        match self.setup.rehearse {
            None => self.tasks.spawn(step, stage),
            Some(rehearse) => self.tasks.spawn(step, async move {
                rehearse(step.name());
                stage.await
            }),
        }
    }

    /// Whether bytes of pictures are on the move.
    pub(super) fn is_moving(&self) -> bool {
        self.tasks.count(Pool::Uploads) + self.tasks.count(Pool::Saves) > 0
    }

    /// Writes down an attempt that ended.
    pub(super) fn attempted(&self, id: JobId, attempt: impl FnOnce(&Job) -> Option<Attempt>) {
        if let Some(attempt) = self.roster.get(id).and_then(attempt) {
            self.stages.writer.attempt(attempt);
        }
    }

    /// Publishes the board if something changed and the last one is long enough ago.
    pub(super) fn publish(&mut self, now: Timestamp) {
        if now.since(self.sampled_at) >= SAMPLE {
            self.sample(now);
        }
        // What a key asks for comes first.
        let urgent = self.look.take_urgent();
        let begun = Instant::now();
        while !urgent && begun.elapsed() < GATHER && self.roster.gather() {
            self.dirty = true;
        }
        if self.board.is_closed() {
            self.dirty = false;
            return;
        }
        if !urgent && (!self.dirty || now.since(self.published_at) < PUBLISH) {
            return;
        }
        self.dirty = false;
        self.published_at = now;
        let board = self.board(now);
        self.board.send_replace(Arc::new(board));
    }

    pub(super) fn sample(&mut self, now: Timestamp) {
        self.sampled_at = now;
        self.flow.sample(now, self.up.load(Relaxed), self.down.load(Relaxed));
        self.pace.flow(self.flow.per_second(now));
        if self.is_moving() {
            self.dirty = true;
        }
    }
}

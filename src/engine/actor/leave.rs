//! How a run ends: by itself, at a limit, or because somebody leaves.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::command::Leave;
use crate::engine::event::{Ending, Event, Summary, What};
use crate::engine::publish::snapshot::causes;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Group, JobState, Timestamp};

/// How long leaving waits for answers to paid calls that are on their way.
/// Two seconds is what a person waits, and the rest of them goes to the disk.
const LEAVE: Duration = Duration::from_millis(1200);

impl Engine {
    /// Begins to leave.
    pub(super) fn leave(&mut self, leave: Leave, signal: Option<i32>) {
        if self.course.leaving.is_some() {
            return;
        }
        if leave == Leave::CancelQueued {
            let queued: Vec<_> = self.jobs.index().members(Group::Active).collect();
            for id in queued {
                if self.jobs.get(id).is_some_and(|job| matches!(job.state, JobState::InQueue(..))) {
                    self.cancel(id);
                }
            }
        }
        // A transfer that is cut off is done again next time; nothing of it is paid for.
        for live in self.runtime.values_mut() {
            if let Some(abort) = live.abort.take() {
                abort.abort();
            }
        }
        self.put_back();
        self.course.leaving = Some((signal, self.now().plus(LEAVE)));
        self.publisher.dirty = true;
    }

    /// Who leaves a plan has asked for nothing: what failed before and was to be sent again is as it was.
    pub(super) fn put_back(&mut self) {
        if self.course.started {
            return;
        }
        for (id, transition) in self.planning.selection.take_failed() {
            self.note_of_plan(id, transition);
        }
    }

    /// Why the run is over, if it is.
    pub(super) fn ending(&self, now: Timestamp) -> Option<Ending> {
        if let Some((signal, until)) = self.course.leaving {
            let cancelling = self.runtime.values().any(|live| live.cancelling);
            let waits = self.is_paying() || cancelling;
            return (!waits || now >= until).then(|| match signal {
                None if !self.course.started => Ending::NotStarted,
                None if self.is_done() => Ending::Finished,
                signal => Ending::Left(signal),
            });
        }
        if self.options.manner.plans_only && self.planning.planner.was_told() {
            return Some(Ending::NotStarted);
        }
        if self.options.manner.stay {
            return None;
        }
        if self.is_finished() {
            return Some(Ending::Finished);
        }
        let locked = matches!(&self.resilience.pause, Some(hold @ PauseReason::Account(_)) if !hold.is_key_refused());
        if locked && self.options.manner.waits_for_account {
            return None;
        }
        // With a refused key nothing can be followed either: fal keeps it, and the next run fetches it.
        if matches!(&self.resilience.pause, Some(hold) if hold.is_key_refused()) && !self.is_paying() {
            return Some(Ending::Account);
        }
        // Whoever has come in can answer what a run without a dashboard would end with.
        if self.publisher.faces.has_guest() {
            return None;
        }
        let totals = self.jobs.totals();
        let idle = totals.in_flight == 0
            && !self.is_paying()
            && self.scheduler.tasks.count(Pool::Saves) + self.scheduler.tasks.count(Pool::Calls) == 0;
        let results = self.scheduler.to_answer.len() + self.scheduler.to_save.len() + self.reusing();
        // A lost answer may turn up, and what it is about is paid for. Without a disk it could not be kept.
        let waits = |hold: &PauseReason| self.search.is_looking() && !matches!(hold, PauseReason::Disk(_));
        // Who set a cap wants to know of what: the plan is told whole.
        let plans =
            |hold: &PauseReason| self.planning.planner.is_walking() && matches!(hold, PauseReason::Budget { .. });
        let held = self.resilience.pause.as_ref().filter(|hold| idle && results == 0 && !waits(hold) && !plans(hold));
        held.and_then(PauseReason::ending)
    }

    /// Whether every job has ended, and no more can come.
    pub(super) fn is_finished(&self) -> bool {
        self.is_done() && !self.options.manner.watches
    }

    /// Whether every job that there is has ended.
    pub(super) fn is_done(&self) -> bool {
        let totals = self.jobs.totals();
        self.course.started
            && !self.planning.planner.is_walking()
            && totals.left() <= self.course.resting
            && self.scheduler.tasks.count(Pool::Records) == 0
            && !self.search.is_looking()
    }

    /// Whether a paid call is on its way, or what it came to is on its way into the ledger.
    pub(super) fn is_paying(&self) -> bool {
        self.scheduler.tasks.count(Pool::Submits) + self.scheduler.tasks.count(Pool::Records) > 0
    }

    /// Saves what is to be saved and says how it ended.
    pub(super) async fn close(mut self, ending: Ending) -> Summary {
        self.tell_plan(false);
        // Files that are being written are whole; what is left of them is written now.
        while self.scheduler.tasks.count(Pool::Words) > 0 {
            let finished = self.scheduler.tasks.next().await;
            if matches!(finished, Some((Step::Say, _))) {
                self.finished(finished);
            }
        }
        self.scheduler.tasks.end().await;
        self.end_writing().await;
        if let Err(error) = self.stages.writer.flush().await {
            tracing::error!(%error, "the last changes could not be written to the ledger");
        }
        let totals = self.jobs.totals();
        let summary = Summary {
            facts: Arc::clone(&self.facts),
            ending,
            done: totals.of(Group::Done),
            failed: totals.of(Group::Failed),
            review: totals.of(Group::Review) - totals.unknown,
            skipped: totals.of(Group::Skipped),
            cancelled: totals.of(Group::Cancelled),
            unknown: totals.unknown,
            left: totals.left(),
            at_fal: totals.in_flight,
            spent: totals.spent,
            reserved: totals.reserved,
            causes: causes(&self.jobs),
            webhooks: self.options.world.webhooks.as_ref().map(crate::webhook::Inbox::counts),
            elapsed: self
                .publisher
                .throughput
                .ended()
                .unwrap_or(self.now())
                .since(self.publisher.throughput.began().unwrap_or(self.course.began_at)),
        };
        if let Some(events) = self.publisher.events.take() {
            // The last word must not be lost to a slow reader.
            drop(events.send(Event { at: self.now(), what: What::Ended(summary.clone()) }).await);
        }
        summary
    }
}

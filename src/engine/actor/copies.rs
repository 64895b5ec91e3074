//! Results that are there already, and what others pay for: copied, followed, waited for.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::dedup::copy::Next;
use crate::engine::dedup::rivals::waits_for;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::tasks::{Pool, Step};
use crate::job::{BatchId, Cause, CauseKind, Checkpoint, JobId, Service, Timestamp, Transition, Upload};
use crate::ledger::Stakes;
use crate::output::{OutputError, Placed};
use crate::plan::{Look, Origin};

impl Engine {
    /// Whether results may be copied: that costs nothing, but needs the disk.
    fn may_copy(&self) -> bool {
        self.course.started
            && self.publisher.is_heard()
            && !matches!(self.resilience.pause, Some(PauseReason::User | PauseReason::Disk(_)))
    }

    /// How many photos may still get a result without being sent.
    pub(super) fn reusing(&self) -> usize {
        let dedup = &self.dedup;
        let checks = self.scheduler.tasks.count(Pool::Checks);
        let all = dedup.to_copy.len() + dedup.to_hash() + checks + dedup.awaited.len();
        if self.may_copy() { all } else { 0 }
    }

    /// A photo is counted as one that costs nothing.
    pub(super) fn reuses(&mut self, id: JobId) {
        if !self.jobs.reuse(id, true) {
            return;
        }
        if !self.course.started {
            self.planning.edit.stale = true;
        } else if let Some(job) = self.jobs.get(id) {
            let work = self.jobs.params().work(job.photo.pixels);
            self.planning.planner.reuse(job, work, self.dedup.remembered.found(id));
        }
    }

    pub(super) fn begin_next_copy(&mut self) -> bool {
        if !self.may_copy() {
            return false;
        }
        match self.dedup.next_copy(&self.jobs) {
            Next::Nobody => return false,
            Next::Effects(id, effects) => self.perform(id, effects),
            Next::Copy(id, copying) => {
                let (output, previous) = (self.stages.output.clone(), self.replaceable(id));
                self.spawn_stage(Step::Copy(id), copying.run(id, output, previous));
            }
        }
        true
    }

    pub(super) fn copied(&mut self, id: JobId, origin: Box<Origin>, result: Result<Placed, OutputError>) {
        let effects = self.dedup.copied(id, origin, result, &self.jobs);
        self.perform(id, effects);
    }

    /// What the plan says of results in the folder is not so any more.
    pub(super) fn replan(&mut self) {
        if self.course.started {
            self.planning.planner.changed();
        } else {
            self.planning.edit.stale = true;
        }
    }

    /// A photo was uploaded and not sent, as far as the ledger knows; its result lies in the folder. True if
    /// it is taken from there.
    pub(super) fn is_done_elsewhere(&mut self, id: JobId, upload: &Upload) -> bool {
        let job = self.jobs.get(id);
        if !job.is_some_and(|job| self.dedup.remembered.may_have(job, upload.content)) {
            return false;
        }
        let cause = Cause::new(CauseKind::Network, "the last run ended in the middle");
        let checkpoint = Checkpoint::Upload(upload.clone());
        let is_back = self.happen(id, Transition::Retry { cause, until: self.now(), checkpoint, counts: false });
        if is_back {
            self.reconsider(id);
        }
        is_back
    }

    /// What is at stake with a job's paid call, if the ledger is to say whether it may be made: somebody else may make one
    /// for the same picture, or others keep the same cap.
    pub(super) fn stakes(&self, id: JobId) -> Option<Stakes> {
        // What comes of a sandbox no other process could use.
        let may_have_rivals = self.options.service != Service::Sandbox;
        let alone = self.dedup.alone(id, &self.jobs).filter(|_| may_have_rivals);
        let at_most = self.jobs.get(id).and_then(|job| self.jobs.at_most(job));
        (alone.is_some() || self.course.crew.is_some()).then_some(Stakes { alone, at_most })
    }

    /// The request that a job follows came to nothing.
    pub(super) fn settle_call(&mut self, id: JobId) {
        if let Some(request) = self.jobs.get(id).and_then(|job| job.state.request()) {
            self.dedup.settle_call(id, request);
        }
    }

    /// Somebody else pays for the same picture: what comes of that is waited for.
    pub(super) fn await_rival(&mut self, id: JobId, batch: Option<BatchId>) {
        let now = self.now();
        let Some((cause, checkpoint)) = self.jobs.get(id).map(|job| waits_for(&job.state, batch)) else { return };
        if self.runtime.get_mut(&id).is_some_and(|live| std::mem::take(&mut live.cancelling)) {
            return self.end_cancelled(id);
        }
        if self.happen(id, Transition::Retry { cause, until: now, checkpoint, counts: false }) {
            self.jobs.reuse(id, true);
            self.dedup.awaits(id, now);
        }
    }

    /// Looks at what has become of others' paid calls, if it is time.
    pub(super) fn look_at_rivals(&mut self, now: Timestamp) {
        if let Some(watch) = self.dedup.watch(&self.jobs, now) {
            self.spawn_stage(Step::Rivals, watch.run(self.ledger.clone()));
        }
    }

    /// What has become of them.
    pub(super) fn rivals_seen(&mut self, looks: Vec<(JobId, Look)>, took: Duration) {
        let now = self.now();
        let follows = self.dedup.rivals_seen(looks, took, now);
        self.perform_all(follows);
        self.publisher.dirty = true;
    }
}

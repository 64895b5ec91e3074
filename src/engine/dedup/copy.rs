//! Same picture, same money: a photo that holds what another one holds gets a copy of that one's
//! result, or where there is none to copy, follows its request.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::effect::Again;
use crate::engine::effect::told;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Cause, CauseKind, Checkpoint, Cost, JobId, PaidCall, Saved, Transition, Upload};
use crate::output::{Expect, Made, OutputError, Placed, Record};
use crate::plan::{ANOTHER_TRY, Origin};

impl Engine {
    /// Whether results may be copied: that costs nothing, but needs the disk.
    fn may_copy(&self) -> bool {
        self.course.started
            && self.publisher.is_heard()
            && !matches!(self.resilience.pause, Some(PauseReason::User | PauseReason::Disk(_)))
    }

    /// How many photos may still get a result without being sent.
    pub(in crate::engine) fn reusing(&self) -> usize {
        let reuse = &self.dedup;
        if self.may_copy() {
            reuse.to_copy.len()
                + reuse.duplicates.to_hash()
                + self.scheduler.tasks.count(Pool::Checks)
                + reuse.awaited.len()
        } else {
            0
        }
    }

    /// A photo is counted as one that costs nothing.
    pub(in crate::engine) fn reuses(&mut self, id: JobId) {
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

    pub(in crate::engine) fn begin_next_copy(&mut self) -> bool {
        if !self.may_copy() {
            return false;
        }
        let Some((id, origin)) = self.dedup.to_copy.pop_front() else { return false };
        let Some(job) = self.jobs.get(id).filter(|job| job.state.is_unpaid()) else { return true };
        let promised = self.jobs.params().output_size(job.photo.pixels);
        let (photo, output) = (job.photo.clone(), self.stages.output.clone());
        if let Some(record) = origin.in_place.clone() {
            self.spawn_stage(Step::Copy(id), async move {
                let placed = output.adopt(&photo, &record, promised).await;
                Outcome::Copied(origin, placed)
            });
            return true;
        }
        let Some((of, saved)) = origin.copy.clone() else {
            self.adopt(id, *origin);
            return true;
        };
        let previous = self.replaceable(id);
        self.spawn_stage(Step::Copy(id), async move {
            let made = Made { index: id.number(), seed: saved.seed, request: saved.request.as_str() };
            let (previous, caption) = (previous.as_deref(), saved.caption());
            let expect = Expect { pixels: promised, previous, caption, made };
            let placed = loop {
                match output.duplicate(&photo, of.clone(), &saved, expect).await {
                    Err(error) if error.shortage().is_some() => tokio::time::sleep(ANOTHER_TRY).await,
                    placed => break placed,
                }
            };
            Outcome::Copied(origin, placed)
        });
        true
    }

    pub(in crate::engine) fn copied(
        &mut self,
        id: JobId,
        mut origin: Box<Origin>,
        result: Result<Placed, OutputError>,
    ) {
        if !self.jobs.get(id).is_some_and(|job| job.state.is_unpaid()) {
            return;
        }
        if let Some(record) = origin.in_place.take() {
            return match result {
                Ok(placed) => self.adopted(id, *record, placed),
                Err(why) => {
                    tracing::info!(job = %id, %why, "what lies in the output folder is not its result");
                    self.lost_in_folder(id);
                    self.dedup.to_copy.push_front((id, origin));
                }
            };
        }
        let Some((_, of)) = origin.copy.take() else { return };
        match result {
            Ok(placed) => {
                let saved = Saved {
                    first: placed.first,
                    further: placed.further,
                    cost: Some(Cost::NOTHING),
                    content: Some(origin.same_as.content),
                    same_as: Some(origin.same_as.photo),
                    ..*of
                };
                self.previous.remove(&id);
                if self.happen(id, Transition::Reuse(saved, placed.suspicion)) {
                    self.note_in_folder(id);
                    self.record(id);
                }
            }
            Err(OutputError::BadResult(why)) => {
                tracing::info!(job = %id, why, "a result that was to be used again cannot be");
                self.dedup.awaited.settle(id, PaidCall::Request(of.request.clone()));
                self.adopt(id, *origin);
            }
            Err(error @ OutputError::Disk { .. }) => {
                // It is looked at anew, and copied once there is room.
                self.dedup.duplicates.look_again(id);
                self.hold(PauseReason::Disk(told("a result could not be copied", &error)));
            }
            Err(error @ (OutputError::LocalFile { .. } | OutputError::Folder { .. })) => {
                let cause = Cause::new(CauseKind::LocalFile, told("the result could not be copied", &error));
                self.fail(id, &cause, Checkpoint::Nothing);
            }
        }
    }

    /// A job's result in the folder was looked at and is as it was saved.
    pub(in crate::engine) fn adopted(&mut self, id: JobId, record: Record, placed: Placed) {
        let suspicion = placed.suspicion;
        let saved = Saved { first: placed.first, further: placed.further, ..record.saved() };
        self.jobs.make_with(id, record.own);
        self.previous.remove(&id);
        tracing::info!(job = %id, request = %saved.request, "found in the output folder");
        // What it cost then counts again: no ledger knows it.
        self.jobs.reuse(id, false);
        self.happen(id, Transition::Reuse(saved, suspicion));
    }

    /// A job's result in the folder is no longer what it was. False if that was known.
    pub(in crate::engine) fn lost_in_folder(&mut self, id: JobId) -> bool {
        if !self.dedup.remembered.lose(id) {
            return false;
        }
        if self.course.started {
            self.planning.planner.changed();
        } else {
            self.planning.edit.stale = true;
        }
        true
    }

    /// A photo was uploaded and not sent, as far as the ledger knows; its result lies in the folder. True if
    /// it is taken from there.
    pub(in crate::engine) fn is_done_elsewhere(&mut self, id: JobId, upload: &Upload) -> bool {
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

    /// Follows the request that an earlier run made of the same picture; if there is none, the photo is
    /// sent.
    fn adopt(&mut self, id: JobId, origin: Origin) {
        if origin.is_claimed {
            return self.await_rival(id, None);
        }
        if let Some(request) = origin.request {
            tracing::info!(job = %id, request = %request.id, of = %origin.same_as.photo, "a request is used again");
            // What is not paid for yet will be billed, once, and has to fit under the cap.
            self.jobs.reuse(id, origin.is_settled);
            if !origin.is_settled {
                // No batch counts yet what it costs: this one will.
                self.jobs.reuse(id, false);
            }
            self.dedup.borrowed.insert(id, (origin.same_as, origin.is_settled));
            if self.happen(id, Transition::Adopt(request)) {
                self.record(id);
            }
        } else if let Some(intent) = origin.lost {
            self.jobs.reuse(id, false);
            if self.happen(id, Transition::Inherit(intent)) {
                self.look_for_lost();
                self.record(id);
            }
        } else {
            self.jobs.reuse(id, false);
            self.send(id);
        }
    }

    /// A request of another job came to nothing for this one, at a cost that no other batch counts: then it
    /// is sent for itself. False if the request is its own.
    pub(in crate::engine) fn give_back(&mut self, id: JobId, cause: &Cause, cost: Option<Cost>) -> bool {
        if matches!(cause.kind, CauseKind::LocalFile | CauseKind::Disk | CauseKind::Internal)
            || self.dedup.borrowed.remove(&id).is_none()
        {
            return false;
        }
        self.settle_call(id);
        self.jobs.reuse(id, false);
        self.dedup.insist(id);
        self.write_attempt(id, cause, cost);
        let again =
            Again { cause: cause.clone(), wait: Duration::ZERO, checkpoint: Checkpoint::Nothing, counts: false };
        self.wait(id, again);
        true
    }
}

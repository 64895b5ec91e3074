//! Which photos may be sent: each is asked whether it could be the same picture as another, hashed if
//! so, and of those that are one is sent while the others wait for it.

use std::sync::Arc;

use crate::engine::actor::Engine;
use crate::engine::effect::told;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Cause, CauseKind, Checkpoint, ContentHash, Job, JobId, JobState, OwnParams, Photo, SameAs, Terms};
use crate::ledger::LedgerError;
use crate::plan::{Likeness, Origin, Sought, Wanted, content_of};

/// Photos that are looked at at once.
const CHECKS: usize = 3;

impl Engine {
    /// A photo is to be sent: at once, unless it may be the same picture as another.
    pub(in crate::engine) fn consider(&mut self, id: JobId) {
        let Some(bytes) = self.jobs.get(id).map(|job| job.photo.bytes) else { return };
        if self.is_redone(id) {
            return self.send(id);
        }
        self.vary(id);
        if self.dedup.duplicates.meet(id, bytes) {
            self.send(id);
        }
        self.count_checks();
    }

    /// A job that ended gets another go: meanwhile its picture may have been paid for elsewhere.
    pub(in crate::engine) fn reconsider(&mut self, id: JobId) {
        let Some(JobState::Waiting { checkpoint, .. }) = self.jobs.get(id).map(|job| &job.state) else { return };
        match &**checkpoint {
            _ if self.is_redone(id) => self.wake_at(id, self.now()),
            Checkpoint::Nothing if !self.dedup.insists.contains(&id) => self.consider(id),
            Checkpoint::Upload(upload) => {
                let content = upload.content;
                self.learned(id, content);
                self.decide_twin(id, true);
            }
            _ => self.wake_at(id, self.now()),
        }
    }

    /// Whether a job has parameters of its own that no plan has for it, so that what comes of it is like nobody else's.
    pub(in crate::engine) fn is_redone(&self, id: JobId) -> bool {
        !self.jobs.fills() && self.jobs.get(id).is_some_and(|job| job.own.is_some())
    }

    /// A job of an earlier run whose photo was uploaded is on its way.
    pub(in crate::engine) fn consider_underway(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(id) else { return };
        let Some(content) = job.state.content_underway() else { return };
        if matches!(job.state, JobState::Unknown(..)) {
            self.dedup.lost.push(id);
        }
        self.learned(id, content);
    }

    /// Only the same picture with the same texts is one.
    fn vary(&mut self, id: JobId) {
        let own = self.jobs.get(id).and_then(|job| job.own.clone());
        if let Some(own) = own.filter(|_| self.jobs.fills()) {
            self.dedup.duplicates.vary(id, own);
        }
    }

    /// What a photo holds is known.
    pub(in crate::engine) fn learned(&mut self, id: JobId, content: ContentHash) {
        if self.is_redone(id) {
            return;
        }
        let Some(bytes) = self.jobs.get(id).map(|job| job.photo.bytes) else { return };
        self.vary(id);
        self.dedup.duplicates.learn(id, bytes, Some(content));
        self.count_checks();
    }

    /// Another file lies where the photo was.
    pub(in crate::engine) fn forget_twin(&mut self, known: &Job) {
        self.dedup.duplicates.forget(known.id, known.photo.bytes);
        self.count_checks();
    }

    pub(in crate::engine) fn count_checks(&mut self) {
        self.planning.planner.checking(self.dedup.duplicates.unsettled() + self.scheduler.tasks.count(Pool::Checks));
        self.publisher.dirty = true;
    }

    pub(in crate::engine) fn begin_next_check(&mut self) -> bool {
        if self.scheduler.tasks.count(Pool::Checks) >= CHECKS {
            return false;
        }
        let Some(id) = self.dedup.duplicates.next() else { return false };
        let Some(photo) = self.jobs.get(id).map(|job| job.photo.clone()) else { return true };
        self.spawn_stage(Step::Hash(id), async move {
            let content = content_of(photo.source.clone()).await;
            Outcome::Hashed(photo, content.inspect_err(|error| tracing::info!(%error, "a photo cannot be hashed")).ok())
        });
        true
    }

    pub(in crate::engine) fn hashed(&mut self, id: JobId, photo: &Photo, content: Option<ContentHash>) {
        let Some(job) = self.jobs.get(id) else { return };
        let is_same = job.photo.bytes == photo.bytes && job.photo.modified == photo.modified;
        // The hash of a file that is no longer there is nobody's.
        self.dedup.duplicates.learn(id, photo.bytes, content.filter(|_| is_same));
        self.count_checks();
        if is_same {
            self.decide_twin(id, true);
        }
    }

    /// What is to be done about a photo whose hash is known: it is sent, copied, or waits.
    fn decide_twin(&mut self, id: JobId, ask_ledger: bool) {
        let Some(job) = self.jobs.get(id) else { return };
        if !job.state.is_unpaid() {
            return;
        }
        let Some(content) = self.dedup.duplicates.content(id) else { return self.send(id) };
        if self.dedup.remembered.may_have(job, content) {
            // It has a result of its own, whatever becomes of its dedup.
            return self.ask_ledger(id, content);
        }
        let leader = match self.dedup.duplicates.likeness(id, job.photo.bytes) {
            Likeness::MayBeKnown(content) if ask_ledger => return self.ask_ledger(id, content),
            Likeness::Leads | Likeness::MayBeKnown(_) => return self.send(id),
            Likeness::Follows(leader) => leader,
        };
        let Some(leader) = self.jobs.get(leader) else { return self.send(id) };
        let lost = matches!(leader.state, JobState::Unknown(..));
        let mut origin = Origin::of(SameAs { photo: leader.photo.slash_path().into(), content });
        origin.copy =
            leader.state.saved().map(|saved| (self.stages.output.root().join(saved.output()), Box::new(saved.clone())));
        origin.request = leader.state.request().filter(|_| leader.state.is_final()).cloned();
        if origin.is_some() {
            self.reuses(id);
            self.dedup.to_copy.push_back((id, Box::new(origin)));
        } else if leader.state.is_final() && !lost {
            self.dedup.duplicates.take_over(&content, id);
            self.jobs.reuse(id, false);
            self.send(id);
        } else if lost && !self.is_looking() {
            self.fail_like_leader(id, &origin.same_as);
        } else {
            self.reuses(id);
            self.dedup.duplicates.follow(&content, id);
        }
    }

    pub(in crate::engine) fn send(&mut self, id: JobId) {
        match self.jobs.get(id).map(|job| &job.state) {
            // It may stand there already: whoever is begun once is passed over from then on.
            Some(JobState::Pending) => self.dedup.ready.push_back(id),
            Some(JobState::Waiting { checkpoint, .. }) if matches!(**checkpoint, Checkpoint::Upload(_)) => {
                self.scheduler.to_submit.push_back(id);
            }
            Some(JobState::Waiting { .. }) => {
                self.dedup.insist(id);
                self.scheduler.to_upload.push_back(id);
            }
            _ => {}
        }
    }

    fn ask_ledger(&mut self, id: JobId, content: ContentHash) {
        let Some(photo) = self.jobs.get(id).map(|job| job.photo.clone()) else { return };
        let (ledger, wanted) = (self.ledger.clone(), self.wanted(id));
        self.spawn_stage(Step::Seek(id), async move {
            Outcome::Sought(wanted.find(&ledger, &photo, content, Some(id)).await)
        });
        self.count_checks();
    }

    /// What a job is made on: its own parameters where texts are filled in for each photo.
    pub(in crate::engine) fn terms(&self, id: JobId) -> Arc<Terms> {
        let own = self.jobs.get(id).and_then(|job| job.own.as_ref()).filter(|_| self.jobs.fills());
        match own {
            Some(OwnParams(own)) => Arc::new(Terms { params: own.to_string(), ..(*self.stages.terms).clone() }),
            None => Arc::clone(&self.stages.terms),
        }
    }

    pub(in crate::engine) fn wanted(&self, id: JobId) -> Wanted {
        Wanted {
            terms: self.terms(id),
            sizing: self.jobs.params().sizing(),
            memory: Arc::clone(&self.dedup.remembered.memory),
            batch: self.facts.id,
        }
    }

    pub(in crate::engine) fn sought(&mut self, id: JobId, found: Result<Sought, LedgerError>) {
        self.count_checks();
        let Some(job) = self.jobs.get(id).filter(|job| job.state.is_unpaid()) else { return };
        let content = self.dedup.duplicates.content(job.id);
        match found {
            Ok(Sought { is_changed: true, .. }) if self.lost_in_folder(id) => self.decide_twin(id, true),
            Ok(Sought { origin: Some(origin), .. }) if content == Some(origin.same_as.content) => {
                if let Some(record) = &origin.in_place {
                    self.dedup.remembered.find(id, record);
                }
                self.reuses(id);
                self.dedup.to_copy.push_back((id, Box::new(origin)));
            }
            Ok(_) => self.send(id),
            Err(error) => {
                // Without the ledger nothing is paid for: the picture may have been.
                let message = "the ledger could not be read, so it was not sent";
                self.fail(id, &Cause::new(CauseKind::Disk, message), Checkpoint::Nothing);
                self.hold(PauseReason::Disk(told("the ledger cannot be read", &error)));
            }
        }
    }

    /// The next photo that may be sent.
    pub(in crate::engine) fn next_ready(&mut self) -> Option<JobId> {
        let job_table = &self.jobs;
        let is_pending = |id: &JobId| job_table.get(*id).is_some_and(|job| matches!(job.state, JobState::Pending));
        if self.is_unbilled() {
            return self.next_unbilled();
        }
        std::iter::from_fn(|| self.course.canary.next_of(&mut self.dedup.ready)).find(is_pending)
    }

    /// Whether a photo that is to be uploaded again got another way meanwhile: its twin is done or on
    /// its way.
    pub(in crate::engine) fn is_led(&mut self, id: JobId) -> bool {
        if self.dedup.insists.remove(&id) || self.is_redone(id) {
            return false;
        }
        let is_led = self.dedup.duplicates.leader(id).is_some();
        if is_led {
            self.decide_twin(id, false);
        }
        is_led
    }

    /// A job ended: its twins go on.
    pub(in crate::engine) fn twin_ended(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(id) else { return };
        if matches!(job.state, JobState::Unknown(..)) {
            self.dedup.lost.push(id);
            return;
        }
        for follower in self.dedup.duplicates.dismiss(id) {
            self.decide_twin(follower, false);
        }
    }

    /// Answers that were lost for good are not paid for a second time by a twin.
    pub(in crate::engine) fn settle_lost(&mut self) {
        if self.dedup.lost.is_empty() || self.is_looking() {
            return;
        }
        for leader in std::mem::take(&mut self.dedup.lost) {
            if self.jobs.get(leader).is_some_and(|job| matches!(job.state, JobState::Unknown(..))) {
                if self.search.to_send.contains(&leader) {
                    self.send_lost(leader);
                    continue;
                }
                for follower in self.dedup.duplicates.dismiss(leader) {
                    self.decide_twin(follower, false);
                }
            }
        }
    }

    /// Sends one again whose answer was lost for good, once the run has been agreed to.
    fn send_lost(&mut self, id: JobId) {
        let at_most = self.jobs.get(id).and_then(|job| self.jobs.at_most(job));
        if !self.course.started {
            self.dedup.lost.push(id);
            return;
        }
        self.search.to_send.remove(&id);
        if self.can_pay(at_most) {
            self.reopen(id);
        } else {
            // It stays one that may be paid for, which is not sent again by itself.
            self.hold_at_cap(at_most);
        }
    }

    fn fail_like_leader(&mut self, id: JobId, leader: &SameAs) {
        let message = format!(
            "the same picture as {}, whose paid call's answer was lost; settle that one first, then retry",
            leader.photo
        );
        self.fail(id, &Cause::new(CauseKind::UnknownOutcome, message), Checkpoint::Nothing);
    }
}

//! Which photos may be sent: each is asked whether it could be the same picture as another, hashed if
//! so, and of those that are one is sent while the others wait for it.

use std::path::Path;
use std::sync::Arc;

use crate::engine::dedup::state::Dedup;
use crate::engine::effect::{Effect, Effects, told};
use crate::engine::job_table::JobTable;
use crate::engine::resilience::pause::PauseReason;
use crate::job::{Cause, CauseKind, Checkpoint, ContentHash, Job, JobId, JobState, OwnParams, SameAs, Terms};
use crate::ledger::LedgerError;
use crate::plan::{Hashed, Likeness, Origin, Sought, Wanted};

/// What is looked at besides to say what becomes of a photo.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Around<'a> {
    pub(in crate::engine) jobs: &'a JobTable,
    /// The output folder.
    pub(in crate::engine) root: &'a Path,
    /// Whether lost answers may still turn up.
    pub(in crate::engine) is_looking: bool,
}

impl JobTable {
    /// Whether a job has parameters of its own that no plan has for it, so that what comes of it is like nobody else's.
    pub(in crate::engine) fn is_redone(&self, id: JobId) -> bool {
        !self.fills() && self.get(id).is_some_and(|job| job.own.is_some())
    }
}

impl Dedup {
    /// A photo is to be sent. True if it is at once, and not if it may be the same picture as another.
    pub(in crate::engine) fn meet(&mut self, id: JobId, jobs: &JobTable) -> bool {
        let Some(bytes) = jobs.get(id).map(|job| job.photo.bytes) else { return false };
        if jobs.is_redone(id) {
            return true;
        }
        self.vary(id, jobs);
        self.duplicates.meet(id, bytes)
    }

    /// A job that ended gets another go: meanwhile its picture may have been paid for elsewhere.
    pub(in crate::engine) fn meet_again(&mut self, id: JobId, around: Around<'_>) -> Effects {
        let Around { jobs, .. } = around;
        let Some(JobState::Waiting { checkpoint, .. }) = jobs.get(id).map(|job| &job.state) else { return Vec::new() };
        match &**checkpoint {
            Checkpoint::Nothing if !jobs.is_redone(id) && !self.insists.contains(&id) => {
                if self.meet(id, jobs) {
                    vec![Effect::Send]
                } else {
                    Vec::new()
                }
            }
            Checkpoint::Upload(upload) if !jobs.is_redone(id) => {
                self.learn(id, upload.content, jobs);
                self.decide(id, true, around)
            }
            _ => vec![Effect::Wake],
        }
    }

    /// A job of an earlier run whose photo was uploaded is on its way.
    pub(in crate::engine) fn underway(&mut self, id: JobId, jobs: &JobTable) {
        let Some(job) = jobs.get(id) else { return };
        let Some(content) = job.state.content_underway() else { return };
        if matches!(job.state, JobState::Unknown(..)) {
            self.lost.push(id);
        }
        self.learn(id, content, jobs);
    }

    /// Only the same picture with the same texts is one.
    fn vary(&mut self, id: JobId, jobs: &JobTable) {
        let own = jobs.get(id).and_then(|job| job.own.clone());
        if let Some(own) = own.filter(|_| jobs.fills()) {
            self.duplicates.vary(id, own);
        }
    }

    /// What a photo holds is known.
    pub(in crate::engine) fn learn(&mut self, id: JobId, content: ContentHash, jobs: &JobTable) {
        if jobs.is_redone(id) {
            return;
        }
        let Some(bytes) = jobs.get(id).map(|job| job.photo.bytes) else { return };
        self.vary(id, jobs);
        self.duplicates.learn(id, bytes, Some(content));
    }

    /// Another file lies where the photo was.
    pub(in crate::engine) fn forget(&mut self, known: &Job) {
        self.duplicates.forget(known.id, known.photo.bytes);
    }

    /// A photo was hashed, or cannot be.
    pub(in crate::engine) fn hashed(
        &mut self,
        Hashed { id, photo, content, is_known }: &Hashed,
        around: Around<'_>,
    ) -> Effects {
        let id = *id;
        let Some(job) = around.jobs.get(id) else { return Vec::new() };
        let is_same = job.photo.bytes == photo.bytes && job.photo.modified == photo.modified;
        // The hash of a file that is no longer there is nobody's.
        self.duplicates.learn(id, photo.bytes, content.filter(|_| is_same));
        if is_same { self.decide(id, *is_known, around) } else { Vec::new() }
    }

    /// What is to be done about a photo whose hash is known: it is sent, copied, or waits.
    fn decide(&mut self, id: JobId, may_ask: bool, Around { jobs, root, is_looking }: Around<'_>) -> Effects {
        let Some(job) = jobs.get(id).filter(|job| job.state.is_unpaid()) else { return Vec::new() };
        let Some(content) = self.duplicates.content(id) else { return vec![Effect::Send] };
        if self.remembered.may_have(job, content) {
            // It has a result of its own, whatever becomes of those that are like it.
            return vec![Effect::AskLedger(content)];
        }
        let leader = match self.duplicates.likeness(id, job.photo.bytes) {
            Likeness::MayBeKnown(content) if may_ask => return vec![Effect::AskLedger(content)],
            Likeness::Leads | Likeness::MayBeKnown(_) => return vec![Effect::Send],
            Likeness::Follows(leader) => leader,
        };
        let Some(leader) = jobs.get(leader) else { return vec![Effect::Send] };
        let is_lost = matches!(leader.state, JobState::Unknown(..));
        let mut origin = Origin::of(SameAs { photo: leader.photo.slash_path().into(), content });
        origin.copy = leader.state.saved().map(|saved| (root.join(saved.output()), Box::new(saved.clone())));
        origin.request = leader.state.request().filter(|_| leader.state.is_final()).cloned();
        if origin.is_some() {
            self.to_copy.push_back((id, Box::new(origin)));
            vec![Effect::Reuses]
        } else if leader.state.is_final() && !is_lost {
            self.duplicates.take_over(&content, id);
            vec![Effect::Send]
        } else if is_lost && !is_looking {
            vec![Effect::Fail(like_leader(&origin.same_as), Checkpoint::Nothing)]
        } else {
            self.duplicates.follow(&content, id);
            vec![Effect::Reuses]
        }
    }

    /// What the ledger knows of a photo's picture.
    pub(in crate::engine) fn sought(
        &mut self,
        id: JobId,
        found: Result<Sought, LedgerError>,
        around: Around<'_>,
    ) -> Effects {
        let Some(job) = around.jobs.get(id).filter(|job| job.state.is_unpaid()) else { return Vec::new() };
        let content = self.duplicates.content(job.id);
        match found {
            Ok(Sought { is_changed: true, .. }) if self.remembered.lose(id) => {
                let mut effects = vec![Effect::Replan];
                effects.extend(self.decide(id, true, around));
                effects
            }
            Ok(Sought { origin: Some(origin), .. }) if content == Some(origin.same_as.content) => {
                if let Some(record) = &origin.in_place {
                    self.remembered.find(id, record);
                }
                self.to_copy.push_back((id, Box::new(origin)));
                vec![Effect::Reuses]
            }
            Ok(_) => vec![Effect::Send],
            Err(error) => {
                // Without the ledger nothing is paid for: the picture may have been.
                let message = "the ledger could not be read, so it was not sent";
                vec![
                    Effect::Fail(Cause::new(CauseKind::Disk, message), Checkpoint::Nothing),
                    Effect::Pause(PauseReason::Disk(told("the ledger cannot be read", &error))),
                ]
            }
        }
    }

    /// What follows for a photo that is to be uploaded again and got another way meanwhile: the one that it is like
    /// is done or on its way. `None` if it goes up.
    pub(in crate::engine) fn led(&mut self, id: JobId, around: Around<'_>) -> Option<Effects> {
        if self.insists.remove(&id) || around.jobs.is_redone(id) {
            return None;
        }
        self.duplicates.leader(id)?;
        Some(self.decide(id, false, around))
    }

    /// A job ended: those that are like it go on.
    pub(in crate::engine) fn ended(&mut self, id: JobId, around: Around<'_>) -> Vec<(JobId, Effects)> {
        let Some(job) = around.jobs.get(id) else { return Vec::new() };
        if matches!(job.state, JobState::Unknown(..)) {
            self.lost.push(id);
            return Vec::new();
        }
        self.dismiss(id, around)
    }

    /// Those that waited for a job wait no longer.
    pub(in crate::engine) fn dismiss(&mut self, leader: JobId, around: Around<'_>) -> Vec<(JobId, Effects)> {
        let followers = self.duplicates.dismiss(leader);
        followers.into_iter().map(|follower| (follower, self.decide(follower, false, around))).collect()
    }

    /// What a job is made on: its own parameters where texts are filled in for each photo.
    pub(super) fn terms(&self, id: JobId, jobs: &JobTable) -> Arc<Terms> {
        let own = jobs.get(id).and_then(|job| job.own.as_ref()).filter(|_| jobs.fills());
        match own {
            Some(OwnParams(own)) => Arc::new(Terms { params: own.to_string(), ..(*self.terms).clone() }),
            None => Arc::clone(&self.terms),
        }
    }

    /// What is looked for of a job.
    pub(in crate::engine) fn wanted(&self, id: JobId, jobs: &JobTable) -> Wanted {
        Wanted {
            terms: self.terms(id, jobs),
            sizing: jobs.params().sizing(),
            memory: Arc::clone(&self.remembered.memory),
            batch: self.batch,
            shares: self.shares,
        }
    }
}

fn like_leader(leader: &SameAs) -> Cause {
    let message = format!(
        "the same picture as {}, whose paid call's answer was lost; settle that one first, then retry",
        leader.photo
    );
    Cause::new(CauseKind::UnknownOutcome, message)
}

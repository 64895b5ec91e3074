//! Waiting for what another batch, in whatever process, pays for: the same picture is not sent beside it.
//!
//! The ledger is looked at once a second, for all that wait in one go. Nobody else is held up by it.

use std::time::{Duration, Instant};

use crate::engine::actor::Engine;
use crate::engine::steps::stages::{Outcome, Stakes};
use crate::engine::tasks::Step;
use crate::job::{BatchId, Cause, CauseKind, Checkpoint, JobId, JobState, PaidCall, Service, Timestamp, Transition};
use crate::plan::{Look, Waiting};

/// How long between two looks.
const WATCH: Duration = Duration::from_secs(1);
/// Where many wait a look takes longer, and is made so much more rarely.
const SHARE: u32 = 10;

impl Engine {
    /// What a job's paid call must have for itself; `None` where somebody wants it made whatever there is,
    /// or no other process could use what comes of it.
    pub(in crate::engine) fn stakes(&self, id: JobId) -> Option<Stakes> {
        if self.is_redone(id) || self.options.service == Service::Sandbox {
            return None;
        }
        let terms = (*self.terms(id)).clone();
        Some(Stakes { terms, settled: self.dedup.awaited.settled(id) })
    }

    /// The request that a job follows came to nothing.
    pub(in crate::engine) fn settle_call(&mut self, id: JobId) {
        let Some(request) = self.jobs.get(id).and_then(|job| job.state.request()) else { return };
        let calls = [PaidCall::Request(request.id.clone()), PaidCall::Upload(request.upload.url.clone())];
        for call in calls {
            self.dedup.awaited.settle(id, call);
        }
    }

    /// Somebody else pays for the same picture: what comes of that is waited for.
    pub(in crate::engine) fn await_rival(&mut self, id: JobId, batch: Option<BatchId>) {
        let now = self.now();
        let Some(job) = self.jobs.get(id) else { return };
        let checkpoint = match &job.state {
            JobState::Submitting(_, intent) => Checkpoint::Upload(intent.upload.clone()),
            JobState::Waiting { checkpoint, .. } => (**checkpoint).clone(),
            _ => Checkpoint::Nothing,
        };
        let whose = batch.map_or_else(|| "another batch".to_owned(), |batch| format!("batch {batch}"));
        let message = format!("{whose} sends the same picture: it waits for that result, and is not sent beside it");
        let cause = Cause::new(CauseKind::SamePicture, message);
        if self.runtime.get_mut(&id).is_some_and(|live| std::mem::take(&mut live.cancelling)) {
            return self.end_cancelled(id);
        }
        if self.happen(id, Transition::Retry { cause, until: now, checkpoint, counts: false }) {
            self.jobs.reuse(id, true);
            self.dedup.awaited.jobs.insert(id, now);
            if !self.dedup.awaited.is_looking {
                self.dedup.awaited.due.get_or_insert(now.plus(WATCH / 5));
            }
        }
    }

    /// Looks at what has become of others' paid calls, if it is time.
    pub(in crate::engine) fn look_at_rivals(&mut self, now: Timestamp) {
        if self.dedup.awaited.due.is_none_or(|due| due > now) {
            return;
        }
        self.dedup.awaited.due = None;
        let is_waiting = |id: &JobId| {
            let state = self.jobs.get(*id).map(|job| &job.state);
            matches!(state, Some(JobState::Waiting { cause, .. }) if cause.kind == CauseKind::SamePicture)
        };
        let gone: Vec<_> = self.dedup.awaited.jobs.keys().copied().filter(|id| !is_waiting(id)).collect();
        for id in gone {
            self.dedup.awaited.jobs.remove(&id);
        }
        let waiting = self.dedup.awaited.jobs.iter().filter_map(|(id, since)| {
            let content = self.dedup.duplicates.content(*id)?;
            let settled = self.dedup.awaited.settled(*id);
            Some((*id, self.wanted(*id), Waiting { content, waited: now.since(*since), settled }))
        });
        let waiting: Vec<_> = waiting.collect();
        if waiting.is_empty() {
            return;
        }
        self.dedup.awaited.is_looking = true;
        let ledger = self.ledger.clone();
        self.spawn_stage(Step::Rivals, async move {
            let begun = Instant::now();
            let mut looks = Vec::with_capacity(waiting.len());
            for (id, wanted, waiting) in waiting {
                let look = wanted.look(&ledger, &waiting).await;
                looks.push((
                    id,
                    look.unwrap_or_else(|error| {
                        tracing::warn!(%error, "what others pay for could not be looked up; it is waited for");
                        Look::Wait
                    }),
                ));
            }
            Outcome::Rivals(looks, begun.elapsed())
        });
    }

    /// What has become of them.
    pub(in crate::engine) fn rivals_seen(&mut self, looks: Vec<(JobId, Look)>, took: Duration) {
        for (id, look) in looks {
            match look {
                Look::Wait => {}
                Look::Free(useless) => {
                    self.dedup.awaited.jobs.remove(&id);
                    for call in useless {
                        self.dedup.awaited.settle(id, call);
                    }
                    self.jobs.reuse(id, false);
                    self.send(id);
                }
                Look::Take(origin) => {
                    self.dedup.awaited.jobs.remove(&id);
                    self.dedup.to_copy.push_back((id, origin));
                }
            }
        }
        self.dedup.awaited.is_looking = false;
        if !self.dedup.awaited.jobs.is_empty() {
            self.dedup.awaited.due = Some(self.now().plus(WATCH.max(took * SHARE)));
        }
        self.publisher.dirty = true;
    }
}

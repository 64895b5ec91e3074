//! Waiting for what another batch, in whatever process, pays for: the same picture is not sent beside it.
//!
//! The ledger is looked at once a second, for all that wait in one go. Nobody else is held up by it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::engine::dedup::state::Dedup;
use crate::engine::effect::{Effect, Effects};
use crate::engine::job_table::JobTable;
use crate::engine::steps::stages::Outcome;
use crate::job::{BatchId, Cause, CauseKind, Checkpoint, JobId, JobState, PaidCall, Request, Terms, Timestamp};
use crate::ledger::Ledger;
use crate::plan::{Look, Waiting, Wanted};

/// How long between two looks.
const WATCH: Duration = Duration::from_secs(1);
/// Where many wait a look takes longer, and is made so much more rarely.
const SHARE: u32 = 10;

/// A look at what has become of others' paid calls.
#[derive(Debug)]
pub(in crate::engine) struct Watch(Vec<(JobId, Wanted, Waiting)>);

impl Watch {
    /// Looks.
    pub(in crate::engine) async fn run(self, ledger: Ledger) -> Outcome {
        let begun = Instant::now();
        let mut looks = Vec::with_capacity(self.0.len());
        for (id, wanted, waiting) in self.0 {
            let look = wanted.look(&ledger, &waiting).await;
            let look = look.unwrap_or_else(|error| {
                tracing::warn!(%error, "what others pay for could not be looked up; it is waited for");
                Look::Wait
            });
            looks.push((id, look));
        }
        Outcome::Rivals(looks, begun.elapsed())
    }
}

impl Dedup {
    /// On what terms a job's paid call must be the only one, but for calls that came to nothing for it; `None` where
    /// somebody wants it made whatever there is.
    pub(in crate::engine) fn alone(&self, id: JobId, jobs: &JobTable) -> Option<(Terms, HashSet<PaidCall>)> {
        (!jobs.is_redone(id)).then(|| ((*self.terms(id, jobs)).clone(), self.awaited.settled(id)))
    }

    /// The request that a job follows came to nothing.
    pub(in crate::engine) fn settle_call(&mut self, id: JobId, request: &Request) {
        let calls = [PaidCall::Request(request.id.clone()), PaidCall::Upload(request.upload.url.clone())];
        for call in calls {
            self.awaited.settle(id, call);
        }
    }

    /// A job waits for what somebody else pays for.
    pub(in crate::engine) fn awaits(&mut self, id: JobId, now: Timestamp) {
        self.awaited.jobs.insert(id, now);
        if !self.awaited.is_looking {
            self.awaited.due.get_or_insert(now.plus(WATCH / 5));
        }
    }

    /// The look at what has become of others' paid calls, if it is time for one.
    pub(in crate::engine) fn watch(&mut self, jobs: &JobTable, now: Timestamp) -> Option<Watch> {
        if self.awaited.due.is_none_or(|due| due > now) {
            return None;
        }
        self.awaited.due = None;
        self.awaited.jobs.retain(|id, _| {
            let state = jobs.get(*id).map(|job| &job.state);
            matches!(state, Some(JobState::Waiting { cause, .. }) if cause.kind == CauseKind::SamePicture)
        });
        let waiting = self.awaited.jobs.iter().filter_map(|(id, since)| {
            let content = self.duplicates.content(*id)?;
            let settled = self.awaited.settled(*id);
            let waited = now.since(*since);
            Some((*id, self.wanted(*id, jobs), Waiting { content, waited, settled, whose: *id }))
        });
        let waiting: Vec<_> = waiting.collect();
        self.awaited.is_looking = !waiting.is_empty();
        self.awaited.is_looking.then_some(Watch(waiting))
    }

    /// What has become of them, and what follows for each.
    pub(in crate::engine) fn rivals_seen(
        &mut self,
        looks: Vec<(JobId, Look)>,
        took: Duration,
        now: Timestamp,
    ) -> Vec<(JobId, Effects)> {
        let mut follows = Vec::new();
        for (id, look) in looks {
            match look {
                Look::Wait => {}
                Look::Free(useless) => {
                    self.awaited.jobs.remove(&id);
                    for call in useless {
                        self.awaited.settle(id, call);
                    }
                    follows.push((id, vec![Effect::Send]));
                }
                Look::Take(origin) => {
                    self.awaited.jobs.remove(&id);
                    self.to_copy.push_back((id, origin));
                }
            }
        }
        self.awaited.is_looking = false;
        if !self.awaited.jobs.is_empty() {
            self.awaited.due = Some(now.plus(WATCH.max(took * SHARE)));
        }
        follows
    }
}

/// Why a job waits, and with what it goes on: somebody else pays for the same picture.
pub(in crate::engine) fn waits_for(state: &JobState, batch: Option<BatchId>) -> (Cause, Checkpoint) {
    let checkpoint = match state {
        JobState::Submitting(_, intent) => Checkpoint::Upload(intent.upload.clone()),
        JobState::Waiting { checkpoint, .. } => (**checkpoint).clone(),
        _ => Checkpoint::Nothing,
    };
    let whose = batch.map_or_else(|| "another batch".to_owned(), |batch| format!("batch {batch}"));
    let message = format!("{whose} sends the same picture: it waits for that result, and is not sent beside it");
    (Cause::new(CauseKind::SamePicture, message), checkpoint)
}

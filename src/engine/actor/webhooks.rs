//! Webhooks: what they say is held against our own requests, and what follows is done.

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::job::{Group, JobId, RequestId, Timestamp};
use crate::webhook::{Counts, News};

impl Engine {
    /// Webhooks came, or were refused.
    pub(super) fn heard(&mut self, news: News) {
        let now = self.now();
        if !news.ended.is_empty() {
            let ours: HashMap<RequestId, JobId> = self.followed().map(|(id, request)| (request.clone(), id)).collect();
            for ids in news.ended {
                match ids.iter().find_map(|id| ours.get(id)) {
                    Some(job) => self.hinted(*job, now),
                    None => self.scheduler.webhooks.hint_of_other(ids, now),
                }
            }
        }
    }

    /// A request of ours is said to have ended: it is asked about now.
    fn hinted(&mut self, id: JobId, now: Timestamp) {
        let is_first = self.scheduler.webhooks.hint(id, now);
        let is_calling = self.runtime.get(&id).is_some_and(|live| live.calling);
        if is_first && !is_calling {
            self.call_in(id, Duration::ZERO);
        }
    }

    /// Our requests at fal of which the ledger knows, and that no call has shown to have ended.
    fn followed(&self) -> impl Iterator<Item = (JobId, &RequestId)> {
        self.jobs.index().members(Group::Active).filter_map(|id| {
            let state = &self.jobs.get(id)?.state;
            // The first call about a request is due when it is safely written.
            self.runtime.get(&id).filter(|live| live.due.is_some() || live.calling)?;
            state.request().filter(|_| state.is_at_fal()).map(|request| (id, &request.id))
        })
    }

    /// Says what is to be said of webhooks, and looks where they stay away.
    pub(super) fn tend_webhooks(&mut self, now: Timestamp) {
        if let Some(notice) = self.scheduler.webhooks.tells(self.webhooks_counted(), now) {
            tracing::warn!(message = notice.message, "of webhooks");
            self.tell(What::Notice(notice));
            self.publisher.dirty = true;
        }
        let typical = self.scheduler.poll_interval.typical();
        if self.course.leaving.is_some() || self.scheduler.webhooks.look_at(typical).is_none_or(|due| due > now) {
            return;
        }
        let asked = |id: JobId| self.runtime.get(&id).filter(|live| !live.calling).and_then(|live| live.call_began);
        let oldest = self.followed().filter_map(|(id, _)| Some((asked(id)?, id))).min();
        let (since, id) = oldest.map_or((now, None), |(since, id)| (since, Some(id)));
        if self.scheduler.webhooks.looks(typical, since, now)
            && let Some(id) = id
        {
            self.call_in(id, Duration::ZERO);
        }
    }

    /// Webhooks are not relied on any more: every request is asked about soon, though not all at once.
    pub(super) fn take_over(&mut self) {
        tracing::warn!("webhooks stay away: fal is asked as often as without them");
        let waiting: Vec<_> = self.followed().map(|(id, _)| id).collect();
        let first = self.scheduler.poll_interval.first(None).wait;
        for id in waiting {
            let wait = first.mul_f64(self.rng.f64());
            if self.runtime.get(&id).is_some_and(|live| !live.calling) {
                self.call_in(id, wait);
            }
        }
    }

    /// When there is something to do or to tell of webhooks.
    pub(super) fn webhooks_deadline(&self) -> Option<Timestamp> {
        let typical = self.scheduler.poll_interval.typical();
        let looks = self.scheduler.webhooks.look_at(typical).filter(|_| self.jobs.totals().in_flight > 0);
        [looks, self.scheduler.webhooks.tells_at(self.webhooks_counted())].into_iter().flatten().min()
    }

    /// How many webhooks came to what.
    fn webhooks_counted(&self) -> Counts {
        self.options.world.webhooks.as_ref().map(crate::webhook::Inbox::counts).unwrap_or_default()
    }
}

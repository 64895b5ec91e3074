//! Paid calls whose answer was lost: looked for in what fal remembers, never made again.

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::recovery::search::{Lost, look_up};
use crate::engine::tasks::Step;
use crate::fal::FalError;
use crate::job::{Group, JobId, JobState, Request, RequestId, Timestamp, Transition, Upload};
use crate::plan::Standing;

/// The first look, after the call.
const FIRST: Duration = Duration::from_secs(2);
/// fal lists a request once it has ended, and a while later. What is not found by then was most
/// likely never accepted; that is for a person to say.
const HORIZON: Duration = Duration::from_mins(5);
/// Clocks differ: the list is read from this long before the call.
const SLACK: Duration = Duration::from_mins(2);

impl Engine {
    /// A paid call's answer was lost: look for its request, all lost ones in one go.
    pub(in crate::engine) fn look_for_lost(&mut self) {
        let now = self.now();
        let due = now.plus(FIRST);
        let since = self.search.times.filter(|_| self.is_looking()).map_or(now, |(since, _)| since);
        self.search.times = Some((since, None));
        self.search.looks = 0;
        self.search.due = Some(self.search.due.map_or(due, |before| before.min(due)));
    }

    /// Whether lost answers may still turn up.
    pub(in crate::engine) fn is_looking(&self) -> bool {
        self.search.due.is_some() || self.search.asked.is_some()
    }

    /// Looks, if it is time.
    pub(in crate::engine) fn look_if_due(&mut self, now: Timestamp) {
        if self.search.asked.is_some() || self.search.due.is_none_or(|due| due > now) {
            return;
        }
        self.search.due = None;
        let lost = self.lost();
        let Some((_, _, since)) = lost.iter().min_by_key(|(_, _, at)| *at).cloned() else { return };
        let jobs: Vec<_> = lost.iter().map(|(id, ..)| *id).collect();
        self.search.asked = Some(jobs.iter().copied().collect());
        let youngest = lost.iter().map(|(_, _, at)| *at).max();
        self.search.times =
            self.search.times.map(|(since, _)| (since, youngest.map(|at| at.plus(HORIZON)).filter(|end| *end > now)));
        self.search.looks += 1;
        let since = Timestamp(since.0 - i64::try_from(SLACK.as_millis()).unwrap_or_default());
        let lost = Lost { ledger: self.ledger.clone(), batch: self.facts.id, jobs };
        self.spawn_stage(Step::Search, look_up(self.stages.clone(), self.options.model.clone(), since, lost));
    }

    /// What fal remembers has come: requests that were lost are adopted.
    pub(in crate::engine) fn listed(&mut self, result: Result<Vec<(String, RequestId)>, FalError>) {
        let asked = self.search.asked.take().unwrap_or_default();
        // With the last of them given up the batch may be finished.
        self.publisher.dirty = true;
        let now = self.now();
        match result {
            Ok(list) => {
                // The newest comes first and would be the last to stay.
                let by_input: HashMap<_, _> = list.into_iter().rev().collect();
                // Of a job that was lost meanwhile nobody has said which of its requests are over.
                for (id, upload, _) in self.lost().into_iter().filter(|(id, ..)| asked.contains(id)) {
                    if let Some(request) = by_input.get(&*upload.url) {
                        let request = Request { id: request.clone(), url: None, at: now, upload };
                        tracing::info!(job = %id, request = %request.id, "a lost request was found at fal");
                        self.search.to_send.remove(&id);
                        if let Some(standing) = self.planning.standings.get_mut(id.index()) {
                            *standing = Standing::AtFal;
                            self.planning.edit.stale |= !self.course.started;
                        }
                        if self.happen(id, Transition::Accept(request)) {
                            self.record(id);
                        }
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "lost requests could not be looked for"),
        }
        // Ever less often, twice at the least, and as long as the list may lag.
        let youngest = self.lost().into_iter().map(|(_, _, at)| now.since(at)).min();
        self.search.due = match youngest {
            Some(age) if age < HORIZON => Some(now.plus((age / 2).clamp(FIRST, Duration::from_mins(1)))),
            Some(_) if self.search.looks < 2 => Some(now.plus(FIRST)),
            _ => None,
        };
    }

    fn lost(&self) -> Vec<(JobId, Upload, Timestamp)> {
        let jobs = self.jobs.index().members(Group::Review).filter_map(|id| self.jobs.get(id));
        jobs.filter_map(|job| match &job.state {
            JobState::Unknown(_, intent) => Some((job.id, intent.upload.clone(), intent.at)),
            _ => None,
        })
        .collect()
    }
}

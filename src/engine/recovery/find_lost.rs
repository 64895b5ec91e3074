//! Paid calls whose answer was lost: looked for in what fal remembers, never made again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use crate::engine::job_table::JobTable;
use crate::engine::recovery::search::Search;
use crate::fal::FalError;
use crate::job::{Group, JobId, JobState, Request, RequestId, Timestamp, Upload, inline_key, inlined};
use crate::model::Fit;

/// The first look, after the call.
const FIRST: Duration = Duration::from_secs(2);
/// fal lists a request once it has ended, and a while later. What is not found by then was most
/// likely never accepted; that is for a person to say.
const HORIZON: Duration = Duration::from_mins(5);
/// Clocks differ: the list is read from this long before the call.
const SLACK: Duration = Duration::from_mins(2);

impl Search {
    /// A paid call's answer was lost: look for its request, all lost ones in one go.
    pub(in crate::engine) fn begin(&mut self, now: Timestamp) {
        let due = now.plus(FIRST);
        let since = self.times.filter(|_| self.is_looking()).map_or(now, |(since, _)| since);
        self.times = Some((since, None));
        self.looks = 0;
        self.due = Some(self.due.map_or(due, |before| before.min(due)));
    }

    /// Whether lost answers may still turn up.
    pub(in crate::engine) fn is_looking(&self) -> bool {
        self.due.is_some() || self.asked.is_some()
    }

    /// The look that is to be made now, if one is: since when fal is asked for requests, and for which jobs.
    pub(in crate::engine) fn look(&mut self, jobs: &JobTable, now: Timestamp) -> Option<(Timestamp, Vec<JobId>)> {
        if self.asked.is_some() || self.due.is_none_or(|due| due > now) {
            return None;
        }
        self.due = None;
        let lost = lost(jobs);
        let since = lost.iter().map(|(_, _, at)| *at).min()?;
        let ids: Vec<_> = lost.iter().map(|(id, ..)| *id).collect();
        self.asked = Some(ids.iter().copied().collect());
        let youngest = lost.iter().map(|(_, _, at)| *at).max();
        self.times = self.times.map(|(since, _)| (since, youngest.map(|at| at.plus(HORIZON)).filter(|end| *end > now)));
        self.looks += 1;
        Some((Timestamp(since.0 - i64::try_from(SLACK.as_millis()).unwrap_or_default()), ids))
    }

    /// What fal remembers has come: the requests of jobs that were lost.
    pub(in crate::engine) fn found(
        &mut self,
        result: Result<Vec<(String, RequestId)>, FalError>,
        jobs: &JobTable,
        now: Timestamp,
    ) -> Vec<(JobId, Request)> {
        let asked = self.asked.take().unwrap_or_default();
        let list = result.unwrap_or_else(|error| {
            tracing::warn!(%error, "lost requests could not be looked for");
            Vec::new()
        });
        // The newest comes first and would be the last to stay.
        let by_input: HashMap<_, _> = list.into_iter().rev().collect();
        // Of a job that was lost meanwhile nobody has said which of its requests are over.
        let missing = lost(jobs).into_iter().filter(|(id, ..)| asked.contains(id));
        let found = missing.filter_map(|(id, upload, _)| {
            let key = match inlined(&upload.url) {
                None => Cow::Borrowed(&*upload.url),
                // How large it was sent, no input says.
                Some(sent) => {
                    let params = jobs.get(id).map(|job| jobs.params_of(job).clone().fitted(Fit::default()))?;
                    Cow::Owned(inline_key(&sent, &params.canonical()))
                }
            };
            let request = by_input.get(&*key)?;
            tracing::info!(job = %id, %request, "a lost request was found at fal");
            Some((id, Request { id: request.clone(), url: None, at: now, upload }))
        });
        let found: Vec<_> = found.collect();
        for (id, _) in &found {
            self.to_send.remove(id);
        }
        found
    }

    /// When to look again for those that were not found: ever less often, twice at the least, and as long as the
    /// list may lag.
    pub(in crate::engine) fn go_on(&mut self, jobs: &JobTable, now: Timestamp) {
        let youngest = lost(jobs).into_iter().map(|(_, _, at)| now.since(at)).min();
        self.due = match youngest {
            Some(age) if age < HORIZON => Some(now.plus((age / 2).clamp(FIRST, Duration::from_mins(1)))),
            Some(_) if self.looks < 2 => Some(now.plus(FIRST)),
            _ => None,
        };
    }
}

fn lost(jobs: &JobTable) -> Vec<(JobId, Upload, Timestamp)> {
    let lost = jobs.index().members(Group::Review).filter_map(|id| jobs.get(id));
    lost.filter_map(|job| match &job.state {
        JobState::Unknown(_, intent) => Some((job.id, intent.upload.clone(), intent.at)),
        _ => None,
    })
    .collect()
}

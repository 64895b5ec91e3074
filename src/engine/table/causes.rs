//! Which jobs failed for which cause, and what sending them again would cost; kept as jobs change.

use std::collections::BTreeMap;

use super::rank_set::RankSet;
use crate::job::{Cause, CauseKind, Job, JobId, JobState, Usd};

/// The failed jobs by cause.
#[derive(Debug, Default)]
pub(crate) struct Causes(BTreeMap<CauseKind, Failures>);

/// The jobs that failed for one cause.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    jobs: RankSet,
    /// How many of them have a request that is paid for, or a result: going on costs nothing.
    paid: usize,
    /// How many others have no known price.
    unpriced: usize,
    /// What the others would cost, as far as that is known.
    price: Usd,
}

/// Why a job failed, if it did.
pub(crate) fn of(job: &Job) -> Option<&Cause> {
    if let JobState::Failed { cause, .. } = &job.state { Some(cause) } else { None }
}

impl Causes {
    /// Counts a job in or out, if it failed.
    pub(crate) fn count(&mut self, job: &Job, estimate: Option<Usd>, joins: bool) {
        let Some(cause) = of(job) else { return };
        let failures = self.0.entry(cause.kind).or_default();
        let tally = |count: &mut usize| *count = if joins { *count + 1 } else { count.saturating_sub(1) };
        match estimate {
            _ if job.state.is_reserved() => tally(&mut failures.paid),
            None => tally(&mut failures.unpriced),
            Some(price) => failures.price = if joins { failures.price + price } else { failures.price - price },
        }
        if joins {
            failures.jobs.insert(job.id.index());
        } else {
            failures.jobs.remove(job.id.index());
        }
    }

    /// Every cause that somebody failed for, the most frequent first.
    pub(crate) fn by_frequency(&self) -> Vec<(CauseKind, &Failures)> {
        let mut all: Vec<_> = self.0.iter().filter(|(_, failures)| failures.len() > 0).map(|(k, f)| (*k, f)).collect();
        all.sort_by_key(|(kind, failures)| (std::cmp::Reverse(failures.len()), *kind));
        all
    }

    /// The jobs that failed for a cause, by number.
    pub(crate) fn members(&self, kind: CauseKind) -> impl Iterator<Item = JobId> + '_ {
        self.0.get(&kind).into_iter().flat_map(|failures| failures.jobs.iter()).map(JobId::at)
    }
}

impl Failures {
    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(crate) fn paid(&self) -> usize {
        self.paid
    }

    /// What sending all of them again would cost; `None` if that cannot be known.
    pub(crate) fn price(&self) -> Option<Usd> {
        (self.unpriced == 0).then_some(self.price)
    }

    /// The latest of them by number: an example.
    pub(crate) fn example(&self) -> Option<JobId> {
        self.jobs.select(self.jobs.len().checked_sub(1)?).map(JobId::at)
    }
}

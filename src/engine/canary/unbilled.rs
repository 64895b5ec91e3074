//! A cap where nobody can count beforehand what a photo costs: the largest goes first and alone, and what it was
//! billed says what is held for each of the others.

use std::cmp::Reverse;
use std::collections::VecDeque;

use super::state::Canary;
use crate::engine::job_table::JobTable;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::job::{Cost, JobId, JobState, Pixels, Usd};
use crate::model::Bound;

impl Canary {
    /// Takes the largest photo that may go from those that are ready.
    pub(in crate::engine) fn largest_of(&self, ready: &mut VecDeque<JobId>, jobs: &JobTable) -> Option<JobId> {
        let size = |id: &JobId| {
            let job = jobs.get(*id).filter(|job| matches!(job.state, JobState::Pending))?;
            self.takes(*id).then_some(job.photo.pixels.map_or(0, Pixels::count))
        };
        let sizes = ready.iter().enumerate().filter_map(|(at, id)| Some((size(id)?, at)));
        let (_, at) = sizes.max_by_key(|(size, at)| (*size, Reverse(*at)))?;
        ready.remove(at)
    }
}

/// Whether a cap has nothing to go by yet: what photos cost shows on the bill, and none was billed.
pub(in crate::engine) fn is_unbilled(cap: Option<Usd>, jobs: &JobTable) -> bool {
    cap.is_some() && jobs.bound().is_some_and(|bound| !bound.is_seen())
}

/// What is told of the first bill: from here on that is what is held. `before` is what was held before this job.
pub(in crate::engine) fn first_bill(before: Option<Bound>, id: JobId, jobs: &JobTable) -> Option<Notice> {
    let (before, now) = (before?, jobs.bound()?);
    if before.is_seen() || !now.is_seen() {
        return None;
    }
    let job = jobs.get(id)?;
    let (saved, most) = (job.state.saved()?, now.most(job.photo.pixels)?);
    let billed = saved.cost.map_or(Usd::ZERO, Cost::likely);
    let message = format!(
        "canary: {} went first and was billed {billed}; up to {most} of the cap are held for each of the others, and \
         more for larger ones",
        job.photo.slash_path()
    );
    Some(Notice { kind: NoticeKind::CanaryDone, message, action: String::new() })
}

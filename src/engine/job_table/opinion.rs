//! What people say of results, and how many say what.

use super::JobTable;
use crate::engine::snapshot::Totals;
use crate::job::{Job, JobId, Opinion, Verdict};

impl JobTable {
    /// Takes in what a person says of a job's result; gives what was said before, if that is something else.
    pub(in crate::engine) fn say(&mut self, id: JobId, opinion: Opinion) -> Option<Opinion> {
        let was = self.get(id)?.said();
        if was == opinion {
            return None;
        }
        self.count(id, false);
        if let Some(job) = self.jobs.get_mut(id) {
            job.opinion = opinion.told();
        }
        self.count(id, true);
        Some(was)
    }
}

/// Counts what is said of a job in or out.
pub(super) fn count(totals: &mut Totals, job: &Job, joins: bool) {
    let verdicts = &mut totals.verdicts;
    let said = [
        (&mut verdicts.accepted, job.verdict() == Some(Verdict::Accepted)),
        (&mut verdicts.rejected, job.verdict() == Some(Verdict::Rejected)),
        (&mut verdicts.rated, job.stars().rated().is_some()),
    ];
    for (count, _) in said.into_iter().filter(|(_, is_said)| *is_said) {
        *count = if joins { *count + 1 } else { count.saturating_sub(1) };
    }
}

//! Whose logs are kept when a job has ended: those of what went wrong far longer than those of what is done.

use std::collections::VecDeque;

use crate::job::JobId;

/// Jobs that are done and whose logs are kept.
const DONE: usize = 200;
/// Jobs that failed or want a person, and whose logs are kept.
const TROUBLED: usize = 2_000;
/// Lines that are kept of each of those; what went wrong stands at the end.
pub(in crate::engine) const LAST_WORDS: usize = 40;

/// Jobs that ended and whose logs are kept, oldest first.
#[derive(Debug, Default)]
pub(in crate::engine) struct LogCache {
    done: VecDeque<JobId>,
    troubled: VecDeque<JobId>,
}

impl LogCache {
    /// A job ended. Gives the one whose logs have to go for it.
    pub(in crate::engine) fn put(&mut self, id: JobId, is_troubled: bool) -> Option<JobId> {
        // It may have ended before, and otherwise.
        for jobs in [&mut self.done, &mut self.troubled] {
            jobs.retain(|known| *known != id);
        }
        let (jobs, most) = if is_troubled { (&mut self.troubled, TROUBLED) } else { (&mut self.done, DONE) };
        jobs.push_back(id);
        if jobs.len() > most { jobs.pop_front() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_takes_nothing_from_what_failed() {
        let mut shelf = LogCache::default();
        assert_eq!(shelf.put(JobId::at(0), true), None);
        let forgotten: Vec<_> = (1..1000).filter_map(|n| shelf.put(JobId::at(n), false)).collect();
        assert_eq!(forgotten, (1..1000 - DONE).map(JobId::at).collect::<Vec<_>>());
        // And there is an end to it all the same.
        let forgotten: Vec<_> = (1000..1000 + TROUBLED).filter_map(|n| shelf.put(JobId::at(n), true)).collect();
        assert_eq!(forgotten, [JobId::at(0)]);
    }

    #[test]
    fn a_job_that_ends_again_stands_there_once() {
        let mut shelf = LogCache::default();
        shelf.put(JobId::at(0), true);
        shelf.put(JobId::at(0), false);
        assert!((1..=TROUBLED).all(|n| shelf.put(JobId::at(n), true).is_none()));
    }
}

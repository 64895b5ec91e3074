//! What was decided, step by step, so that it can be taken back.

use std::collections::VecDeque;

use crate::job::{Job, JobId, JobState, Opinion, RequestId, Suspicion};

/// Steps that can be taken back.
const STEPS: usize = 200;
/// Jobs in all of them: a group may be large.
const JOBS: usize = 500_000;

/// A job as it was before something was decided of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Was {
    pub(in crate::engine) id: JobId,
    /// Whose result it had.
    pub(in crate::engine) request: RequestId,
    /// Why it wanted a look, if it did.
    pub(in crate::engine) why: Option<Suspicion>,
    pub(in crate::engine) opinion: Opinion,
}

impl Was {
    /// A job as it is; `None` if there is no result to decide of.
    pub(in crate::engine) fn of(job: &Job) -> Option<Self> {
        let (saved, why) = match &job.state {
            JobState::Done(_, saved) => (saved, None),
            JobState::Review(_, saved, why) => (saved, Some(why.clone())),
            _ => return None,
        };
        Some(Self { id: job.id, request: saved.request.clone(), why, opinion: job.said() })
    }
}

/// The latest steps, the last one at the end.
#[derive(Debug, Default)]
pub(in crate::engine) struct History {
    steps: VecDeque<Vec<Was>>,
    jobs: usize,
}

impl History {
    /// How many steps can be taken back.
    pub(in crate::engine) fn len(&self) -> usize {
        self.steps.len()
    }

    /// A step was made, of which nothing is kept if it changed nothing.
    pub(in crate::engine) fn push(&mut self, step: Vec<Was>) {
        if step.is_empty() {
            return;
        }
        self.jobs += step.len();
        self.steps.push_back(step);
        // The newest can always be taken back.
        while self.steps.len() > 1 && (self.steps.len() > STEPS || self.jobs > JOBS) {
            self.jobs -= self.steps.pop_front().map_or(0, |step| step.len());
        }
    }

    /// Takes the last step out.
    pub(in crate::engine) fn pop(&mut self) -> Option<Vec<Was>> {
        let step = self.steps.pop_back()?;
        self.jobs -= step.len();
        Some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(jobs: usize) -> Vec<Was> {
        let was =
            |n| Was { id: JobId::at(n), request: RequestId::new("r").unwrap(), why: None, opinion: Opinion::default() };
        (0..jobs).map(was).collect()
    }

    #[test]
    fn so_many_steps_are_kept_and_the_newest_always_is() {
        let mut history = History::default();
        history.push(Vec::new());
        assert_eq!(history.len(), 0, "nothing happened");
        (0..STEPS + 50).for_each(|_| history.push(step(1)));
        assert_eq!(history.len(), STEPS);
        history.push(step(JOBS + 1));
        assert_eq!((history.len(), history.pop().map(|step| step.len())), (1, Some(JOBS + 1)));
        assert_eq!((history.len(), history.jobs), (0, 0));
    }
}

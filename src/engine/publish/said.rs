//! When something was last said: nothing is silent for long.

use crate::engine::event::JobChange;
use crate::job::{Status, Timestamp};

/// When something was last said.
#[derive(Debug)]
pub(in crate::engine) struct Said {
    /// When anything was said that people hear.
    pub(in crate::engine) at: Timestamp,
}

impl Said {
    /// Nothing yet.
    pub(in crate::engine) fn new(now: Timestamp) -> Self {
        Self { at: now }
    }

    /// A job changed, which is said if it is news. Rather too little counts than too much: that a request that runs is
    /// queued again, or has another place, mostly makes no line.
    pub(in crate::engine) fn of_job(&mut self, before: Option<Status>, now: Status, at: Timestamp) {
        let is_told = match now {
            Status::Waiting => true,
            Status::InQueue => !matches!(before, Some(Status::InQueue | Status::InProgress)),
            now => JobChange::is_news(now) && before != Some(now),
        };
        if is_told {
            self.at = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_line_breaks_no_silence() {
        use Status::{Done, Failed, InProgress, InQueue, Submitting, Waiting};
        let counts = |before, now| {
            let mut said = Said::new(Timestamp(0));
            said.of_job(Some(before), now, Timestamp(1));
            said.at == Timestamp(1)
        };
        for (before, now) in [(Submitting, InQueue), (Waiting, InQueue), (InProgress, Waiting), (Waiting, Waiting)] {
            assert!(counts(before, now), "{before:?} {now:?}");
        }
        assert!(counts(InProgress, Done) && counts(InProgress, Failed));
        for (before, now) in [(InQueue, InQueue), (InProgress, InQueue), (InQueue, InProgress), (Done, Done)] {
            assert!(!counts(before, now), "{before:?} {now:?}");
        }
    }
}

//! When something was last said: nothing is silent for long.

use crate::engine::event::JobChange;
use crate::job::{JobState, Status, Timestamp};

/// When something was last said.
#[derive(Debug)]
pub(in crate::engine) struct Said {
    /// When anything was said that people hear.
    pub(in crate::engine) at: Timestamp,
}

/// A job's state as people are told of it: once, and in the queue once more with its place.
pub(in crate::engine) type Face = (Status, bool);

/// What people are told of a state.
pub(in crate::engine) fn face(state: &JobState) -> Face {
    (state.status(), matches!(state, JobState::InQueue(_, _, Some(_))))
}

impl Said {
    /// Nothing yet.
    pub(in crate::engine) fn new(now: Timestamp) -> Self {
        Self { at: now }
    }

    /// A job changed, which is said if it is news.
    pub(in crate::engine) fn of_job(&mut self, before: Option<Face>, now: Face, at: Timestamp) {
        if JobChange::is_news(now.0) && (before != Some(now) || now.0 == Status::Waiting) {
            self.at = at;
        }
    }
}

//! What was last said, and when: so that a storm is told once, and nothing is silent for long.

use super::board::Notice;
use super::event::JobChange;
use super::weather::Sky;
use crate::job::{JobState, Status, Timestamp};

/// What was last said.
#[derive(Debug)]
pub(super) struct Said {
    /// When anything was said that people hear.
    pub(super) at: Timestamp,
    /// Of the weather.
    pub(super) sky: Sky,
    /// Since when it has been fair, if that is not said yet.
    pub(super) calm_since: Option<Timestamp>,
    /// Whether it was said that the account takes nothing.
    pub(super) account: bool,
    /// What is over, and when it was said.
    pub(super) resumed: Option<(Timestamp, Notice)>,
}

/// A job's state as people are told of it: once, and in the queue once more with its place.
pub(super) type Face = (Status, bool);

/// What people are told of a state.
pub(super) fn face(state: &JobState) -> Face {
    (state.status(), matches!(state, JobState::InQueue(_, _, Some(_))))
}

impl Said {
    /// Nothing yet.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { at: now, sky: Sky::Clear, calm_since: None, account: false, resumed: None }
    }

    /// A job changed, which is said if it is news.
    pub(super) fn of_job(&mut self, before: Option<Face>, now: Face, at: Timestamp) {
        if JobChange::is_news(now.0) && (before != Some(now) || now.0 == Status::Waiting) {
            self.at = at;
        }
    }
}

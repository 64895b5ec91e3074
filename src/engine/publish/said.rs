//! What was last said, and when: so that a storm is told once, and nothing is silent for long.

use crate::engine::event::JobChange;
use crate::engine::resilience::connectivity::Health;
use crate::engine::snapshot::Notice;
use crate::job::{JobState, Status, Timestamp};

/// What was last said.
#[derive(Debug)]
pub(in crate::engine) struct Said {
    /// When anything was said that people hear.
    pub(in crate::engine) at: Timestamp,
    /// Of the connectivity.
    pub(in crate::engine) health: Health,
    /// Since when it has been fair, if that is not said yet.
    pub(in crate::engine) calm_since: Option<Timestamp>,
    /// Whether it was said that the account takes nothing.
    pub(in crate::engine) account: bool,
    /// What is over, and when it was said.
    pub(in crate::engine) resumed: Option<(Timestamp, Notice)>,
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
        Self { at: now, health: Health::Clear, calm_since: None, account: false, resumed: None }
    }

    /// A job changed, which is said if it is news.
    pub(in crate::engine) fn of_job(&mut self, before: Option<Face>, now: Face, at: Timestamp) {
        if JobChange::is_news(now.0) && (before != Some(now) || now.0 == Status::Waiting) {
            self.at = at;
        }
    }
}

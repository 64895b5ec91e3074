//! What the room keeps.

use crate::engine::review::groups::Groups;
use crate::engine::review::history::History;
use crate::engine::review::writing::Writing;
use crate::engine::snapshot::{ReviewFacts, Undone};
use crate::job::JobId;

/// What people made of results in this run.
#[derive(Debug, Default)]
pub(in crate::engine) struct Review {
    pub(in crate::engine) history: History,
    pub(in crate::engine) groups: Option<Groups>,
    pub(in crate::engine) writing: Writing,
    undone: Option<Undone>,
}

impl Review {
    /// A step was taken back: it was about so many jobs, of which this is the first.
    pub(in crate::engine) fn undid(&mut self, first: JobId, jobs: usize) {
        let number = self.undone.as_ref().map_or(0, |undone| undone.number) + 1;
        self.undone = Some(Undone { number, first, jobs });
    }

    /// What a face is told of it.
    pub(in crate::engine) fn facts(&self) -> ReviewFacts {
        ReviewFacts {
            steps: self.history.len(),
            undone: self.undone.clone(),
            groups: self.groups.as_ref().map(Groups::counts),
        }
    }
}

//! What one face looks at, and the answers to what it asked.

use std::sync::Arc;

use crate::engine::publish::attempt_history::AttemptHistory;
use crate::engine::review::groups::Groups;
use crate::engine::snapshot::{ActionPreview, Comparison, Undone};
use crate::engine::table::Looker;
use crate::job::JobId;

/// What one face looks at, and the answers to what it asked.
#[derive(Debug, Default)]
pub(in crate::engine) struct Sight {
    /// Which rows it asks for.
    pub(in crate::engine) looker: Looker,
    /// The job whose detail it shows.
    pub(in crate::engine) watched: Option<JobId>,
    /// The story of that job.
    pub(in crate::engine) history: Option<AttemptHistory>,
    /// What could be done with the jobs that it asked about last.
    pub(in crate::engine) action_preview: Option<ActionPreview>,
    /// What other models would cost, as it was asked last.
    pub(in crate::engine) comparison: Option<Arc<Comparison>>,
    /// Whom a decision about many would be about.
    pub(in crate::engine) groups: Option<Groups>,
    /// What it took back last.
    pub(in crate::engine) undone: Option<Undone>,
    /// How many things that it asked for were not done, and why the last was not.
    pub(in crate::engine) refused: Option<(u64, String)>,
}

impl Sight {
    /// Says why something is not done.
    pub(in crate::engine) fn refuse(&mut self, why: &str) {
        let so_far = self.refused.as_ref().map_or(0, |(count, _)| *count);
        self.refused = Some((so_far + 1, why.to_owned()));
    }

    /// It took a step back that was about so many jobs, of which this is the first.
    pub(in crate::engine) fn undid(&mut self, first: JobId, jobs: usize) {
        let number = self.undone.as_ref().map_or(0, |undone| undone.number) + 1;
        self.undone = Some(Undone { number, first, jobs });
    }

    /// The same query of another batch, and nothing else.
    pub(super) fn renewed(&self) -> Self {
        let mut looker = Looker::default();
        looker.look(self.looker.query());
        Self { looker, ..Self::default() }
    }
}

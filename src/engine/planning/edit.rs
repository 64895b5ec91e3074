//! What a person changed in the plan before the start.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::job::{Job, JobState};
use crate::model::{Listing, Params};

/// The parameters as they are changed before the start.
#[derive(Debug)]
pub(in crate::engine) struct PlanEdit {
    /// Those that the run was started with.
    pub(super) base: Params,
    /// The model that was taken in place of the batch's.
    pub(super) taken: Option<Arc<Listing>>,
    /// What the ledger knows of a batch with the changed ones, by path.
    pub(super) sibling: HashMap<Box<Path>, Job>,
    /// The model and parameters that are being looked up in the ledger.
    pub(super) looking: Option<(String, String)>,
    /// The person said to start with the changed ones.
    pub(super) begin: bool,
    /// Something was changed since the plan was counted.
    pub(in crate::engine) stale: bool,
}

impl PlanEdit {
    pub(in crate::engine) fn new(base: Params) -> Self {
        Self { base, taken: None, sibling: HashMap::new(), looking: None, begin: false, stale: false }
    }

    /// A job as it stands in the batch that the parameters make.
    pub(super) fn standing<'a>(&'a self, job: &'a Job, is_changed: bool) -> &'a JobState {
        match &job.state {
            state if !is_changed => state,
            state @ JobState::Skipped(_) => state,
            _ => self
                .sibling
                .get(&job.photo.path)
                .filter(|known| !known.is_another(&Job { state: JobState::Pending, ..job.clone() }))
                .map_or(&JobState::Pending, |known| &known.state),
        }
    }

    /// The plan is another one now: it is counted anew, and what was said to start was not this.
    pub(in crate::engine) fn changed(&mut self) {
        (self.stale, self.begin) = (true, false);
    }

    /// The same where it is counted already.
    pub(in crate::engine) fn turned(&mut self) {
        self.begin = false;
    }

    /// Takes another model, or the batch's own again.
    pub(in crate::engine) fn take(&mut self, listing: Option<Arc<Listing>>) {
        self.taken = listing;
    }

    /// The model that was taken.
    pub(in crate::engine) fn taken(&self) -> Option<&Arc<Listing>> {
        self.taken.as_ref()
    }

    /// A person said to start with what was changed.
    pub(in crate::engine) fn begin(&mut self) {
        self.begin = true;
    }

    /// Whether that was said of the plan as it is.
    pub(in crate::engine) fn begins(&self) -> bool {
        self.begin
    }

    /// What the ledger knew of a batch with other parameters holds no longer.
    pub(in crate::engine) fn forget_sibling(&mut self) {
        self.sibling.clear();
    }

    /// A batch with this model and these parameters is to be looked up; false while another look-up is on its way.
    pub(in crate::engine) fn look_up(&mut self, model: &str, params: &str) -> bool {
        let is_free = self.looking.is_none();
        if is_free {
            self.looking = Some((model.to_owned(), params.to_owned()));
        }
        is_free
    }

    /// Whether one is being looked up.
    pub(in crate::engine) fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// A look-up has ended: the model and parameters that were looked for.
    pub(in crate::engine) fn looked_up(&mut self) -> Option<(String, String)> {
        self.looking.take()
    }

    /// What the ledger knows of the batch that the changed parameters make.
    pub(in crate::engine) fn know_sibling(&mut self, jobs: Vec<Job>) {
        self.sibling = jobs.into_iter().map(|job| (job.photo.path.clone(), job)).collect();
        self.stale = true;
    }
}

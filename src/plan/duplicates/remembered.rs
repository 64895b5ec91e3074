//! Results that lie in the output folder with their records and that no ledger knows: they are taken for
//! done, and cost nothing a second time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::job::{ContentHash, Cost, Job, JobId, Usd};
use crate::output::{Memory, Record};

/// What the folder remembers, and which jobs have something of it.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    pub(crate) memory: Arc<Memory>,
    /// The most that their results may have cost then.
    found: HashMap<JobId, Usd>,
    /// Jobs whose result was changed since, or is gone.
    changed: HashSet<JobId>,
}

impl Remembered {
    pub(crate) fn new(memory: Arc<Memory>) -> Self {
        Self { memory, ..Self::default() }
    }

    /// Whether a job's own result may lie in the folder.
    pub(crate) fn may_have(&self, job: &Job, content: ContentHash) -> bool {
        !self.changed.contains(&job.id) && self.memory.of(&job.photo.path, content).is_some()
    }

    /// What a job's result cost that lies in the folder, if it does.
    pub(crate) fn found(&self, id: JobId) -> Option<Usd> {
        self.found.get(&id).copied()
    }

    /// Whether a job's result lay in the folder and is no longer what it was.
    pub(crate) fn is_changed(&self, id: JobId) -> bool {
        self.changed.contains(&id)
    }

    /// A job's result lies in the folder.
    pub(crate) fn find(&mut self, id: JobId, record: &Record) {
        self.found.insert(id, record.cost.map(Cost::at_most).unwrap_or_default());
    }

    /// A job's result is not what it was; false if that was known.
    pub(crate) fn lose(&mut self, id: JobId) -> bool {
        self.found.remove(&id);
        self.changed.insert(id)
    }
}

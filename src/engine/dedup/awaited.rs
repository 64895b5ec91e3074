//! Photos that wait for what others pay for.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::job::{JobId, PaidCall, Timestamp};

/// Photos that wait for what others pay for.
#[derive(Debug, Default)]
pub(in crate::engine) struct Awaited {
    /// Which, and since when.
    pub(super) jobs: BTreeMap<JobId, Timestamp>,
    /// When the next look is due; `None` while one is made, or nobody waits.
    pub(super) due: Option<Timestamp>,
    pub(super) is_looking: bool,
    /// Paid calls that came to nothing for a job: they are in its way no longer.
    pub(super) settled: HashMap<JobId, HashSet<PaidCall>>,
}

impl Awaited {
    pub(in crate::engine) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(in crate::engine) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// A paid call is of no use to a job.
    pub(in crate::engine) fn settle(&mut self, id: JobId, call: PaidCall) {
        self.settled.entry(id).or_default().insert(call);
    }

    pub(super) fn settled(&self, id: JobId) -> HashSet<PaidCall> {
        self.settled.get(&id).cloned().unwrap_or_default()
    }
}

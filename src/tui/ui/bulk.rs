//! Doing something with several photos, or with one that a held table may show otherwise than it is: the
//! engine counts first what can be done with them and what it costs, then the person is asked.

use crate::job::JobId;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bulk {
    Retry,
    Cancel,
    Judge,
}

/// Something that the engine was asked about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weighing {
    pub(super) seq: u64,
    pub(super) what: Bulk,
    pub(super) jobs: Vec<JobId>,
}

/// What the engine is to count before a question is asked, and how often it was asked to.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    pub(crate) weighing: Option<Weighing>,
    pub(crate) questions: u64,
}

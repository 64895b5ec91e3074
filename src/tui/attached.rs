//! A dashboard on a batch that runs in another process.

/// Where the batch runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// The process; none where it is seen through a shared ledger, whoever works on it.
    pub pid: Option<u32>,
    /// How it is shown there, in a word.
    pub face: String,
    /// Whether nothing is changed from here.
    pub read_only: bool,
}

impl Attached {
    /// What a key says that would change something, where nothing may be changed.
    pub(super) const READ_ONLY: &'static str = "read-only: nothing is changed from here";
}

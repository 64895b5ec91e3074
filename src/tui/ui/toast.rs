//! A short word on what a key did or what happened elsewhere; it goes by itself.

use std::collections::BTreeSet;

use crate::job::{CauseKind, Timestamp};

/// A short word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) text: String,
    pub(crate) until: Timestamp,
    /// What went wrong, as far as it is about that: more of it is added up.
    pub(super) news: News,
}

/// What went wrong elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct News {
    pub(crate) failed: usize,
    pub(crate) review: usize,
    pub(crate) causes: BTreeSet<CauseKind>,
    /// The photo's path, if it is one and known.
    pub(crate) name: Option<String>,
}

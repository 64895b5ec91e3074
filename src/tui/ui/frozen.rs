//! A table that is held still: its rows and its clocks stay as they were, and some rows before and after
//! those on the screen are kept, so that one can look around.

use crate::engine::snapshot::Page;
use crate::job::Timestamp;

/// The table as it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frozen {
    pub(crate) page: Page,
    /// When.
    pub(super) at: Timestamp,
    /// Whether the rows around those on the screen are still to come.
    pub(super) waits: bool,
}

//! The table's own state: which jobs it shows, in which order, which one the cursor is on, which are marked.

use std::collections::BTreeSet;

use tui_input::Input;

use crate::engine::snapshot::{Cursor, Order, Page, Query, Tab};
use crate::job::{CauseKind, JobId, Timestamp};

/// What the table shows of the jobs, and what of them was chosen.
#[derive(Debug)]
pub(crate) struct JobsPane {
    /// What a frozen table shows instead of the snapshot's page.
    pub(crate) frozen: Option<Frozen>,
    /// The query as last sent to the engine.
    pub(crate) query: Query,
    pub(crate) tab: Tab,
    pub(crate) order: Order,
    pub(crate) reverse: bool,
    /// Only what failed for this cause is shown.
    pub(crate) cause: Option<CauseKind>,
    pub(crate) filter: Input,
    /// Whether keys go into the filter.
    pub(crate) typing: bool,
    pub(crate) cursor: Cursor,
    pub(super) came: Came,
    pub(crate) place: usize,
    pub(crate) selected: Option<JobId>,
    pub(crate) marks: BTreeSet<JobId>,
    pub(super) marking: Marking,
}

impl Default for JobsPane {
    fn default() -> Self {
        Self {
            frozen: None,
            query: Query::default(),
            tab: Tab::All,
            order: Order::Status,
            reverse: false,
            cause: None,
            filter: Input::default(),
            typing: false,
            cursor: Cursor::First,
            came: Came::default(),
            place: 0,
            selected: None,
            marks: BTreeSet::new(),
            marking: Marking::default(),
        }
    }
}

/// How the job under the cursor came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Came {
    /// A person chose it.
    #[default]
    Chosen,
    /// The one before it left, and it stands at that one's place.
    Given,
}

/// Whether everything that the tab and filter leave is still to be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Marking {
    /// Nothing is.
    #[default]
    Done,
    /// It is, once the engine has named it.
    Awaited,
}

/// A table that is held still: its rows and its clocks stay as they were, and some rows before and after those on the
/// screen are kept, so that one can look around.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frozen {
    pub(crate) page: Page,
    /// When.
    pub(super) at: Timestamp,
    /// Whether the rows around those on the screen are still to come.
    pub(super) waits: bool,
}

//! What a face looks at: it tells the engine, and the snapshot carries just that.

use serde::{Deserialize, Serialize};

use crate::job::{CauseKind, Group, JobId};

/// What a face shows of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Query {
    /// Counts up with every change, so that a face knows which answer it is looking at.
    pub seq: u64,
    /// Which states are shown.
    pub tab: Tab,
    /// Only rows whose path, status, cause or caption holds this, whatever the case; empty for all.
    pub text: String,
    /// Only rows that failed for this cause.
    pub cause: Option<CauseKind>,
    /// In which order.
    pub order: Order,
    /// Whether the order is turned around.
    pub reverse: bool,
    /// Where the cursor is or is to go.
    pub cursor: Cursor,
    /// Rows to carry, at most; the page scrolls as little as keeps the cursor in it.
    pub height: u16,
    /// How many rows to carry besides, before the page and after it: for a table that is held still.
    pub more: u16,
    /// Whether the jobs of all rows are wanted: it costs as much as there are rows.
    pub ids: bool,
    /// Whether logs and the rest of the job under the cursor are wanted.
    pub detail: bool,
    /// What else is wanted: no screen shows more than one of these.
    pub also: Also,
    /// How many rows stand beside each other: the page begins with a whole line of so many; 0 and 1 are the same.
    pub across: u16,
}

/// What a face may want besides rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Also {
    /// Nothing.
    #[default]
    Nothing,
    /// The course of the batch in numbers.
    Overview,
    /// Of each row the file that shows it.
    Pictures,
    /// The pictures of the rows around the cursor.
    Near,
}

/// The filter tabs above the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Tab {
    /// Every job.
    #[default]
    All,
    /// One group of states.
    Only(Group),
    /// Whatever there is a result to look at of: what is done or to be reviewed. No tab above the table.
    Results,
}

impl Tab {
    /// The tabs in their order.
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Only(Group::Active),
        Self::Only(Group::Waiting),
        Self::Only(Group::Failed),
        Self::Only(Group::Review),
        Self::Only(Group::Done),
    ];
}

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Order {
    /// What moves or needs a person first: by [`Group`], then by number; among the done and the
    /// skipped the latest numbers first.
    #[default]
    Status,
    /// As the photos were found.
    Number,
    /// The longest first: what is on its way, then what has ended.
    Time,
    /// By path, numbers in names as numbers: `img2` before `img10`.
    Path,
    /// The largest result first.
    Megapixels,
    /// The dearest first.
    Cost,
    /// On a plan: what is sent first, then duplicates, what is left out, and what is not sent in any case.
    Choice,
}

impl Order {
    /// Every order, as a table's columns stand.
    pub const ALL: [Self; 7] =
        [Self::Status, Self::Number, Self::Time, Self::Path, Self::Megapixels, Self::Cost, Self::Choice];

    /// The next one, and after the last the first.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|order| *order == self).unwrap_or_default();
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or_default()
    }

    /// Whether it goes down: from the longest, the largest or the dearest.
    #[must_use]
    pub fn is_descending(self) -> bool {
        matches!(self, Self::Time | Self::Megapixels | Self::Cost)
    }
}

/// Where the cursor is or is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub enum Cursor {
    /// On this job, wherever it moves. If the filter hides it, at the same place.
    Job(JobId),
    /// The same as long as other rows move it. If a change of its own takes it out of the page, the
    /// cursor stays at its place.
    Near(JobId),
    /// At this place, from 0; past the end means the last.
    Place(usize),
    /// On the first row, whichever job that is.
    #[default]
    First,
    /// On the last row, whichever job that is.
    Last,
}

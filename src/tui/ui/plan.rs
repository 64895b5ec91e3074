//! The plan screen's own state: what the cursor is on, and the field that is being edited.

use serde_json::Value;

use crate::job::{JobId, Loss};
use crate::tui::edit::Editing;

/// Something on the plan screen that the cursor can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stop {
    /// The start.
    #[default]
    Start,
    /// A parameter, by its place in the form.
    Field(usize),
    /// Photos of which something will be lost.
    Loss(Loss),
    /// A photo that can be left out.
    Photo(JobId),
    /// A folder that can be left out.
    Folder(u32),
    /// The list of all photos, which has a cursor of its own.
    List,
}

impl Stop {
    /// The part of the screen that it is in.
    pub(super) fn part(self) -> u8 {
        match self {
            Self::Start => 0,
            Self::Field(_) => 1,
            Self::Loss(_) => 2,
            Self::Photo(_) => 3,
            Self::Folder(_) => 4,
            Self::List => 5,
        }
    }
}

/// The plan screen.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlanDesk {
    /// The first line shown.
    pub(crate) top: usize,
    pub(crate) at: Stop,
    /// What it was on before it went to the list.
    pub(super) before: Stop,
    /// The parameter that is being changed.
    pub(crate) edit: Option<Editing>,
    /// What a parameter was set to last, until the snapshot says so: the next step goes on from there.
    pub(super) asked: Option<(String, Option<Value>)>,
}

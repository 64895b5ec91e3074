//! What would be sent, skipped and paid, before anything is: counted from photos as they are found, from
//! what the ledger knows of them, and from what a person leaves out. Every face is told the same.

mod choices;
mod cost;
mod draw;
mod duplicates;
mod figures;
pub(crate) mod finder;
mod known;
mod losses;
mod planner;
mod reserve;
mod ruled;

pub(crate) use choices::{Choices, LEFT_OUT};
pub(crate) use cost::CostModel;
pub use draw::{Basis, draw};
pub use duplicates::sizes;
pub(crate) use duplicates::{
    ANOTHER_TRY, Duplicates, Handful, Hashed, JOURNEYS, Likeness, Look, Origin, Remembered, Sought, Waiting, Wanted,
    content_of,
};
pub use figures::{
    Change, Costs, Disk, Earlier, Field, FolderChoice, LeftOut, PhotoChoice, Plan, Same, Selection, SkippedFile, Skips,
};
pub use known::Failed;
pub(crate) use known::{
    BY_RULE, INCOMPLETE, LINE_REFUSED, NO_CAPTION, NO_SIDECAR, RULES_REFUSED, Standing, TEXT_REFUSED, is_unfilled,
    without_photo,
};
pub(crate) use losses::Losing;
pub use losses::{LossNote, Notes, Ways};
pub(crate) use planner::{About, Cap, Planner, skipped_file};
pub use ruled::RuleNote;

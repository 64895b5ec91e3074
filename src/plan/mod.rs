//! What would be sent, skipped and paid, before anything is: counted from photos as they are found, from
//! what the ledger knows of them, and from what a person leaves out. Every face is told the same.

mod choices;
mod duplicates;
mod figures;
mod known;
mod planner;
mod reserve;
mod survey;

pub(crate) use choices::{Choices, LEFT_OUT};
pub(crate) use duplicates::{Look, Meet, Origin, Twins, Waiting, Wanted};
pub use figures::{Field, FolderChoice, PhotoChoice, Plan, Selection, SkippedFile};
pub use known::Failed;
pub(crate) use known::is_another;
pub(crate) use planner::{Cap, Planner, skipped_file};
pub use survey::{Survey, survey};

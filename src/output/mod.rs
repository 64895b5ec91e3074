//! Results become files: checked, synced, named without ever overwriting what is not ours, with
//! their captions beside them and records of the whole batch in the top folder.

mod adopt;
mod again;
mod arriving;
mod caption;
mod draft;
mod dressing;
mod duplicate;
mod error;
mod folder;
mod name;
mod other;
mod page;
mod part;
mod place;
mod records;
mod result;
mod suspicion;
mod template;

pub use crate::picture::{Alpha, Existing, MOST_AVIF, READS_AVIF, Strip};
pub use again::Again;
pub use caption::{CaptionForm, Captions, Pattern, Style};
pub use draft::Draft;
pub use dressing::{Dressing, Form, Written};
pub use error::OutputError;
pub use folder::Output;
pub use page::{Facts, Page};
pub use part::{Part, Wanted};
pub use records::memory::{Memory, Record, as_saved};
pub use records::{FileNames, Recorded, Records};
pub use result::{Expect, Placed};
pub use template::{Made, Taken, Template};

#[cfg(test)]
mod tests;

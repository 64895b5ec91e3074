//! What keys do to the dashboard's state, a file for what they are about.

pub(crate) mod ask;
mod bulk;
pub(crate) mod causes;
mod culling;
mod cursor;
mod entry;
mod frozen;
mod look;
mod pane;
mod plan;
mod review;
mod sheet;
mod toast;

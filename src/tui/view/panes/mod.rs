//! What is shown of one job.

pub(crate) mod logs;
pub(crate) mod lower;
pub(crate) mod preview;
pub(crate) mod record;
pub(crate) mod redo;
pub(crate) mod review;

#[cfg(test)]
mod review_scenes;

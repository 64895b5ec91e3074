//! Text in columns: what is safe to show, how wide it is, and how numbers read.

pub(crate) mod ascii;
pub(crate) mod cluster;
pub(crate) mod format;
pub(crate) mod matches;
pub(crate) mod text;

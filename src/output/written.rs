//! What is written with a result, and what is left out.

use super::Captions;
use crate::picture::Strip;

/// What is written with a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// In which forms captions are written.
    pub captions: Captions,
    /// Which metadata are left out, of what is sent as of what is written.
    pub strip: Strip,
    /// Whether a result's file is as old as its photo's.
    pub keep_time: bool,
}

impl From<Captions> for Written {
    fn from(captions: Captions) -> Self {
        Self { captions, strip: Strip::None, keep_time: true }
    }
}

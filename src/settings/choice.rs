//! Choices that a user makes in a word or a number.

use std::fmt;

/// At how many failures a batch pauses and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxFailures {
    /// So many in a row, all of one cause.
    InARow(u32),
    /// So many in all.
    Count(u32),
    /// So many percent of the finished jobs, from 50 finished ones on.
    Percent(u8),
}

impl Default for MaxFailures {
    fn default() -> Self {
        Self::InARow(20)
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InARow(most) => write!(f, "{most} in a row of one cause"),
            Self::Count(most) => most.fmt(f),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

/// In which forms captions are written beside the pictures; both may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captions {
    /// `name.txt`: one line of UTF-8.
    pub txt: bool,
    /// `name.xmp`: a sidecar for photo software.
    pub xmp: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Where somebody looks who can see it.
    #[default]
    Auto,
    /// Even where nobody looks.
    Always,
    /// Nowhere.
    Never,
}

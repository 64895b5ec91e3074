//! In which forms captions are written beside the pictures.

use std::fmt;

use serde::{Deserialize, Serialize};

/// In which forms captions are written beside the pictures; both may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captions {
    /// `name.txt`: one line of UTF-8.
    pub txt: bool,
    /// `name.xmp`: a sidecar for photo software.
    pub xmp: bool,
}

impl Captions {
    /// No files.
    pub const NONE: Self = Self { txt: false, xmp: false };
}

impl Default for Captions {
    fn default() -> Self {
        Self { txt: true, xmp: false }
    }
}

impl fmt::Display for Captions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.txt, self.xmp) {
            (true, true) => "txt,xmp",
            (true, false) => "txt",
            (false, true) => "xmp",
            (false, false) => "none",
        })
    }
}

//! A file that goes along with every photo of a batch, such as a mask: known by what it holds, so that it may be
//! renamed or moved, and is another job once it is changed.

use std::path::Path;

use super::{ContentHash, Pixels, clean};

/// A further file of a batch, as it was when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherFile {
    /// What it holds.
    pub content: ContentHash,
    /// Where it lies, absolute.
    pub path: Box<Path>,
    /// Its length, bytes.
    pub bytes: u64,
    /// Its size as people see it, px.
    pub pixels: Pixels,
}

impl FurtherFile {
    /// Its name, safe for a terminal.
    #[must_use]
    pub fn name(&self) -> String {
        Self::name_of(&self.path)
    }

    /// The name of a file at a path, safe for a terminal.
    #[must_use]
    pub fn name_of(path: &Path) -> String {
        let name = path.file_name().unwrap_or(path.as_os_str());
        clean(&name.to_string_lossy()).into_owned()
    }
}

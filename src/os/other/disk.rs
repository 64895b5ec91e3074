//! Disks.

use std::io;
use std::path::Path;

/// Nobody says what is free.
pub(crate) fn free_in(_folder: &Path) -> Option<u64> {
    None
}

/// Nobody says whether a folder is on another machine.
pub(crate) fn is_elsewhere(_folder: &Path) -> bool {
    false
}

/// The names in a folder are its file system's own affair.
///
/// # Errors
/// None here.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

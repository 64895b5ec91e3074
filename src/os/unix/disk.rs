//! Disks.

use std::fs::File;
use std::io;
use std::path::Path;

/// What is free for us where a folder is, bytes; `None` where nobody says.
pub(crate) fn free_in(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The names in a folder survive a loss of power.
///
/// # Errors
/// If it cannot be opened, or its disk fails. That a file system cannot do it is none.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
}

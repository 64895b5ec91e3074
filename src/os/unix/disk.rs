//! Disks.

use std::fs::File;
use std::io;
use std::path::Path;

/// What is free for us where a folder is, bytes; `None` where nobody says.
pub(crate) fn free_in(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Whether a folder is on another machine, or is served by a program: what others change in it nobody here hears of.
#[cfg(target_os = "linux")]
pub(crate) fn is_elsewhere(folder: &Path) -> bool {
    // NFS, SMB, SMB2, CIFS, AFS, Ceph, 9P, VirtualBox's folders, FUSE.
    const KINDS: [u32; 9] =
        [0x6969, 0x517b, 0xfe53_4d42, 0xff53_4d42, 0x5346_414f, 0x00c3_6400, 0x0102_1997, 0x786f_4256, 0x6573_5546];
    let kind = rustix::fs::statfs(folder).ok().map(|disk| disk.f_type);
    kind.and_then(|kind| u32::try_from(kind).ok()).is_some_and(|kind| KINDS.contains(&kind))
}

/// Nobody says so here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_elsewhere(_folder: &Path) -> bool {
    false
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

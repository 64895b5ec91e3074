//! What is known of something without opening it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What lies under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link, where links are looked at and not followed.
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// What is known of something that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Its length, bytes.
    pub bytes: u64,
    /// When it was last changed, if that is known.
    pub modified: Option<SystemTime>,
    /// Whether its owner said that it is not to be written.
    pub is_read_only: bool,
}

/// A moment before 1970 that stands for what another machine marks its files with (`ETag`): another mark is another
/// moment.
pub(super) fn mark(tag: &[u8]) -> Option<SystemTime> {
    let hash = blake3::hash(tag);
    // Up to 34 years in milliseconds.
    let mark = hash.as_bytes().iter().take(5).fold(0, |mark, byte| mark << 8 | u64::from(*byte));
    UNIX_EPOCH.checked_sub(Duration::from_millis(mark + 1))
}

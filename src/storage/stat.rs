//! What is known of something without opening it.

use std::time::SystemTime;

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

//! Sockets that only their owner may open: none here.

use std::io;
use std::path::{Path, PathBuf};

/// Whether there are such sockets here.
pub(crate) const HAS_SOCKETS: bool = false;

/// A connection.
pub(crate) type Stream = tokio::io::DuplexStream;

/// Whether a socket can have this path.
pub(crate) fn fits(_path: &Path) -> bool {
    true
}

/// Folders for sockets that need no variable.
pub(crate) fn socket_folders() -> [PathBuf; 0] {
    []
}

/// A folder of ours that nobody else may look into.
///
/// # Errors
/// Always.
pub(crate) fn close_folder(_folder: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Where others connect.
#[derive(Debug)]
pub(crate) struct Listener;

impl Listener {
    /// # Errors
    /// Always.
    pub(crate) fn bind(_path: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// # Errors
    /// Always.
    #[expect(clippy::unused_async, reason = "elsewhere it waits")]
    pub(crate) async fn accept(&self) -> io::Result<Stream> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// # Errors
/// Always.
#[expect(clippy::unused_async, reason = "elsewhere it waits")]
pub(crate) async fn connect(_path: &Path) -> io::Result<Stream> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a socket was left by a process that is gone.
pub(crate) fn is_left_over(_path: &Path) -> bool {
    false
}

//! Running on without a terminal: not here.

use std::fs::File;
use std::io;

/// Whether a program can be left running here.
pub(crate) const HAS_BACKGROUND: bool = false;

/// # Errors
/// Always.
pub(crate) fn own_session() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The process that started this one.
pub(crate) fn parent() -> Option<u32> {
    None
}

/// # Errors
/// Always.
pub(crate) fn let_go(_log: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Asks a process that we started to end.
pub(crate) fn ask_to_end(_pid: u32) {}

//! What the system says when something cannot be had.

use std::io;

/// This process has as many files and connections open as it may: `ERROR_TOO_MANY_OPEN_FILES`, `WSAEMFILE`.
pub(crate) const TOO_MANY_FILES: &[i32] = &[4, 10024];
/// All processes together have: there is no such limit.
pub(crate) const ALL_FILES_OPEN: &[i32] = &[];
/// There is no memory: `ERROR_NOT_ENOUGH_MEMORY`, `ERROR_OUTOFMEMORY`.
pub(crate) const NO_MEMORY: &[i32] = &[8, 14];

/// Links that lead to each other: nothing tells them from others that lead nowhere.
pub(crate) fn is_circle(_error: &io::Error) -> bool {
    false
}

/// The terminal has nobody behind it any more.
pub(crate) fn is_hang_up(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof)
}

//! What the system says when something cannot be had.

use std::io;

use rustix::io::Errno;

/// This process has as many files and connections open as it may.
pub(crate) const TOO_MANY_FILES: &[i32] = &[Errno::MFILE.raw_os_error()];
/// All processes together have.
pub(crate) const ALL_FILES_OPEN: &[i32] = &[Errno::NFILE.raw_os_error()];
/// There is no memory. `ENOBUFS`, which networks say when they are busy, is another thing.
pub(crate) const NO_MEMORY: &[i32] = &[Errno::NOMEM.raw_os_error()];

/// Links that lead to each other.
pub(crate) fn is_circle(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// The terminal has nobody behind it any more.
pub(crate) fn is_hang_up(error: &io::Error) -> bool {
    let gone = [Errno::IO, Errno::NXIO, Errno::PIPE, Errno::BADF, Errno::NODEV];
    gone.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
        || error.kind() == io::ErrorKind::UnexpectedEof
}

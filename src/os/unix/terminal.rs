//! The terminal of this process.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::Command;

/// Whether a terminal says in `TERM` what it is.
pub(crate) const HAS_TERM: bool = true;

/// Whether keys come to us: a job in the background is stopped by the first one that it asks for.
pub(crate) fn is_foreground() -> bool {
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// Standard output without a line buffer, so that a frame is one write.
///
/// # Errors
/// If there is none.
pub(crate) fn stdout() -> io::Result<Box<dyn Write>> {
    Ok(Box::new(File::from(io::stdout().as_fd().try_clone_to_owned()?)))
}

/// An editor on a file, as a shell would run it: `$EDITOR` may have arguments, and quotes around them.
pub(crate) fn editor(program: &str, file: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("{program} \"$@\"")).arg("editor").arg(file);
    command
}

//! The terminal of this process.

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

/// What is gathered before it is written, bytes: more than a frame.
const FRAME: usize = 64 * 1024;

/// Whether a terminal says in `TERM` what it is.
pub(crate) const HAS_TERM: bool = false;

/// Whether keys come to us: they always do.
pub(crate) fn is_foreground() -> bool {
    true
}

/// Standard output in writes as large as a frame.
///
/// # Errors
/// None here.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn stdout() -> io::Result<Box<dyn Write>> {
    Ok(Box::new(io::BufWriter::with_capacity(FRAME, io::stdout())))
}

/// An editor on a file: its name, and arguments with spaces between them.
pub(crate) fn editor(program: &str, file: &Path) -> Command {
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).arg(file);
    command
}

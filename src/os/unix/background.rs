//! Running on without a terminal.

use std::fs::{File, OpenOptions};
use std::io;

use rustix::process::{Pid, Signal, kill_process, setsid};
use rustix::stdio::{dup2_stderr, dup2_stdin, dup2_stdout};

/// Whether a program can be left running here.
pub(crate) const HAS_BACKGROUND: bool = true;

/// Leaves the terminal's session for one of our own: neither its hang-up nor its Ctrl-C comes here any more.
///
/// # Errors
/// If this process leads a group already, as one that a shell started does.
pub(crate) fn own_session() -> io::Result<()> {
    setsid().map(drop).map_err(io::Error::from)
}

/// The process that started this one.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere nobody says")]
pub(crate) fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

/// Lets go of what is left of the terminal: nothing is read any more, and what is written goes into a file.
///
/// # Errors
/// If the system gives no handles.
pub(crate) fn let_go(log: &File) -> io::Result<()> {
    let nothing = OpenOptions::new().read(true).open("/dev/null")?;
    dup2_stdin(&nothing)?;
    dup2_stdout(log)?;
    dup2_stderr(log)?;
    Ok(())
}

/// Asks a process that we started to end.
pub(crate) fn ask_to_end(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    // It may have ended by itself in between.
    let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
}

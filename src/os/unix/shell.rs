//! Commands that a person wrote for the shell.

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// The shell with a line for it, in a group of its own: what it starts can be stopped with it.
pub(crate) fn shell(line: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(line).process_group(0);
    command
}

/// Stops it, with all that it started.
pub(crate) async fn stop(child: &mut Child) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    // It may have ended by itself in between.
    let _ = group.map(|group| kill_process_group(group, Signal::KILL));
    drop(child.kill().await);
}

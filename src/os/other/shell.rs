//! Commands that a person wrote for the shell.

use tokio::process::{Child, Command};

/// The shell with a line for it.
pub(crate) fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(line);
    command
}

/// Stops it.
pub(crate) async fn stop(child: &mut Child) {
    drop(child.kill().await);
}

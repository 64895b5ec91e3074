//! A command for the shell that is told of a run's end.

use std::ffi::OsString;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use crate::os;

/// So much time it has.
const TIME: Duration = Duration::from_mins(1);

/// Why it was not told, or how it failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unrun {
    #[error("the shell cannot be started: {0}")]
    Start(io::Error),
    #[error("it cannot be waited for: {0}")]
    Wait(io::Error),
    #[error("the command ended with {0}")]
    Failed(ExitStatus),
    #[error("the command was not done after {} s, and was stopped", TIME.as_secs())]
    Late,
}

/// Runs a command to its end, with a text on its standard input and just these variables. What it prints goes to our
/// stderr: stdout is for what other programs read.
pub(super) async fn run(line: &str, variables: &[(String, OsString)], text: &str) -> Result<(), Unrun> {
    let mut child = os::shell(line)
        .env_clear()
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::from(io::stderr()))
        .kill_on_drop(true)
        .spawn()
        .map_err(Unrun::Start)?;
    let mut stdin = child.stdin.take();
    let told = async {
        if let Some(stdin) = &mut stdin {
            // A command that does not read needs nothing of it.
            drop(stdin.write_all(text.as_bytes()).await);
        }
        drop(stdin);
        child.wait().await
    };
    match tokio::time::timeout(TIME, told).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(Unrun::Failed(status)),
        Ok(Err(error)) => Err(Unrun::Wait(error)),
        Err(_) => {
            os::stop(&mut child).await;
            Err(Unrun::Late)
        }
    }
}

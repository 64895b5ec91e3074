//! Signals: the first asks to leave in good order, the second ends at once.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::engine::{Command, Leave};

/// After this a run that was asked to end is ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Listens for signals for as long as it lives. With a dashboard, INT comes as a key and a hang-up
/// is the dashboard's to notice first.
#[cfg(unix)]
pub(super) fn listen(commands: mpsc::Sender<Command>) -> std::io::Result<tokio::task::JoinHandle<()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Started under nohup it stays ignored: taking it over would undo what was asked for.
    let mut hangup = if crate::tui::ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) };
    Ok(tokio::spawn(async move {
        let mut asked = false;
        loop {
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            let number = tokio::select! {
                _ = interrupt.recv() => 2,
                _ = terminate.recv() => 15,
                _ = hung_up => 1,
            };
            if std::mem::replace(&mut asked, true) && number != 1 {
                end(number);
            }
            // If the engine is gone, the run is over anyway.
            drop(commands.send(Command::Quit { leave: Leave::Running, signal: Some(number) }).await);
            tokio::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                end(number);
            });
        }
    }))
}

#[cfg(not(unix))]
pub(super) fn listen(commands: mpsc::Sender<Command>) -> std::io::Result<tokio::task::JoinHandle<()>> {
    Ok(tokio::spawn(async move {
        let mut asked = false;
        while tokio::signal::ctrl_c().await.is_ok() {
            if std::mem::replace(&mut asked, true) {
                end(2);
            }
            drop(commands.send(Command::Quit { leave: Leave::Running, signal: Some(2) }).await);
        }
    }))
}

/// Ends the process as the signal would have, without touching the terminal.
#[expect(clippy::exit, reason = "asked twice, or shutting down hangs: what matters is in the ledger already")]
pub(super) fn end(signal: i32) -> ! {
    std::process::exit(128 + signal)
}

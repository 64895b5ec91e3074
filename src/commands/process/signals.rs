//! Signals: the first asks to leave in good order, the second ends at once.

use std::io::{self, Write};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::engine::{Command, Leave};
use crate::os::Ends;

/// After this a run that was asked to end is ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells a run of them for as long as it lives. With a dashboard, INT comes as a key and a hang-up is the dashboard's to
/// notice first.
/// Where the process ends at once, `clears` is written to stderr before it does.
pub(in crate::commands) fn tell(
    mut signals: Ends,
    commands: mpsc::Sender<Command>,
    clears: &'static str,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut asked = false;
        loop {
            let number = signals.next().await;
            // The terminal is an editor's, and so is its Ctrl-C.
            if number == 2 && crate::tui::is_away() {
                continue;
            }
            if std::mem::replace(&mut asked, true) && number != 1 {
                end_after(number, clears);
            }
            // If the engine is gone, the run is over anyway.
            drop(commands.send(Command::Quit { leave: Leave::Running, signal: Some(number) }).await);
            tokio::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                end_after(number, clears);
            });
        }
    })
}

/// The same once a terminal is rid of what would stay there.
fn end_after(signal: i32, clears: &str) -> ! {
    if signal != 1 {
        let _ = io::stderr().write_all(clears.as_bytes());
    }
    end(signal)
}

/// Ends the process as the signal would have, without touching the terminal.
#[expect(clippy::exit, reason = "asked twice, or shutting down hangs: what matters is in the ledger already")]
pub(in crate::commands) fn end(signal: i32) -> ! {
    std::process::exit(128 + signal)
}

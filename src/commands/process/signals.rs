//! Signals: the first asks to leave in good order, the second ends at once.

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::engine::{Command, Leave};
#[cfg(unix)]
use crate::tui::HangUp;

/// After this a run that was asked to end is ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// INT, TERM and HUP. None of them ends the process by itself from the moment on that this is made. With a
/// dashboard, INT comes as a key and a hang-up is the dashboard's to notice first.
#[cfg(unix)]
pub(in crate::commands) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: HangUp,
}

#[cfg(unix)]
impl Signals {
    pub(in crate::commands) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate, hang_up: HangUp::listen()? })
    }

    /// The number of the next one.
    pub(in crate::commands) async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
            () = self.hang_up.next() => 1,
        }
    }
}

/// Ctrl-C, where that is all there is.
#[cfg(not(unix))]
pub(in crate::commands) struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(in crate::commands) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The number of the next one.
    pub(in crate::commands) async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Signals {
    /// Tells a run of them for as long as it lives.
    pub(in crate::commands) fn tell(mut self, commands: mpsc::Sender<Command>) -> JoinHandle<()> {
        tokio::spawn(async move {
            let mut asked = false;
            loop {
                let number = self.next().await;
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
        })
    }
}

/// Ends the process as the signal would have, without touching the terminal.
#[expect(clippy::exit, reason = "asked twice, or shutting down hangs: what matters is in the ledger already")]
pub(in crate::commands) fn end(signal: i32) -> ! {
    std::process::exit(128 + signal)
}

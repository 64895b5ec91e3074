//! Signals: those that end a process, and those that concern its terminal.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::Duration;

use rustix::process::{Signal as Number, kill_current_process_group};
use tokio::io::{Interest, unix::AsyncFd};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// INT, TERM and HUP. None of them ends the process by itself from the moment on that this is made.
#[derive(Debug)]
pub(crate) struct Ends {
    interrupt: Signal,
    terminate: Signal,
    hang_up: HangUp,
}

impl Ends {
    /// # Errors
    /// If the system gives no way to hear of them.
    pub(crate) fn listen() -> io::Result<Self> {
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate, hang_up: HangUp::listen()? })
    }

    /// The number of the next one.
    pub(crate) async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
            () = self.hang_up.next() => 1,
        }
    }
}

/// Hang-ups; none where the process was started with them ignored, as by `nohup`: listening would undo that.
#[derive(Debug)]
struct HangUp(Option<Signal>);

impl HangUp {
    fn listen() -> io::Result<Self> {
        Ok(Self(if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) }))
    }

    async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// Whether the process was started with hang-ups ignored, as by `nohup`. Only Linux says so without
/// unsafe code.
fn ignores_hang_up() -> bool {
    const HANG_UP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & HANG_UP != 0)
}

/// What concerns the terminal: hang-up, and being continued after a stop.
#[derive(Debug)]
pub(crate) struct TerminalSignals {
    hang_up: HangUp,
    go_on: Signal,
    tty: Option<AsyncFd<OwnedFd>>,
}

impl TerminalSignals {
    /// # Errors
    /// If the system gives no way to hear of them.
    pub(crate) fn listen() -> io::Result<Self> {
        let go_on = signal(SignalKind::from_raw(Number::CONT.as_raw()))?;
        // Not every process gets the signal: one in a session of its own does not, and crossterm then
        // reads the dead terminal over and over (crossterm#793).
        #[expect(deprecated, reason = "its successor is unsafe; an `OwnedFd` keeps the promise that it asks for")]
        let watch = |fd| AsyncFd::with_interest(fd, Interest::READABLE);
        let tty = io::stdin().as_fd().try_clone_to_owned().and_then(watch);
        Ok(Self { hang_up: HangUp::listen()?, go_on, tty: tty.ok() })
    }

    /// Waits until the terminal has nobody behind it any more. Keys wake this up, time does not.
    async fn gone(tty: Option<&AsyncFd<OwnedFd>>) {
        let Some(tty) = tty else { return std::future::pending().await };
        while let Ok(mut guard) = tty.readable().await {
            if guard.ready().is_read_closed() {
                return;
            }
            guard.clear_ready();
        }
        std::future::pending::<()>().await;
    }

    /// The next: true if the terminal is gone, false if we were stopped and now go on.
    pub(crate) async fn is_gone(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.hang_up.next() => true,
            () = Self::gone(self.tty.as_ref()) => true,
            _ = self.go_on.recv() => false,
        }
    }

    /// Stops this process and the others of its group, as the shell would have on Ctrl-Z, and
    /// comes back when they are continued. If no shell could continue them, the system does not stop
    /// them and this comes back soon.
    pub(crate) async fn suspend(&mut self) {
        if kill_current_process_group(Number::TSTP).is_ok() {
            let soon = Duration::from_millis(300);
            let _ = tokio::time::timeout(soon, self.go_on.recv()).await;
        }
    }
}

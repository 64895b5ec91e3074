//! Signals that concern the terminal: hang-up, and being continued after a stop.

use std::io;
#[cfg(unix)]
use std::os::fd::{AsFd as _, OwnedFd};

#[cfg(unix)]
use tokio::io::{Interest, unix::AsyncFd};

/// Hang-up and continue, as they come.
#[cfg(unix)]
pub(super) struct Signals {
    hang_up: HangUp,
    go_on: tokio::signal::unix::Signal,
    tty: Option<AsyncFd<OwnedFd>>,
}

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// The terminal is gone.
    HangUp,
    /// We were stopped and now go on: the shell has drawn over the screen.
    Continue,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let go_on = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
        // Not every process gets the signal: one in a session of its own does not, and crossterm then
        // reads the dead terminal over and over (crossterm#793).
        #[expect(deprecated, reason = "its successor is unsafe; an `OwnedFd` keeps the promise that it asks for")]
        let watch = |fd| AsyncFd::with_interest(fd, Interest::READABLE);
        let tty = io::stdin().as_fd().try_clone_to_owned().and_then(watch);
        Ok(Self { hang_up: HangUp::listen()?, go_on: signal(go_on)?, tty: tty.ok() })
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

    pub(super) async fn next(&mut self) -> Came {
        tokio::select! {
            biased;
            () = self.hang_up.next() => Came::HangUp,
            () = Self::gone(self.tty.as_ref()) => Came::HangUp,
            _ = self.go_on.recv() => Came::Continue,
        }
    }

    /// Stops this process and the others of its group, as the shell would have on Ctrl-Z, and
    /// comes back when they are continued. If no shell could continue them, the system does not stop
    /// them and this comes back soon.
    pub(super) async fn suspend(&mut self) {
        if rustix::process::kill_current_process_group(rustix::process::Signal::TSTP).is_ok() {
            let soon = std::time::Duration::from_millis(300);
            let _ = tokio::time::timeout(soon, self.go_on.recv()).await;
        }
    }
}

/// Hang-ups; none where the process was started with them ignored, as by `nohup`: listening would undo that.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct HangUp(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl HangUp {
    /// # Errors
    /// If the system gives no way to hear of them.
    pub(crate) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(if ignores_hang_up() { None } else { Some(signal(SignalKind::hangup())?) }))
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// Whether the process was started with hang-ups ignored, as by `nohup`. Only Linux says so without
/// unsafe code.
#[cfg(unix)]
fn ignores_hang_up() -> bool {
    const HANG_UP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & HANG_UP != 0)
}

/// Where there are no such signals.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Came {
        std::future::pending().await
    }

    pub(super) async fn suspend(&mut self) {}
}

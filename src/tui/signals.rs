//! Signals that concern the terminal: hang-up, and being continued after a stop.

use std::io;

/// Hang-up and continue, as they come.
#[cfg(unix)]
pub(super) struct Signals {
    hang_up: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
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
        Ok(Self { hang_up: signal(SignalKind::hangup())?, go_on: signal(go_on)? })
    }

    pub(super) async fn next(&mut self) -> Came {
        tokio::select! {
            biased;
            _ = self.hang_up.recv() => Came::HangUp,
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

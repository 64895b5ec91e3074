//! Signals: Ctrl-C is all there is.

use std::io;

/// Ctrl-C.
#[derive(Debug)]
pub(crate) struct Ends;

impl Ends {
    /// # Errors
    /// None here.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The number that the next one has elsewhere.
    pub(crate) async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}

/// What concerns the terminal: nothing comes.
#[derive(Debug)]
pub(crate) struct TerminalSignals;

impl TerminalSignals {
    /// # Errors
    /// None here.
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Never says so.
    pub(crate) async fn is_gone(&mut self) -> bool {
        std::future::pending().await
    }

    /// Nothing stops a process here.
    #[expect(clippy::unused_async, reason = "elsewhere it waits")]
    pub(crate) async fn suspend(&mut self) {}
}

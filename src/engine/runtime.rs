//! What is known of a job only while this process runs: bytes on the move, logs, its next call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::AbortHandle;

use crate::engine::log::RunnerLog;
use crate::engine::pace::following::Following;
use crate::fal::Meter;
use crate::job::Timestamp;

/// What is known of a job on its way.
#[derive(Debug, Default)]
pub(super) struct Runtime {
    /// The transfer in progress and, once known, its length.
    pub(super) meter: Option<(Meter, Arc<AtomicU64>)>,
    /// Stops its upload or download.
    pub(super) abort: Option<AbortHandle>,
    /// Somebody asked fal to stop it.
    pub(super) cancelling: bool,
    /// Whether a call about its request is being made.
    pub(super) calling: bool,
    /// When the next call is due.
    pub(super) due: Option<Timestamp>,
    /// Calls in a row that did not get through.
    pub(super) failures: u32,
    /// What the last of them said.
    pub(super) trouble: Option<String>,
    /// How often its result was asked for because its status says nothing that we understand.
    pub(super) unclear: u32,
    /// When its upload, submit, download or last call about it began.
    pub(super) call_began: Option<Timestamp>,
    /// How often in a row a failure was laid to the connectivity.
    pub(super) let_off: u8,
    /// How often its result was asked for too early.
    pub(super) early: u8,
    /// Where its request stands, from call to call.
    pub(super) following: Following,
    /// What its runner said.
    pub(super) log: RunnerLog,
}

impl Runtime {
    pub(super) fn moved(&self) -> Option<(u64, Option<u64>)> {
        let (meter, length) = self.meter.as_ref()?;
        let length = length.load(Ordering::Relaxed);
        Some((meter.moved(), (length > 0).then_some(length)))
    }

    /// Its job got a step further: what it was let off before is forgotten.
    pub(super) fn forgive(&mut self) {
        (self.let_off, self.early) = (0, 0);
    }

    /// Whether it can be forgotten.
    pub(super) fn is_empty(&self) -> bool {
        self.log.lines().next().is_none()
    }

    /// A new request has its own logs.
    pub(super) fn renew(&mut self) {
        self.log.renew();
        *self = Self { log: std::mem::take(&mut self.log), ..Self::default() };
    }

    /// What went wrong with the last call, else the last line of the log.
    pub(super) fn last_words(&self) -> String {
        self.trouble.as_deref().or(self.log.last_words()).unwrap_or_default().to_owned()
    }
}

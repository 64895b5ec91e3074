//! Counts bytes as they move, for progress and speed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes of one transfer, which also count towards a total over all transfers.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    moved: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl Meter {
    /// A meter whose bytes also count towards `total`.
    #[must_use]
    pub fn towards(total: Arc<AtomicU64>) -> Self {
        Self { moved: Arc::default(), total }
    }

    /// So many more bytes moved.
    pub fn add(&self, bytes: usize) {
        let bytes = bytes as u64;
        self.moved.fetch_add(bytes, Ordering::Relaxed);
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// This transfer starts over.
    pub fn restart(&self) {
        self.moved.store(0, Ordering::Relaxed);
    }

    /// Bytes of this transfer so far.
    #[must_use]
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }
}

//! What may hold jobs back.

use crate::engine::resilience::circuit_breaker::Breaker;
use crate::engine::resilience::connectivity::Connectivity;
use crate::engine::resilience::pause::{FailureWatch, PauseReason};
use crate::job::{MaxFailures, Timestamp};

/// What may hold jobs back.
#[derive(Debug)]
pub(in crate::engine) struct Resilience {
    /// Why no new jobs are begun, if none are.
    pub(in crate::engine) pause: Option<PauseReason>,
    /// How calls come out, for all alike.
    pub(in crate::engine) connectivity: Connectivity,
    /// Whether the account takes anything.
    pub(in crate::engine) account: Breaker,
    pub(in crate::engine) failures: FailureWatch,
}

impl Resilience {
    /// With nothing in the way.
    pub(in crate::engine) fn new(most: MaxFailures, now: Timestamp) -> Self {
        Self {
            pause: None,
            connectivity: Connectivity::new(now),
            account: Breaker::new(),
            failures: FailureWatch::new(most),
        }
    }
}

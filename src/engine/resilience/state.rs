//! What may hold jobs back.

use crate::engine::resilience::circuit_breaker::Breaker;
use crate::engine::resilience::connectivity::{Connectivity, Health};
use crate::engine::resilience::ledger_health::LedgerHealth;
use crate::engine::resilience::pause::{FailureWatch, PauseReason};
use crate::engine::snapshot::Notice;
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
    pub(in crate::engine) ledger: LedgerHealth,
    pub(super) told: Told,
}

/// What was last told of it, so that a storm is told once.
#[derive(Debug)]
pub(super) struct Told {
    /// Of the connectivity.
    pub(super) health: Health,
    /// Since when it has been fair, if that is not told yet.
    pub(super) calm_since: Option<Timestamp>,
    /// Whether it was told that the account takes nothing.
    pub(super) account: bool,
    /// What is over, and when it was told.
    pub(super) resumed: Option<(Timestamp, Notice)>,
}

impl Resilience {
    /// With nothing in the way.
    pub(in crate::engine) fn new(most: MaxFailures, ledger: LedgerHealth, now: Timestamp) -> Self {
        Self {
            pause: None,
            connectivity: Connectivity::new(now),
            account: Breaker::new(),
            failures: FailureWatch::new(most),
            ledger,
            told: Told { health: Health::Clear, calm_since: None, account: false, resumed: None },
        }
    }
}

//! Failed jobs by cause: what happened, how often, and what another go would cost.

use serde::{Deserialize, Serialize};

use crate::job::{CauseKind, Usd};

/// The jobs that failed for one cause. All text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseGroup {
    /// Which cause.
    pub kind: CauseKind,
    /// How many failed for it.
    pub count: usize,
    /// What one of them was told.
    pub message: String,
    /// Which one: the photo, below its folder.
    pub path: String,
    /// What sending all of them again would cost; `None` if that cannot be known.
    pub price: Option<Usd>,
    /// How many of them go on with a request or a result that is paid for already.
    pub paid: usize,
}

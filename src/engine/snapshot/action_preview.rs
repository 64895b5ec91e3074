//! What could be done with jobs that a face asked about, whether it shows them or not.

use serde::{Deserialize, Serialize};

use crate::job::Usd;

/// What could be done with the jobs of the newest [`Command::PreviewAction`](crate::engine::command::Command::PreviewAction).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActionPreview {
    /// Which question this answers.
    pub seq: u64,
    /// How many can be sent again.
    pub again: usize,
    /// How many of them go on with a request or a result that is paid for already.
    pub paid: usize,
    /// How many of them have a result, or an answer that was lost: they are paid for anew.
    pub anew: usize,
    /// What sending them again would cost; `None` if that cannot be known.
    pub price: Option<Usd>,
    /// How many can be cancelled.
    pub stoppable: usize,
    /// How many of them may run at fal already, and be billed all the same.
    pub running: usize,
}

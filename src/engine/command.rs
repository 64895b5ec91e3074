//! What a face may ask of the engine. Plain values: a face may sit in another process.

use serde::{Deserialize, Serialize};

use super::board::Lens;
use crate::job::{CauseKind, JobId, Usd};

/// Something that a person or a program asks of a running batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Begin: the plan was confirmed. Before it nothing is uploaded or paid.
    Start,
    /// What the face shows, and so which rows the board is to carry.
    Look(Lens),
    /// Send these again, if they can be.
    Retry(Vec<JobId>),
    /// Send again what failed.
    RetryFailed {
        /// Only what failed for this cause; all if there is none.
        only: Option<CauseKind>,
    },
    /// Stop these, if they can still be stopped.
    Cancel(Vec<JobId>),
    /// Begin no more jobs; those at fal are still followed and saved.
    Pause,
    /// Go on.
    Resume,
    /// Make the window (most requests at fal at once) larger or smaller by so many.
    Window(i32),
    /// Set the cap, or take it away; what was spent so far still counts towards it.
    Budget(Option<Usd>),
    /// End this process; state is saved.
    Quit {
        /// What becomes of requests at fal.
        leave: Leave,
        /// The signal that asked for it, by its number, if one did.
        signal: Option<i32>,
    },
}

/// What becomes of requests at fal when we leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// They run on; the same command picks them up.
    Running,
    /// Those still queued are cancelled first; running ones run on.
    CancelQueued,
}

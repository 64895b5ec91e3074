//! What a face may ask of the engine. Plain values: a face may sit in another process.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::snapshot::{GroupKind, Query, Selection};
use crate::job::{CauseKind, JobId, Stars, Usd, Verdict};
use crate::model::Listing;

/// Something that a person or a program asks of a running batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Begin: the plan was confirmed. Before it nothing is uploaded or paid.
    Start,
    /// Before the start: how many photos go first, before the rest waits for a word; all go at once if there is
    /// none.
    Canary(Option<u16>),
    /// Once these have come in: back to the plan. What is done stays so.
    BackToPlan,
    /// Before the start: set a parameter of the model, or give it back its default.
    Param {
        /// Which.
        name: String,
        /// To what.
        value: Option<Value>,
    },
    /// Before the start: take another model, with what of the parameters it also has.
    TakeModel(Arc<Listing>),
    /// Before the start: say on the snapshot what the plan's photos would cost with each of these models.
    Compare {
        /// Which answer is meant, counting up.
        seq: u64,
        /// Which models.
        models: Vec<Arc<Listing>>,
    },
    /// Before the start: leave these photos out, or take them in again.
    LeaveOut {
        /// Which.
        which: Selection,
        /// Whether they are left out.
        out: bool,
    },
    /// Before the start: leave out every photo that costs more.
    PriceLimit(Option<Usd>),
    /// Before the start: reckon with the price that is named, though it is in doubt.
    TrustPrice,
    /// What the face shows, and so which rows the snapshot is to carry.
    Look(Query),
    /// Say on the snapshot how many of these could be sent again or cancelled, and what that costs.
    PreviewAction {
        /// Which answer is meant, counting up.
        seq: u64,
        /// Which jobs.
        jobs: Vec<JobId>,
    },
    /// Send these again, if they can be.
    Retry(Vec<JobId>),
    /// Send again what failed.
    RetryFailed {
        /// Only what failed for this cause; all if there is none.
        only: Option<CauseKind>,
    },
    /// Stop these, if they can still be stopped.
    Cancel(Vec<JobId>),
    /// These results are as they should be.
    Accept(Vec<JobId>),
    /// These results are not; they stay until others take their place.
    Reject(Vec<JobId>),
    /// How good these results are.
    Rate(Vec<JobId>, Stars),
    /// What is said of a photo's result is this from now on; what the model said if there is nothing.
    Caption {
        /// Whose.
        job: JobId,
        /// What.
        text: String,
    },
    /// Say on the snapshot how many results could be decided of at once.
    CountGroups {
        /// Which answer is meant, counting up.
        seq: u64,
        /// Those whose reason is that of this one are alike.
        like: Option<JobId>,
        /// Those that are marked.
        marked: Vec<JobId>,
    },
    /// All of a group are as they should be, or are not.
    JudgeGroup {
        /// As for [`CountGroups`](Self::CountGroups): just those that were counted for it are meant.
        seq: u64,
        /// Which group.
        group: GroupKind,
        /// What is decided.
        verdict: Verdict,
    },
    /// Take back what was decided last.
    Undo,
    /// Make a result again, which is paid for again.
    Redo {
        /// Whose.
        job: JobId,
        /// Parameters that change, name and value; without a value one is left to the model.
        params: Vec<(String, Option<Value>)>,
    },
    /// Say on the snapshot what making a result again would cost.
    PreviewRedo {
        /// Which answer is meant, counting up.
        seq: u64,
        /// Whose result.
        job: JobId,
        /// As for [`Redo`](Self::Redo).
        params: Vec<(String, Option<Value>)>,
    },
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

impl Command {
    /// Whether it changes anything, or only what its face is told.
    #[must_use]
    pub fn changes(&self) -> bool {
        !matches!(
            self,
            Self::Look(_)
                | Self::Compare { .. }
                | Self::PreviewAction { .. }
                | Self::CountGroups { .. }
                | Self::PreviewRedo { .. }
        )
    }
}

impl Command {
    /// Whether it sets a cap.
    pub(in crate::engine) fn sets_cap(&self) -> bool {
        matches!(self, Self::Budget(Some(_)))
    }

    /// Whether those who work on a batch can do it for who only looks on from elsewhere: what says by itself what is
    /// meant, whatever else they have in hand.
    #[must_use]
    pub fn is_order(&self) -> bool {
        matches!(
            self,
            Self::Pause
                | Self::Resume
                | Self::Budget(_)
                | Self::Window(_)
                | Self::Cancel(_)
                | Self::Retry(_)
                | Self::RetryFailed { .. }
                | Self::Quit { .. }
        )
    }
}

/// What a face may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Access {
    /// Whatever there is to do.
    #[default]
    Full,
    /// Look: what changes anything is refused.
    ReadOnly,
}

/// What becomes of requests at fal when we leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// They run on; the same command picks them up.
    Running,
    /// Those still queued are cancelled first; running ones run on.
    CancelQueued,
}

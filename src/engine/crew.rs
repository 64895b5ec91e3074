//! This process among others that work on the same batch: what of it is its own, and a cap that all of them keep.

use std::time::Duration;

use crate::engine::effect::Again;
use crate::engine::resilience::pause::PauseReason;
use crate::job::{Cause, CauseKind, Checkpoint, Timestamp, Upload, Usd};
use crate::ledger::{Money, Need, Part, Share, Wanted};

/// How long a cap that bears no more is left alone: calls of others may turn out cheaper than was held for them.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What a worker knows of the others.
#[derive(Debug)]
pub(in crate::engine) struct Crew {
    part: Part,
    /// Whether there were jobs to be taken when it asked last.
    finds_more: bool,
    /// Until when the cap is left alone.
    capped: Option<Timestamp>,
    /// How often jobs were asked for that are nobody's.
    rounds: u32,
}

/// What a person asks for jobs that may be nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) enum Errand {
    /// Another go.
    Retry(Wanted),
    /// An end.
    Cancel(Wanted),
}

impl Errand {
    pub(in crate::engine) fn wanted(&self) -> &Wanted {
        match self {
            Self::Retry(wanted) | Self::Cancel(wanted) => wanted,
        }
    }
}

impl Crew {
    pub(in crate::engine) fn new(part: Part) -> Self {
        Self { part, finds_more: true, capped: None, rounds: 0 }
    }

    /// Whether there were jobs to be taken.
    pub(in crate::engine) fn found(&mut self, any: bool) {
        self.finds_more = any;
    }

    /// It has so many jobs that have not ended: what it has no use for of its share, others have.
    pub(in crate::engine) fn has(&self, jobs: usize) {
        let most = u16::try_from(jobs).unwrap_or(u16::MAX);
        let need = if self.finds_more { Need::All } else { Need::AtMost(most) };
        self.part.need.send_if_modified(|said| std::mem::replace(said, need) != need);
    }

    /// What of the window is its own now.
    pub(in crate::engine) fn share(&mut self) -> Share {
        *self.part.share.borrow_and_update()
    }

    /// How much of what all do, this one does: by how many its own has to be multiplied.
    pub(in crate::engine) fn factor(&self) -> f64 {
        self.part.share.borrow().factor()
    }

    /// Returns when that has changed; never once nobody says so any more.
    pub(in crate::engine) async fn changed(&mut self) {
        if self.part.share.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// A number for the next question for jobs that are nobody's.
    pub(in crate::engine) fn next_round(&mut self) -> u32 {
        self.rounds += 1;
        self.rounds
    }

    /// The cap is another one.
    pub(in crate::engine) fn uncap(&mut self) {
        self.capped = None;
    }

    /// Whether the cap is left alone for now.
    pub(in crate::engine) fn is_capped(&self, now: Timestamp) -> bool {
        self.asks_again(now).is_some()
    }

    /// When the cap is asked again.
    pub(in crate::engine) fn asks_again(&self, now: Timestamp) -> Option<Timestamp> {
        self.capped.filter(|until| *until > now)
    }

    /// The cap did not bear a job's call: how the job waits; and why nothing more is begun, where nothing that is under way
    /// anywhere could make room.
    pub(in crate::engine) fn capped(
        &mut self,
        upload: Upload,
        money: Money,
        at_most: Option<Usd>,
        now: Timestamp,
    ) -> (Again, Option<PauseReason>) {
        self.capped = Some(now.plus(ASK_AGAIN));
        let cause = Cause::new(CauseKind::Cap, format!("the cap of {} has no room for it now", money.cap));
        let again = Again { cause, wait: ASK_AGAIN, checkpoint: Checkpoint::Upload(upload), counts: false };
        let is_final = money.held == Usd::ZERO;
        let Money { cap, used, .. } = money;
        let reason = is_final.then(|| PauseReason::SharedCap { cap, used, next: at_most.unwrap_or_default() });
        (again, reason)
    }
}

/// Of a run that may be no worker.
pub(in crate::engine) async fn changed(crew: Option<&mut Crew>) {
    match crew {
        Some(crew) => crew.changed().await,
        None => std::future::pending().await,
    }
}

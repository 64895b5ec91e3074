//! Intents that are written only if nobody else's paid call for the same picture is in the way.
//!
//! It is asked in the very transaction that writes them, which holds the ledger's write lock: of any
//! number of processes one is first.

use std::collections::HashSet;

use tokio::sync::oneshot;

use super::LedgerError;
use super::queue::Pending;
use crate::job::{BatchId, ContentHash, Job, JobState, PaidCall, Terms, stands_in_the_way};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The intent is on the disk: the call may be made.
    Ours,
    /// Nothing was written: a job of this batch came first.
    Held(BatchId),
}

/// An intent that waits to be written.
#[derive(Debug)]
pub(super) struct Claiming {
    pub(super) batch: BatchId,
    pub(super) job: Job,
    pub(super) terms: Terms,
    /// Calls that came to nothing for this job.
    pub(super) settled: HashSet<PaidCall>,
    pub(super) told: oneshot::Sender<Result<Claimed, LedgerError>>,
}

impl Claiming {
    /// What it would send, and the call that it would make.
    pub(super) fn intent(&self) -> Option<(ContentHash, PaidCall)> {
        let JobState::Submitting(_, intent) = &self.job.state else { return None };
        Some((intent.upload.content, PaidCall::Upload(intent.upload.url.clone())))
    }

    /// Whose claim is in its way, of those in the ledger.
    fn rival(&self, others: &[Other]) -> Option<BatchId> {
        let (content, own) = self.intent()?;
        let is_in_the_way = |other: &&Other| {
            let claim = other.job.state.claim();
            other.batch != self.batch
                && other.content == content
                && other.terms == self.terms
                // A lost call that this job took over is its own business.
                && claim.is_some_and(|claim| claim.call != own && stands_in_the_way(&claim, &self.settled))
        };
        others.iter().find(is_in_the_way).map(|other| other.batch)
    }
}

/// A job that holds the same as one of those that claim.
pub(super) struct Other {
    pub(super) batch: BatchId,
    pub(super) job: Job,
    pub(super) content: ContentHash,
    pub(super) terms: Terms,
}

/// Which claims are granted, by what is in the ledger while nobody else can write to it: those go to what is
/// pending. `None` for the second of two at the same moment, which is asked again once the first is written.
pub(super) fn grant(pending: &mut Pending, claims: &[Claiming], others: &[Other]) -> Vec<Option<Claimed>> {
    let mut granted = HashSet::new();
    let answer = |claim: &Claiming| match (claim.rival(others), claim.intent()) {
        (Some(batch), _) => Some(Claimed::Held(batch)),
        (None, Some((content, _))) if !granted.insert((content, claim.terms.clone())) => None,
        (None, _) => {
            pending.grant(claim.batch, claim.job.clone());
            Some(Claimed::Ours)
        }
    };
    claims.iter().map(answer).collect()
}

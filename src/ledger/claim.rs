//! Intents that are written only if nobody else's paid call for the same picture is in the way.
//!
//! It is asked in the very transaction that writes them, which holds the ledger's write lock: of any
//! number of processes one is first.

use std::collections::HashSet;

use tokio::sync::oneshot;

use super::LedgerError;
use super::crew::Money;
use super::crew::purse::Purse;
use super::queue::Pending;
use crate::job::{BatchId, ContentHash, Job, JobState, PaidCall, Terms, Usd, stands_in_the_way};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The intent is on the disk: the call may be made.
    Ours,
    /// Nothing was written: a job of this batch came first.
    Held(BatchId),
    /// Nothing was written: a cap that many workers keep does not bear it.
    OverCap(Money),
}

/// What a paid call is made for.
#[derive(Debug, Clone)]
pub struct Stakes {
    /// Nobody else's call for the same picture on these terms may be in its way, but those that came to nothing for this
    /// job; `None` where somebody wants it made whatever there is.
    pub alone: Option<(Terms, HashSet<PaidCall>)>,
    /// What it may be billed at most; `None` if nobody can count that.
    pub at_most: Option<Usd>,
}

/// An intent that waits to be written.
#[derive(Debug)]
pub(super) struct Claiming {
    pub(super) batch: BatchId,
    pub(super) job: Job,
    pub(super) stakes: Stakes,
    pub(super) told: oneshot::Sender<Result<Claimed, LedgerError>>,
}

impl Claiming {
    /// What it would send, and the call that it would make.
    pub(super) fn intent(&self) -> Option<(ContentHash, PaidCall)> {
        let JobState::Submitting(_, intent) = &self.job.state else { return None };
        Some((intent.upload.content, PaidCall::Upload(intent.upload.url.clone())))
    }

    /// Whose claim is in its way, of those in the ledger. What else goes on in its batch is known to who works on it,
    /// unless many do.
    fn rival(&self, others: &[Other], shares: bool) -> Option<BatchId> {
        let (content, own) = self.intent()?;
        let (terms, settled) = self.stakes.alone.as_ref()?;
        let is_in_the_way = |other: &&Other| {
            let claim = other.job.state.claim();
            (other.batch != self.batch || (shares && other.job.id != self.job.id))
                && other.content == content
                && other.terms == *terms
                // A lost call that this job took over is its own business.
                && claim.is_some_and(|claim| claim.call != own && stands_in_the_way(&claim, settled))
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
pub(super) fn grant(
    pending: &mut Pending,
    claims: &[Claiming],
    others: &[Other],
    purses: &mut [Purse],
) -> Vec<Option<Claimed>> {
    let mut granted = HashSet::new();
    let mut answer = |claim: &Claiming| {
        let mut purse = purses.iter_mut().find(|purse| purse.batch == claim.batch);
        if let Some(batch) = claim.rival(others, purse.is_some()) {
            return Some(Claimed::Held(batch));
        }
        let alone = claim.stakes.alone.as_ref().zip(claim.intent());
        if let Some(((terms, _), (content, _))) = alone
            && !granted.insert((content, terms.clone()))
        {
            return None;
        }
        let held = purse.as_mut().map_or(Ok(()), |purse| purse.take(claim.job.id, claim.stakes.at_most));
        if let Err(money) = held {
            return Some(Claimed::OverCap(money));
        }
        pending.grant(claim.batch, claim.job.clone());
        Some(Claimed::Ours)
    };
    claims.iter().map(&mut answer).collect()
}

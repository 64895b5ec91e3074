//! Who pays for a picture: of all jobs, of any batch and process, that hold the same and are made the
//! same way, one at a time makes the paid call, and the others wait for what comes of it.
//!
//! There is no lock to be lost: a job's state is its claim. From the intent on, until its request has
//! come to nothing, nobody else sends the same; what a dead process left is taken over.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::time::Duration;

use crate::job::{BatchId, Checkpoint, Group, JobState, RequestId, Service};

/// How long another's claim is waited for, though its process lives. Then its request is followed from
/// here as well, which costs nothing: that process may be stopped, or stand before a person.
pub const PATIENCE: Duration = Duration::from_mins(10);

/// A paid call, by what tells it from every other one of the same picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PaidCall {
    /// fal's id of it.
    Request(RequestId),
    /// The URL of its upload, where no id is known: each upload has its own.
    Upload(Box<str>),
}

/// What makes results of one picture the same money.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms {
    /// The model's endpoint id.
    pub model: String,
    /// The parameters, a given seed among them, in their canonical form.
    pub params: String,
    /// Whom it is sent to.
    pub service: Service,
}

/// What a paid call has come to so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is being made, followed or fetched, as long as its process lives.
    Underway,
    /// It may have a result, which nobody fetches by himself.
    Lying,
    /// Its result was saved.
    Saved,
}

/// A job's claim on a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What was, or may be, paid for.
    pub call: PaidCall,
    /// What it has come to.
    pub standing: Standing,
}

/// A claim of another batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Which.
    pub batch: BatchId,
    /// Its claim.
    pub claim: Claim,
    /// Whether a process works on the batch.
    pub is_alive: bool,
}

/// What a job does about the claims of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nobody is in its way: it makes the call itself.
    Free,
    /// It waits for this one, by its place in the list.
    Wait(usize),
    /// What others paid for is to be had: a result is copied, a request followed, a lost one looked for.
    Take,
}

impl JobState {
    /// Whether no paid call was made for it that is still of use, and none is being made: it waits to be sent.
    #[must_use]
    pub fn is_unpaid(&self) -> bool {
        match self {
            Self::Pending => true,
            Self::Waiting { checkpoint, .. } => matches!(**checkpoint, Checkpoint::Nothing | Checkpoint::Upload(_)),
            _ => false,
        }
    }

    /// Whether it is still to be sent, or its photo on the way to be.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        match self.status().group() {
            Group::Pending => true,
            Group::Active | Group::Waiting => !self.is_reserved(),
            _ => false,
        }
    }

    /// Its claim on its picture; `None` where it has not paid, or what was paid for came to nothing.
    #[must_use]
    pub fn claim(&self) -> Option<Claim> {
        let request = |id: &RequestId, standing| Some(Claim { call: PaidCall::Request(id.clone()), standing });
        match self {
            Self::Submitting(_, intent) | Self::Unknown(_, intent) => {
                Some(Claim { call: PaidCall::Upload(intent.upload.url.clone()), standing: Standing::Underway })
            }
            Self::InQueue(_, paid, _)
            | Self::InProgress(_, paid, _)
            | Self::Completed(_, paid, _)
            | Self::Saving(_, paid, _) => request(&paid.id, Standing::Underway),
            Self::Waiting { checkpoint, .. } => request(&checkpoint.request()?.id, Standing::Underway),
            Self::Unread(_, paid, _) => request(&paid.id, Standing::Lying),
            Self::Failed { checkpoint, .. } => request(&checkpoint.request()?.id, Standing::Lying),
            Self::Done(_, saved) | Self::Review(_, saved, _) => request(&saved.request, Standing::Saved),
            Self::Pending | Self::Uploading(_) | Self::Uploaded(..) | Self::Cancelled(_) | Self::Skipped(_) => None,
        }
    }
}

/// Whether a claim keeps others from paying. `settled` are the calls that are known to be of no use.
#[must_use]
pub fn stands_in_the_way<S: BuildHasher>(claim: &Claim, settled: &HashSet<PaidCall, S>) -> bool {
    !settled.contains(&claim.call)
}

/// What follows for a job that has waited for so long.
#[must_use]
pub fn turn<S: BuildHasher>(rivals: &[Rival], settled: &HashSet<PaidCall, S>, waited: Duration) -> Turn {
    let in_the_way = || rivals.iter().enumerate().filter(|(_, rival)| stands_in_the_way(&rival.claim, settled));
    let is_working = |rival: &Rival| rival.claim.standing == Standing::Underway && rival.is_alive;
    if in_the_way().any(|(_, rival)| rival.claim.standing == Standing::Saved) {
        return Turn::Take;
    }
    match in_the_way().find(|(_, rival)| is_working(rival)) {
        Some((place, _)) if waited < PATIENCE => Turn::Wait(place),
        _ if in_the_way().next().is_some() => Turn::Take,
        _ => Turn::Free,
    }
}

#[cfg(test)]
mod tests;

//! Batches: what makes a command the same as an earlier one, and what the ledger knows of each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::hold::BatchHold;
use crate::job::{BatchId, Service, Spent, Status, Terms, Timestamp};
use crate::os;

/// What makes a batch: the same command finds the same one. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BatchKey {
    /// The folders and files that photos are taken from; their order is of no matter.
    pub roots: Vec<PathBuf>,
    /// The folder that pictures go to.
    pub output: PathBuf,
    /// The model's endpoint id.
    pub model: String,
    /// The parameters in their canonical form.
    pub params: String,
    /// Whom it is sent to: results of one service are not another's.
    pub service: Service,
}

impl BatchKey {
    /// What its results are made on.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms { model: self.model.clone(), params: self.params.clone(), service: self.service.clone() }
    }

    /// A hash of all of it. Each part goes in with its length, so that no two keys look alike.
    pub(super) fn identity(&self) -> [u8; 32] {
        let mut roots: Vec<_> = self.roots.iter().map(|root| os::stored(root)).collect();
        roots.sort_unstable();
        roots.dedup();
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        };
        part(&os::stored(&self.output));
        part(self.model.as_bytes());
        part(self.params.as_bytes());
        match &self.service {
            // As these two were told apart when there was no other.
            Service::Fal => part(&[0]),
            Service::Sandbox => part(&[1]),
            Service::StandIn(origin) | Service::Other(origin) => part(origin.as_bytes()),
        }
        for root in &roots {
            part(root);
        }
        *hasher.finalize().as_bytes()
    }
}

/// A batch that was found or made, and is ours to work on.
#[derive(Debug)]
pub struct Opened {
    /// Its number.
    pub id: BatchId,
    /// Whether it was begun by an earlier run.
    pub resumed: bool,
    /// The right to work on it; to be kept until the work is over.
    pub hold: BatchHold,
}

/// What the ledger knows of a batch as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// Its number.
    pub id: BatchId,
    /// What makes it.
    pub key: BatchKey,
    /// How many jobs stand where; a status that no job has is not there.
    pub counts: BTreeMap<Status, usize>,
    /// What its paid requests cost, those too whose results a retry replaced, and those that failed.
    pub spent: Spent,
    /// When it was begun.
    pub created: Timestamp,
    /// When it was last opened.
    pub used: Timestamp,
}

impl BatchRow {
    /// How many jobs it has.
    #[must_use]
    pub fn jobs(&self) -> usize {
        self.counts.values().sum()
    }
}

/// What a batch keeps, as text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    /// The model's schema; what is kept already stays.
    Model,
    /// Which photos go first.
    Canary,
    /// What becomes of captions.
    Captions,
    /// What fal keeps.
    Keeping,
    /// How its records stand, if all is in them; forgotten with the first change to a job.
    Recorded,
}

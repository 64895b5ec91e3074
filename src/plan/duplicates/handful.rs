//! Photos that are hashed on one journey to the disk, and asked for with one question to the ledger: small ones would
//! mostly pay for their way.

use std::collections::HashSet;

use super::content::contents_of;
use crate::job::{ContentHash, JobId, Photo};
use crate::ledger::Ledger;
use crate::output::Memory;

/// Journeys to the disk at once on which photos are hashed.
pub(crate) const JOURNEYS: usize = 3;

/// Photos that go together at most, and how many bytes are enough for a journey.
const FEW: usize = 64;
const ENOUGH: u64 = 8 << 20;

/// Photos that are hashed together.
#[derive(Debug, Default)]
pub(crate) struct Handful {
    photos: Vec<(JobId, Photo)>,
    bytes: u64,
    /// Whether an earlier run sent a photo as long as one of them.
    may_be_known: bool,
}

/// What came of one.
#[derive(Debug)]
pub(crate) struct Hashed {
    pub(crate) id: JobId,
    /// As it was then.
    pub(crate) photo: Photo,
    /// What it holds; `None` if it cannot be read.
    pub(crate) content: Option<ContentHash>,
    /// Whether a batch has sent that, or the output folder has a result of it, or nobody could say.
    pub(crate) is_known: bool,
}

impl Hashed {
    /// One that was not looked at, for whatever reason.
    pub(crate) fn unread(id: JobId, photo: Photo) -> Self {
        Self { id, photo, content: None, is_known: true }
    }
}

impl Handful {
    pub(super) fn has_room(&self) -> bool {
        self.photos.len() < FEW && self.bytes < ENOUGH
    }

    pub(super) fn is_empty(&self) -> bool {
        self.photos.is_empty()
    }

    pub(super) fn add(&mut self, id: JobId, may_be_known: bool, photo: Photo) {
        self.bytes += photo.bytes;
        self.may_be_known |= may_be_known;
        self.photos.push((id, photo));
    }

    /// Whose they are.
    pub(crate) fn ids(&self) -> Vec<JobId> {
        self.photos.iter().map(|(id, _)| *id).collect()
    }

    /// Hashes them, and asks the ledger which of them it knows.
    pub(crate) async fn hash(self, ledger: &Ledger, memory: &Memory) -> Vec<Hashed> {
        let hashed = contents_of(self.photos).await;
        let contents: Vec<_> = hashed.iter().filter_map(|(.., content)| *content).collect();
        let sent = if self.may_be_known { ledger.sent_of(&contents).await } else { Ok(HashSet::new()) };
        // Where the ledger does not say, each is asked for by itself, which tells what is wrong.
        let is_sent = |content: ContentHash| sent.as_ref().map_or(true, |sent| sent.contains(&content));
        let is_known = |content: ContentHash| is_sent(content) || memory.alike(content).is_some();
        let one = |(id, photo, content): (JobId, Photo, Option<ContentHash>)| Hashed {
            id,
            photo,
            content,
            is_known: content.is_none_or(is_known),
        };
        hashed.into_iter().map(one).collect()
    }
}

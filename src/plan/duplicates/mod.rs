//! Which photos are the same picture, as each other or as one that was paid for before: those are not
//! paid for again. Pure: who drives it reads the files and asks the ledger.

mod content;
mod contents;
mod handful;
mod index;
mod kin;
mod lookup;
mod remembered;

use std::collections::{HashMap, HashSet, VecDeque};

use crate::job::{ContentHash, JobId, OwnParams, Photo};
use crate::output::Memory;

pub(crate) use content::{ANOTHER_TRY, content_of};
pub(crate) use handful::{Handful, Hashed, JOURNEYS};
use index::{DedupIndex, Meet};
pub use kin::sizes;
pub(crate) use lookup::{Look, Origin, Sought, Waiting, Wanted};
pub(crate) use remembered::Remembered;

/// Photos that are to be sent and may be the same picture as another.
#[derive(Debug, Default)]
pub(crate) struct Duplicates {
    dedup: DedupIndex,
    /// Those that are to be hashed.
    to_hash: VecDeque<JobId>,
    /// Those that wait for the first of their length to be hashed.
    held: usize,
    /// What is sent with photos that have parameters of their own: only the same with the same is one picture.
    own: HashMap<JobId, OwnParams>,
    /// What these hold.
    contents: HashMap<JobId, ContentHash>,
}

/// What is known of a photo that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// It leads: it is the first of its like, or nobody's like.
    Leads,
    /// It leads, and an earlier run may have sent one of its length: the ledger may know what it holds.
    MayBeKnown(ContentHash),
    /// It holds the same as this one.
    Follows(JobId),
}

impl Duplicates {
    /// `earlier`: the lengths of photos that earlier runs sent, bytes; those that the output folder remembers
    /// count as well.
    pub(crate) fn new(mut earlier: HashSet<u64>, memory: &Memory) -> Self {
        earlier.extend(memory.lengths());
        Self { dedup: DedupIndex::new(earlier), ..Self::default() }
    }

    /// A photo is sent with parameters of its own.
    pub(crate) fn vary(&mut self, id: JobId, own: OwnParams) {
        self.own.insert(id, own);
    }

    /// What tells a photo apart that holds this.
    fn key(&self, id: JobId, content: ContentHash) -> ContentHash {
        let Some(OwnParams(own)) = self.own.get(&id) else { return content };
        let mut hash = blake3::Hasher::new();
        hash.update(&content.0).update(own.as_bytes());
        ContentHash(*hash.finalize().as_bytes())
    }

    /// A photo is to be sent. True if it may be at once; else its hash, or another's, is waited for.
    pub(crate) fn meet(&mut self, id: JobId, bytes: u64) -> bool {
        match self.dedup.meet(id, bytes) {
            Meet::Alone => return true,
            Meet::Hash(first) => {
                self.held += usize::from(first != id);
                self.to_hash.push_back(first);
            }
            Meet::Held => self.held += 1,
        }
        false
    }

    /// The next to be hashed, as many as are worth a journey to the disk; none if there are none.
    pub(crate) fn next_few(&mut self, photo: impl Fn(JobId) -> Option<Photo>) -> Option<Handful> {
        let mut few = Handful::default();
        while few.has_room()
            && let Some(id) = self.to_hash.pop_front()
        {
            if let Some(photo) = photo(id) {
                few.add(id, self.dedup.may_be_known(photo.bytes), photo);
            }
        }
        (!few.is_empty()).then_some(few)
    }

    /// One is to be hashed, whatever is known of it.
    pub(crate) fn look_again(&mut self, id: JobId) {
        self.to_hash.push_back(id);
    }

    /// How many are to be hashed now.
    pub(crate) fn to_hash(&self) -> usize {
        self.to_hash.len()
    }

    /// How many are to be hashed, now or later.
    pub(crate) fn unsettled(&self) -> usize {
        self.to_hash.len() + self.held
    }

    /// What a photo holds is known, or will never be. Those that waited for it are to be hashed.
    pub(crate) fn learn(&mut self, id: JobId, bytes: u64, content: Option<ContentHash>) {
        if let Some(content) = content.filter(|_| self.own.contains_key(&id)) {
            self.contents.insert(id, content);
        }
        let key = content.map(|content| self.key(id, content));
        let freed = self.dedup.learn(id, bytes, key);
        self.free(freed);
    }

    /// A photo is another one by now.
    pub(crate) fn forget(&mut self, id: JobId, bytes: u64) {
        self.own.remove(&id);
        self.contents.remove(&id);
        let freed = self.dedup.forget(id, bytes);
        self.free(freed);
        // Who waited for what becomes of it has nobody any more: the first of them leads.
        self.to_hash.extend(self.dedup.dismiss(id));
    }

    fn free(&mut self, freed: Vec<JobId>) {
        self.held = self.held.saturating_sub(freed.len());
        self.to_hash.extend(freed);
    }

    /// What a photo holds, if that is known.
    pub(crate) fn content(&self, id: JobId) -> Option<ContentHash> {
        self.contents.get(&id).copied().or_else(|| self.dedup.content(id))
    }

    /// Who holds the same and is not it.
    pub(crate) fn leader(&self, id: JobId) -> Option<JobId> {
        let content = self.dedup.content(id)?;
        self.dedup.leader(&content).filter(|leader| *leader != id)
    }

    /// What is known of a photo of so many bytes by now.
    pub(crate) fn likeness(&self, id: JobId, bytes: u64) -> Likeness {
        match (self.leader(id), self.content(id)) {
            (Some(leader), _) => Likeness::Follows(leader),
            (None, Some(content)) if self.dedup.may_be_known(bytes) => Likeness::MayBeKnown(content),
            _ => Likeness::Leads,
        }
    }

    /// Whether nothing hangs on a photo: it neither leads others nor follows one, as far as is known.
    pub(crate) fn is_alone(&self, id: JobId) -> bool {
        self.dedup.is_alone(id)
    }

    /// A photo waits for what becomes of its leader.
    pub(crate) fn follow(&mut self, content: &ContentHash, id: JobId) {
        self.dedup.follow(&self.key(id, *content), id);
    }

    /// The leader came to nothing: another takes its place.
    pub(crate) fn take_over(&mut self, content: &ContentHash, id: JobId) {
        self.dedup.take_over(&self.key(id, *content), id);
    }

    /// Who waited for a photo, if it leads, in the order in which they were found.
    pub(crate) fn dismiss(&mut self, id: JobId) -> Vec<JobId> {
        self.dedup.dismiss(id)
    }
}

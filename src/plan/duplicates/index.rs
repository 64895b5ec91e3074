//! Which photos are the same picture, found out at the least cost: only photos of one length can be,
//! so only those are hashed, and most never are.

use std::collections::{HashMap, HashSet};

use super::contents::Contents;
use crate::job::{ContentHash, JobId};
use crate::plan::finder::Finder;

/// Photos by what they hold.
#[derive(Debug, Default)]
pub(crate) struct DedupIndex {
    /// The lengths of photos that earlier runs sent, bytes.
    earlier: HashSet<u64>,
    classes: HashMap<u64, Class>,
    contents: Contents,
    /// Of all photos that hold the same, the one that is sent; by what it holds.
    leaders: Finder,
    /// Those that wait for what becomes of a leader.
    followers: HashMap<JobId, Vec<JobId>>,
}

/// The photos of one length.
#[derive(Debug)]
enum Class {
    /// Only this one so far: nobody can be its twin.
    One(JobId),
    /// There are more. Who came first is in nobody's way, so its hash comes first; the others wait.
    Opening { first: JobId, held: Vec<JobId> },
    /// The first one's hash is known: whoever comes is hashed.
    Open,
}

/// What is to be done about a photo before it may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meet {
    /// Nothing.
    Alone,
    /// It waits until this one, itself or the first of its length, is hashed.
    Hash(JobId),
    /// It waits; another of its length is being hashed.
    Held,
}

impl DedupIndex {
    pub(crate) fn new(earlier: HashSet<u64>) -> Self {
        Self { earlier, ..Self::default() }
    }

    /// Whether an earlier run sent a photo of this length.
    pub(crate) fn may_be_known(&self, bytes: u64) -> bool {
        self.earlier.contains(&bytes)
    }

    /// Takes in a photo.
    pub(crate) fn meet(&mut self, id: JobId, bytes: u64) -> Meet {
        let is_maybe_known = self.may_be_known(bytes);
        let Some(class) = self.classes.get_mut(&bytes) else {
            let class = if is_maybe_known { Class::Opening { first: id, held: Vec::new() } } else { Class::One(id) };
            self.classes.insert(bytes, class);
            return if is_maybe_known { Meet::Hash(id) } else { Meet::Alone };
        };
        match class {
            Class::One(first) if *first == id => Meet::Alone,
            Class::One(first) => {
                let first = *first;
                *class = Class::Opening { first, held: vec![id] };
                Meet::Hash(first)
            }
            Class::Opening { held, .. } => {
                held.push(id);
                Meet::Held
            }
            Class::Open => Meet::Hash(id),
        }
    }

    /// A photo's hash is known, or will never be; gives who may be hashed now. The first of all that
    /// hold the same leads them.
    pub(crate) fn learn(&mut self, id: JobId, bytes: u64, content: Option<ContentHash>) -> Vec<JobId> {
        if let Some(content) = content {
            self.lose(id);
            self.contents.set(id, Some(content));
            self.leaders.insert(id, &content, |id| self.contents.get(id));
        }
        match self.classes.get_mut(&bytes) {
            Some(Class::Opening { first, .. }) if *first != id => Vec::new(),
            Some(class) => match std::mem::replace(class, Class::Open) {
                Class::Opening { held, .. } => held,
                Class::One(_) | Class::Open => Vec::new(),
            },
            None => {
                self.classes.insert(bytes, Class::Open);
                Vec::new()
            }
        }
    }

    /// What a photo holds is not known any more: if it leads, it does no longer.
    fn lose(&mut self, id: JobId) {
        if let Some(content) = self.content(id).filter(|content| self.leader(content) == Some(id)) {
            self.leaders.remove(&content, |id| self.contents.get(id));
        }
        self.contents.set(id, None);
    }

    /// A photo is another one by now. Gives who waited for its hash.
    pub(crate) fn forget(&mut self, id: JobId, bytes: u64) -> Vec<JobId> {
        self.lose(id);
        match self.classes.get(&bytes) {
            Some(Class::One(first)) if *first == id => {
                self.classes.remove(&bytes);
                Vec::new()
            }
            Some(Class::Opening { first, .. }) if *first == id => self.learn(id, bytes, None),
            _ => Vec::new(),
        }
    }

    /// What a photo holds, if it was hashed.
    pub(crate) fn content(&self, id: JobId) -> Option<ContentHash> {
        self.contents.get(id).copied()
    }

    /// The photo that is sent for all that hold the same.
    pub(crate) fn leader(&self, content: &ContentHash) -> Option<JobId> {
        self.leaders.get(content, |id| self.contents.get(id))
    }

    /// Whether nothing hangs on a photo: it neither leads others nor follows one, as far as is known.
    pub(crate) fn is_alone(&self, id: JobId) -> bool {
        let leader = self.contents.get(id).and_then(|content| self.leader(content));
        leader.is_none_or(|leader| leader == id && self.followers.get(&id).is_none_or(Vec::is_empty))
    }

    /// A photo waits for what becomes of its leader.
    pub(crate) fn follow(&mut self, content: &ContentHash, id: JobId) {
        if let Some(leader) = self.leader(content) {
            let followers = self.followers.entry(leader).or_default();
            if !followers.contains(&id) {
                followers.push(id);
            }
        }
    }

    /// The leader came to nothing: another takes its place.
    pub(crate) fn take_over(&mut self, content: &ContentHash, id: JobId) {
        let Some(before) = self.leader(content) else { return };
        self.leaders.replace(id, content, |id| self.contents.get(id));
        if let Some(waiting) = self.followers.remove(&before) {
            self.followers.entry(id).or_default().extend(waiting);
        }
    }

    /// Who waited for a photo, if it leads, in the order in which they were found.
    pub(crate) fn dismiss(&mut self, id: JobId) -> Vec<JobId> {
        let mut followers = self.followers.remove(&id).unwrap_or_default();
        followers.sort_unstable();
        followers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> JobId {
        JobId::at(n)
    }

    const CAT: ContentHash = ContentHash([1; 32]);
    const DOG: ContentHash = ContentHash([2; 32]);

    #[test]
    fn a_photo_of_a_length_of_its_own_is_never_hashed() {
        let mut dedup = DedupIndex::new(HashSet::from([7]));
        assert_eq!([dedup.meet(id(0), 10), dedup.meet(id(1), 11)], [Meet::Alone, Meet::Alone]);
        assert_eq!(dedup.meet(id(2), 7), Meet::Hash(id(2)), "an earlier run sent one of this length");
    }

    #[test]
    fn nobody_of_a_length_goes_before_the_first_ones_hash_is_known() {
        let mut dedup = DedupIndex::default();
        assert_eq!(dedup.meet(id(0), 10), Meet::Alone);
        assert_eq!(dedup.meet(id(1), 10), Meet::Hash(id(0)));
        assert_eq!(dedup.meet(id(2), 10), Meet::Held);
        assert_eq!(dedup.learn(id(0), 10, Some(CAT)), [id(1), id(2)]);
        assert_eq!(dedup.meet(id(3), 10), Meet::Hash(id(3)));
        // Whoever is faster now, the first leads its like, and the others each other.
        for (other, content) in [(2, CAT), (1, DOG), (3, DOG)] {
            assert!(dedup.learn(id(other), 10, Some(content)).is_empty());
        }
        assert_eq!((dedup.leader(&CAT), dedup.leader(&DOG)), (Some(id(0)), Some(id(1))));
    }

    #[test]
    fn followers_are_let_go_once_and_by_their_leader_alone() {
        let mut dedup = DedupIndex::default();
        for n in 0..3 {
            dedup.learn(id(n), 10, Some(CAT));
        }
        assert!(dedup.is_alone(id(0)) && dedup.is_alone(id(9)) && !dedup.is_alone(id(1)));
        dedup.follow(&CAT, id(1));
        dedup.follow(&CAT, id(2));
        assert!(!dedup.is_alone(id(0)));
        assert!(dedup.dismiss(id(1)).is_empty());
        assert_eq!(dedup.dismiss(id(0)), [id(1), id(2)]);
        assert!(dedup.dismiss(id(0)).is_empty());
        dedup.take_over(&CAT, id(1));
        dedup.follow(&CAT, id(2));
        assert_eq!(dedup.dismiss(id(1)), [id(2)]);
    }

    #[test]
    fn a_leader_that_became_another_leads_nobody() {
        let mut dedup = DedupIndex::default();
        for n in 0..3 {
            dedup.learn(id(n), 10, Some(CAT));
        }
        dedup.follow(&CAT, id(1));
        dedup.forget(id(0), 10);
        assert_eq!((dedup.content(id(0)), dedup.leader(&CAT)), (None, None));
        assert_eq!(dedup.dismiss(id(0)), [id(1)], "who waited for it is not forgotten");
        dedup.learn(id(1), 10, Some(CAT));
        dedup.learn(id(0), 11, Some(DOG));
        assert_eq!((dedup.leader(&CAT), dedup.leader(&DOG)), (Some(id(1)), Some(id(0))));
    }

    #[test]
    fn a_photo_that_became_another_holds_nobody_up() {
        let mut dedup = DedupIndex::default();
        dedup.meet(id(0), 10);
        assert!(dedup.forget(id(0), 10).is_empty());
        assert_eq!(dedup.meet(id(1), 10), Meet::Alone);
        dedup.meet(id(2), 10);
        assert_eq!(dedup.forget(id(1), 10), [id(2)]);
    }
}

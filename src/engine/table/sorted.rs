//! Jobs in the order of a key: the n-th is found, one is put in and taken out at a cost that hardly
//! grows with their number.

use std::cmp::Ordering;
use std::ops::Range;

/// Entries of a block, at most. Looking something up goes over the blocks' lengths, putting something
/// in moves half a block.
const BLOCK: usize = 1024;

/// A job and what it is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: u64,
    pub(super) job: u32,
}

/// Entries in order, in blocks. Every method is given the same order, since an entry may stand for
/// what is kept elsewhere.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    blocks: Vec<Vec<Entry>>,
    len: usize,
}

impl Sorted {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Every entry in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.blocks.iter().flatten()
    }

    /// The entries at some places, from 0. The first is looked for once, however many there are.
    pub(super) fn at(&self, places: Range<usize>) -> impl Iterator<Item = &Entry> {
        let mut left = places.start;
        let before = self.blocks.iter().take_while(|block| {
            let ends_before = block.len() <= left;
            if ends_before {
                left -= block.len();
            }
            ends_before
        });
        let first = before.count();
        self.blocks.iter().skip(first).flatten().skip(left).take(places.len())
    }

    /// The place of an entry, from 0; `None` if it is not here.
    pub(super) fn place(&self, entry: Entry, order: &impl Fn(&Entry, &Entry) -> Ordering) -> Option<usize> {
        let at = self.block_of(&entry, order);
        let within = self.blocks.get(at)?.binary_search_by(|other| order(other, &entry)).ok()?;
        Some(self.blocks.iter().take(at).map(Vec::len).sum::<usize>() + within)
    }

    pub(super) fn insert(&mut self, entry: Entry, order: &impl Fn(&Entry, &Entry) -> Ordering) {
        let at = self.block_of(&entry, order);
        let Some(block) = self.blocks.get_mut(at) else {
            return self.append(entry);
        };
        let Err(within) = block.binary_search_by(|other| order(other, &entry)) else { return };
        block.insert(within, entry);
        self.len += 1;
        if block.len() > BLOCK {
            let half = block.split_off(BLOCK / 2);
            self.blocks.insert(at + 1, half);
        }
    }

    pub(super) fn remove(&mut self, entry: Entry, order: &impl Fn(&Entry, &Entry) -> Ordering) {
        let at = self.block_of(&entry, order);
        let Some(block) = self.blocks.get_mut(at) else { return };
        let Ok(within) = block.binary_search_by(|other| order(other, &entry)) else { return };
        block.remove(within);
        self.len -= 1;
        if block.is_empty() {
            self.blocks.remove(at);
        }
    }

    /// What comes in order fills its blocks.
    fn append(&mut self, entry: Entry) {
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(entry),
            _ => self.blocks.push(vec![entry]),
        }
        self.len += 1;
    }

    /// The first block that does not end before the entry.
    fn block_of(&self, entry: &Entry, order: &impl Fn(&Entry, &Entry) -> Ordering) -> usize {
        self.blocks.partition_point(|block| block.last().is_some_and(|last| order(last, entry) == Ordering::Less))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn order(a: &Entry, b: &Entry) -> Ordering {
        (a.key, a.job).cmp(&(b.key, b.job))
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_sorted_set(
            rising in 0_u32..3000,
            steps in prop::collection::vec((0_u64..40, 0_u32..60, any::<bool>()), 0..300),
        ) {
            let (mut sorted, mut plain) = (Sorted::default(), BTreeSet::new());
            let first = (0..rising).map(|job| (u64::from(job) / 7, job, true));
            for (key, job, present) in first.chain(steps) {
                let entry = Entry { key, job };
                if present {
                    sorted.insert(entry, &order);
                    plain.insert((key, job));
                } else {
                    sorted.remove(entry, &order);
                    plain.remove(&(key, job));
                }
            }
            prop_assert_eq!(sorted.len(), plain.len());
            for (place, (key, job)) in plain.iter().enumerate() {
                let entry = Entry { key: *key, job: *job };
                prop_assert_eq!(sorted.at(place..place + 1).next(), Some(&entry));
                prop_assert_eq!(sorted.place(entry, &order), Some(place));
            }
            prop_assert_eq!(sorted.at(plain.len()..plain.len() + 9).next(), None);
            let (from, to) = (plain.len() / 3, plain.len() / 2);
            prop_assert!(sorted.at(from..to).eq(sorted.iter().skip(from).take(to - from)));
            prop_assert_eq!(sorted.place(Entry { key: 99, job: 99 }, &order), None);
        }
    }
}

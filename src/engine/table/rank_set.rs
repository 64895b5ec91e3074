//! A set of job places that can say which is the n-th, so that a page of the table costs the same
//! among a hundred jobs and a million.

/// Bits in a block whose members are counted.
const BLOCK_WORDS: usize = 64;

/// A set of small numbers with rank and select.
#[derive(Debug, Clone, Default)]
pub(super) struct RankSet {
    words: Vec<u64>,
    /// Members in each block of 4,096 numbers.
    blocks: Vec<u32>,
    len: usize,
}

impl RankSet {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn contains(&self, n: usize) -> bool {
        self.words.get(n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    pub(super) fn insert(&mut self, n: usize) {
        if self.words.len() <= n / 64 {
            self.words.resize(n / 64 + 1, 0);
            self.blocks.resize(n / 64 / BLOCK_WORDS + 1, 0);
        }
        self.change(n, true);
    }

    pub(super) fn remove(&mut self, n: usize) {
        self.change(n, false);
    }

    fn change(&mut self, n: usize, present: bool) {
        let (Some(word), Some(block)) = (self.words.get_mut(n / 64), self.blocks.get_mut(n / 64 / BLOCK_WORDS)) else {
            return;
        };
        let bit = 1 << (n % 64);
        if (*word & bit != 0) == present {
            return;
        }
        *word ^= bit;
        if present {
            *block += 1;
            self.len += 1;
        } else {
            *block -= 1;
            self.len -= 1;
        }
    }

    /// How many members are smaller than `n`.
    pub(super) fn rank(&self, n: usize) -> usize {
        let block = n / 64 / BLOCK_WORDS;
        let before: usize = self.blocks.iter().take(block).map(|count| *count as usize).sum();
        let first = block * BLOCK_WORDS;
        let words = self.words.iter().skip(first).take((n / 64).saturating_sub(first));
        let within: usize = words.map(|word| word.count_ones() as usize).sum();
        let last = self.words.get(n / 64).map_or(0, |word| (word & ((1 << (n % 64)) - 1)).count_ones() as usize);
        before + within + last
    }

    /// Every member, the smallest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// The `place`-th member, from 0.
    pub(super) fn select(&self, place: usize) -> Option<usize> {
        let mut left = place;
        let mut block = 0;
        for count in &self.blocks {
            if left < *count as usize {
                break;
            }
            left -= *count as usize;
            block += 1;
        }
        let first = block * BLOCK_WORDS;
        for (i, word) in self.words.iter().enumerate().skip(first).take(BLOCK_WORDS) {
            let ones = word.count_ones() as usize;
            if left < ones {
                return nth_bit(*word, left).map(|bit| i * 64 + bit);
            }
            left -= ones;
        }
        None
    }
}

/// The place of the n-th set bit, from 0.
fn nth_bit(mut word: u64, n: usize) -> Option<usize> {
    for _ in 0..n {
        word &= word.wrapping_sub(1);
    }
    (word != 0).then(|| word.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_agrees_with_a_sorted_set(steps in prop::collection::vec((0_usize..20_000, any::<bool>()), 1..400)) {
            let (mut ranked, mut plain) = (RankSet::default(), BTreeSet::new());
            for (n, present) in steps {
                if present { ranked.insert(n); plain.insert(n); } else { ranked.remove(n); plain.remove(&n); }
            }
            prop_assert_eq!(ranked.len(), plain.len());
            for (place, n) in plain.iter().enumerate() {
                prop_assert_eq!(ranked.select(place), Some(*n));
                prop_assert_eq!(ranked.rank(*n), place);
                prop_assert!(ranked.contains(*n));
            }
            prop_assert!(ranked.iter().eq(plain.iter().copied()));
            prop_assert_eq!(ranked.select(plain.len()), None);
            prop_assert_eq!(ranked.rank(usize::MAX / 2), plain.len());
        }
    }
}

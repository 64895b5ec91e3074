//! Which webhooks were heard already, in bounded memory: none is believed twice.

use std::collections::BTreeSet;

use super::signature::TOLERANCE;

/// How many are remembered. Only what fal signed is, so that nobody else can fill it.
const MOST: usize = 65_536;

/// What a webhook is told from others by.
type Mark = [u8; 16];

/// Which webhooks were heard already.
#[derive(Debug)]
pub(super) struct Seen {
    known: BTreeSet<(i64, Mark)>,
    /// What is this old or older may have been forgotten, and is believed no more.
    floor: i64,
    most: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self { known: BTreeSet::new(), floor: i64::MIN, most: MOST }
    }
}

impl Seen {
    /// Whether a signed message of this time, Unix seconds, was not heard before. From here on it was.
    pub(super) fn is_new(&mut self, at: i64, message: &[u8], now: i64) -> bool {
        while self.known.first().is_some_and(|(first, _)| *first < now.saturating_sub(TOLERANCE)) {
            // Whoever plays it again is late.
            self.known.pop_first();
        }
        let mut mark = Mark::default();
        blake3::Hasher::new().update(message).finalize_xof().fill(&mut mark);
        if at <= self.floor || !self.known.insert((at, mark)) {
            return false;
        }
        if self.known.len() > self.most
            && let Some((at, _)) = self.known.pop_first()
        {
            self.floor = self.floor.max(at);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_believed_twice_however_much_comes_in_between() {
        let mut seen = Seen { most: 10, ..Seen::default() };
        assert!(seen.is_new(1000, b"first", 1000));
        assert!(seen.is_new(1000, b"second", 1000));
        assert!(!seen.is_new(1000, b"first", 1000));
        for n in 0_i64..50 {
            assert!(seen.is_new(1001 + n, b"more", 1001 + n));
        }
        assert!(seen.known.len() <= 10);
        assert!(!seen.is_new(1000, b"first", 1050), "it is forgotten, and refused all the same");
    }

    #[test]
    fn what_is_too_old_anyway_takes_no_memory() {
        let mut seen = Seen::default();
        for n in 0_i64..2000 {
            assert!(seen.is_new(n, b"x", n));
        }
        assert_eq!(seen.known.len(), 301);
    }
}

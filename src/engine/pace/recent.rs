//! The last measurements of something, and what is usual among them.

use std::collections::VecDeque;

/// How many count.
const KEPT: usize = 32;

/// The last measurements of something.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(VecDeque<f64>);

impl Recent {
    pub(super) fn add(&mut self, value: f64) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(value);
    }

    /// The one that as many are below as above: a few that took far longer do not move it.
    pub(super) fn median(&self) -> Option<f64> {
        let mut sorted: Vec<_> = self.0.iter().copied().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_follows_what_came_last() {
        let mut recent = Recent::default();
        assert_eq!(recent.median(), None);
        (0..100).for_each(|_| recent.add(2.0));
        (0..10).for_each(|_| recent.add(600.0));
        assert_eq!(recent.median(), Some(2.0));
        (0..10).for_each(|_| recent.add(600.0));
        assert_eq!(recent.median(), Some(600.0));
    }
}

//! When so much has failed that going on would waste money.

use std::fmt;

use serde::{Deserialize, Serialize};

/// At how many failures a batch pauses and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaxFailures {
    /// So many in a row, all of one cause.
    InARow(u32),
    /// So many in all.
    Count(u32),
    /// So many percent of the finished jobs, from 50 finished ones on.
    Percent(u8),
}

impl MaxFailures {
    /// Finished jobs before a share means something.
    pub const SHARE_FROM: usize = 50;

    /// Whether it is time to pause: `failed` of `finished` jobs failed, the last `in_a_row` of them
    /// for one cause without a success between.
    #[must_use]
    pub fn is_reached(self, failed: usize, finished: usize, in_a_row: usize) -> bool {
        match self {
            Self::InARow(most) => in_a_row >= most as usize,
            Self::Count(most) => failed >= most as usize,
            Self::Percent(most) => {
                finished >= Self::SHARE_FROM && failed.saturating_mul(100) >= finished.saturating_mul(usize::from(most))
            }
        }
    }
}

impl Default for MaxFailures {
    fn default() -> Self {
        Self::InARow(20)
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InARow(most) => write!(f, "{most} in a row of one cause"),
            Self::Count(most) => most.fmt(f),
            Self::Percent(most) => write!(f, "{most}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_waits_until_it_means_something() {
        let tenth = MaxFailures::Percent(10);
        assert!(!tenth.is_reached(49, 49, 49));
        assert!(tenth.is_reached(5, 50, 1));
        assert!(!tenth.is_reached(4, 50, 4));
    }

    #[test]
    fn numbers_count_at_once() {
        assert!(MaxFailures::Count(2).is_reached(2, 2, 1));
        assert!(!MaxFailures::Count(2).is_reached(1, 9, 1));
        assert!(MaxFailures::default().is_reached(20, 20, 20));
        assert!(!MaxFailures::default().is_reached(400, 800, 19));
    }
}

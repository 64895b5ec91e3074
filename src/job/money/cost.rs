//! What paid requests cost, as far as that is known. fal says it beside a result
//! (`X-Fal-Billable-Units`; fal docs: pricing), or it does not: then a likely amount is told, and the
//! most that may have been billed is what a cap counts.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

use crate::job::Usd;

/// What a paid request cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cost {
    /// fal said so.
    Known(Usd),
    /// Nobody said.
    Assumed {
        /// What it will have been.
        likely: Usd,
        /// What it may have been; never less.
        at_most: Usd,
    },
}

impl Cost {
    /// What is copied costs nothing.
    pub const NOTHING: Self = Self::Known(Usd::ZERO);

    /// A cost that nobody said.
    #[must_use]
    pub fn assumed(likely: Usd, at_most: Usd) -> Self {
        Self::Assumed { likely, at_most: at_most.max(likely) }
    }

    /// A cost that nobody said, taken for the most that it may be.
    #[must_use]
    pub fn feared(at_most: Usd) -> Self {
        Self::assumed(at_most, at_most)
    }

    /// What people are told.
    #[must_use]
    pub fn likely(self) -> Usd {
        match self {
            Self::Known(usd) => usd,
            Self::Assumed { likely, .. } => likely,
        }
    }

    /// What a cap counts.
    #[must_use]
    pub fn at_most(self) -> Usd {
        match self {
            Self::Known(usd) => usd,
            Self::Assumed { at_most, .. } => at_most,
        }
    }
}

/// `$0.05`, or `≈$0.05` where nobody said.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Assumed { .. } = self {
            f.write_str("≈")?;
        }
        self.likely().fmt(f)
    }
}

/// What paid requests cost together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// What fal said.
    pub known: Usd,
    /// What the others are likely to have cost.
    pub assumed: Usd,
    /// The most that all of them may have been billed as: what a cap counts.
    pub at_most: Usd,
}

impl Spent {
    /// Nothing.
    pub const NOTHING: Self = Self { known: Usd::ZERO, assumed: Usd::ZERO, at_most: Usd::ZERO };

    /// What people are told.
    #[must_use]
    pub fn likely(self) -> Usd {
        self.known + self.assumed
    }

    /// What is left where less was counted elsewhere already.
    #[must_use]
    pub fn beyond(self, counted: Self) -> Self {
        Self {
            known: self.known.saturating_sub(counted.known),
            assumed: self.assumed.saturating_sub(counted.assumed),
            at_most: self.at_most.saturating_sub(counted.at_most),
        }
    }
}

impl From<Cost> for Spent {
    fn from(cost: Cost) -> Self {
        let at_most = cost.at_most();
        match cost {
            Cost::Known(known) => Self { known, assumed: Usd::ZERO, at_most },
            Cost::Assumed { likely, .. } => Self { known: Usd::ZERO, assumed: likely, at_most },
        }
    }
}

/// A cost that is not known at all adds nothing.
impl From<Option<Cost>> for Spent {
    fn from(cost: Option<Cost>) -> Self {
        cost.map(Self::from).unwrap_or_default()
    }
}

impl Add for Spent {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            known: self.known + other.known,
            assumed: self.assumed + other.assumed,
            at_most: self.at_most + other.at_most,
        }
    }
}

impl AddAssign for Spent {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Spent {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            known: self.known - other.known,
            assumed: self.assumed - other.assumed,
            at_most: self.at_most - other.at_most,
        }
    }
}

impl Sum for Spent {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::NOTHING, Add::add)
    }
}

/// `$4.88`; `≈$4.88` where all of it is assumed; `$4.88 (≈$0.40 of it assumed)`.
impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.likely();
        match (self.known, self.assumed) {
            (_, Usd::ZERO) => all.fmt(f),
            (Usd::ZERO, _) => write!(f, "≈{all}"),
            (_, assumed) => write!(f, "{all} (≈{assumed} of it assumed)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(cents: i64) -> Usd {
        Usd::from_nanos(cents * 10_000_000)
    }

    #[test]
    fn what_nobody_said_is_told_as_likely_and_counted_at_its_most() {
        let costs = [Cost::Known(cents(5)), Cost::assumed(cents(2), cents(10)), Cost::feared(cents(20))];
        let spent: Spent = costs.into_iter().map(Spent::from).sum();
        assert_eq!(spent, Spent { known: cents(5), assumed: cents(22), at_most: cents(35) });
        assert_eq!((spent.likely(), Cost::assumed(cents(3), cents(1)).at_most()), (cents(27), cents(3)));
        assert_eq!(spent - Spent::from(costs[1]), Spent { known: cents(5), assumed: cents(20), at_most: cents(25) });
        assert_eq!(Spent::from(None), Spent::NOTHING);
    }

    #[test]
    fn what_is_assumed_is_said_to_be() {
        let told =
            |known, assumed| Spent { known: cents(known), assumed: cents(assumed), at_most: cents(99) }.to_string();
        assert_eq!([told(0, 0), told(5, 0)], ["$0.00", "$0.05"]);
        assert_eq!([told(0, 7), told(5, 2)], ["≈$0.07", "$0.07 (≈$0.02 of it assumed)"]);
        assert_eq!([Cost::Known(cents(5)), Cost::feared(cents(5))].map(|cost| cost.to_string()), ["$0.05", "≈$0.05"]);
    }
}

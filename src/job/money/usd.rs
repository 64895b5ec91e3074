//! Money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

/// An amount of US dollars, exact to a billionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(i64);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in billionths of a dollar.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// An amount as people and fal's JSON write it. `None` if it is negative, no number, or more than can
    /// be counted.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "float casts saturate")]
    pub fn from_f64(dollars: f64) -> Option<Self> {
        // 2⁶³ billionths are no amount any more.
        let nanos = (dollars * 1e9).round();
        (0.0..9_223_372_036_854_775_808.0).contains(&nanos).then_some(Self(nanos as i64))
    }

    /// Billionths of a dollar.
    #[must_use]
    pub fn nanos(self) -> i64 {
        self.0
    }

    /// Dollars, for JSON and for ratios.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for display; sums stay in whole nanos")]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// `self - other`, never below zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// The sum; `None` if that is more than can be counted.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let sum = (!self.is_beyond() && !other.is_beyond()).then(|| self.0.checked_add(other.0)).flatten();
        sum.map(Self).filter(|sum| !sum.is_beyond())
    }

    /// The amount so many times; `None` if that is more than can be counted.
    #[must_use]
    pub fn checked_times(self, count: usize) -> Option<Self> {
        self.times(u128::try_from(count).ok()?, 1)
    }

    /// Dollars for other programs; `None` where a sum is more than can be counted.
    #[must_use]
    pub fn told(self) -> Option<f64> {
        (!self.is_beyond()).then(|| self.as_f64())
    }

    /// Whether a sum went beyond what can be counted: what is added to it or taken from it does not
    /// make it an amount again.
    fn is_beyond(self) -> bool {
        self.0 == i64::MAX
    }

    /// The amount times `numerator / denominator`, rounded up: an estimate never flatters. `None` if that
    /// is more than can be counted.
    #[must_use]
    pub fn times(self, numerator: u128, denominator: u128) -> Option<Self> {
        let nanos = u128::try_from(self.0).ok()?.checked_mul(numerator)?;
        i64::try_from(nanos.div_ceil(denominator)).ok().map(Self).filter(|usd| !usd.is_beyond())
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        if self.is_beyond() { self } else { Self(self.0.saturating_sub(other.0)) }
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// `$4.88`, `$1,204.50`; `$0.0135` where cents would hide it.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_beyond() {
            return f.write_str("more than $9.2 billion");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let nanos = self.0.unsigned_abs();
        if nanos > 0 && nanos < 10_000_000 {
            return write!(f, "$0.{:04}", (nanos.saturating_add(50_000) / 100_000).max(1));
        }
        let cents = nanos.saturating_add(5_000_000) / 10_000_000;
        let dollars = crate::job::text::grouped(&(cents / 100).to_string());
        write!(f, "${dollars}.{:02}", cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        for (nanos, text) in [
            (0, "$0.00"),
            (13_500_000, "$0.01"),
            (1_350_000, "$0.0014"),
            (1, "$0.0001"),
            (999_999_999, "$1.00"),
            (4_880_000_000, "$4.88"),
            (1_204_500_000_000, "$1,204.50"),
            (1_000_000_000_000_000, "$1,000,000.00"),
            (-1_500_000_000, "-$1.50"),
        ] {
            assert_eq!(Usd::from_nanos(nanos).to_string(), text);
        }
    }
}

//! Money and what is paid for.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

use super::{Doubt, Pixels};

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
    fn times(self, numerator: u128, denominator: u128) -> Option<Self> {
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
        let whole = (cents / 100).to_string();
        let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        write!(f, "${grouped}.{:02}", cents % 100)
    }
}

/// What a unit price is counted in (fal docs: platform pricing).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Megapixels of output, 10⁶ px.
    Megapixel,
    /// Finished images.
    Image,
    /// Anything that cannot be known beforehand, such as compute seconds.
    Other(String),
}

impl Unit {
    /// Reads the pricing API's `unit`.
    #[must_use]
    pub fn from_api(unit: &str) -> Self {
        match unit.to_ascii_lowercase().as_str() {
            "megapixel" | "megapixels" => Self::Megapixel,
            "image" | "images" => Self::Image,
            _ => Self::Other(unit.to_owned()),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Megapixel => f.write_str("MP"),
            Self::Image => f.write_str("image"),
            Self::Other(unit) => f.write_str(unit),
        }
    }
}

/// How we know a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceSource {
    /// fal's pricing API said so just now.
    Live,
    /// The list price that this version was built with; the API could not be asked.
    BuiltIn,
    /// The highest of what the API said and the list price, since what it said is in doubt.
    Doubted(Doubt),
}

impl PriceSource {
    /// Why the price is in doubt, if it is.
    #[must_use]
    pub fn doubt(self) -> Option<Doubt> {
        if let Self::Doubted(doubt) = self { Some(doubt) } else { None }
    }
}

/// What one unit of a model's work costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPrice {
    /// The price of one unit.
    pub usd: Usd,
    /// What is counted.
    pub unit: Unit,
    /// How we know.
    pub source: PriceSource,
}

impl UnitPrice {
    /// What one output of this size costs; `None` where the unit cannot be known beforehand.
    #[must_use]
    pub fn estimate(&self, output: Pixels) -> Option<Usd> {
        match self.unit {
            Unit::Megapixel => self.usd.times(u128::from(output.count()), 1_000_000),
            Unit::Image => Some(self.usd),
            Unit::Other(_) => None,
        }
    }

    /// The most that one output of this size may be billed as. How fal rounds megapixels is not
    /// documented: a cap reckons with whole ones, rounded up, and with the smaller kind, 10⁶ px.
    #[must_use]
    pub fn at_most(&self, output: Pixels) -> Option<Usd> {
        match self.unit {
            Unit::Megapixel => self.usd.times(u128::from(output.count().div_ceil(1_000_000)), 1),
            Unit::Image => Some(self.usd),
            Unit::Other(_) => None,
        }
    }

    /// Whether a cap can be kept with it: what a result costs must be known before it is paid for.
    #[must_use]
    pub fn can_be_capped(&self) -> bool {
        match self.source {
            // Of prices in different units none is the higher one.
            PriceSource::Doubted(Doubt::Unit) => false,
            PriceSource::Doubted(Doubt::Nothing) if self.usd == Usd::ZERO => false,
            _ => !matches!(self.unit, Unit::Other(_)),
        }
    }

    /// What so many billed units cost (`X-Fal-Billable-Units` of the result; fal docs: pricing).
    /// `None` if that is no sane number.
    #[must_use]
    pub fn billed(&self, units: f64) -> Option<Usd> {
        Usd::from_f64(self.usd.as_f64() * units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_megapixel() -> UnitPrice {
        UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::BuiltIn }
    }

    #[test]
    fn a_twelve_megapixel_photo_at_two_costs_what_the_manual_says() {
        let output = Pixels::new(4000, 3000).scaled(2.0);
        assert_eq!(per_megapixel().estimate(output).unwrap().to_string(), "$4.80");
    }

    #[test]
    fn a_cap_reckons_with_whole_megapixels() {
        let at_most = |width, height| per_megapixel().at_most(Pixels::new(width, height)).unwrap().to_string();
        assert_eq!([at_most(24, 16), at_most(1000, 1000), at_most(1000, 1001)], ["$0.10", "$0.10", "$0.20"]);
        let output = Pixels::new(2048, 2048);
        assert!(per_megapixel().at_most(output).unwrap() >= per_megapixel().estimate(output).unwrap());
    }

    #[test]
    fn a_sum_that_cannot_be_counted_is_never_an_amount() {
        let most = Usd::from_nanos(i64::MAX - 1);
        let beyond = most + Usd::from_nanos(2);
        assert_eq!(most.checked_add(Usd::from_nanos(2)), None);
        assert_eq!(Usd::from_nanos(2).checked_times(usize::MAX), None);
        assert_eq!((beyond - most).to_string(), "more than $9.2 billion", "nor is it one when less is added");
        assert_eq!((beyond.told(), Usd::from_f64(1e10)), (None, None));
        let dear = UnitPrice { usd: most, ..per_megapixel() };
        assert_eq!([dear.estimate(Pixels::new(2000, 1000)), dear.at_most(Pixels::new(2000, 1000))], [None, None]);
    }

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

    #[test]
    fn what_cannot_be_known_is_not_zero() {
        let price = UnitPrice { unit: Unit::from_api("compute seconds"), ..per_megapixel() };
        assert_eq!(price.estimate(Pixels::new(100, 100)), None);
        assert!(!price.can_be_capped() && per_megapixel().can_be_capped());
        assert_eq!(price.billed(f64::NAN), None);
        assert_eq!(price.billed(-1.0), None);
    }
}

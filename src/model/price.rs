//! What is paid for: prices of a unit of work.

mod bound;
mod unit;

use serde::{Deserialize, Serialize};

pub use bound::Bound;
pub use unit::Unit;

use super::{Doubt, Work};
use crate::job::{Cost, Pixels, Usd, clean};

/// How we know a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceSource {
    /// fal's pricing API said so just now.
    Live,
    /// The list price that this version was built with; the API could not be asked.
    BuiltIn,
    /// The highest of what the API said and the list price, since what it said is in doubt.
    Doubted(Doubt),
    /// fal's pricing API said so, and nobody can count the units beforehand; and what a request cost so far
    /// on the whole.
    Learned(Usd),
}

/// What can be known of a price beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceState {
    /// It can be reckoned.
    Exact,
    /// It is as it was on the whole; a single request may cost more.
    Learned,
    /// Nothing: it shows on the bill.
    Unknown,
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
    /// What a request costs; `None` where that cannot be known beforehand.
    #[must_use]
    pub fn estimate(&self, work: Work) -> Option<Usd> {
        let one = match &self.unit {
            Unit::Megapixel => match work.pixels {
                Some(pixels) => self.usd.times(u128::from(pixels.count()), 1_000_000),
                None => return self.learned(),
            },
            Unit::Image | Unit::Generation => Some(self.usd),
            Unit::Request => return Some(self.usd),
            Unit::Seconds(unit) => match work.lasts {
                Some(lasts) => self.usd.times(lasts.as_millis(), 1000 * u128::from(*unit)),
                None => return self.learned(),
            },
            // What was learned is of requests, whatever comes of each.
            Unit::Other(_) => return self.learned(),
        };
        one?.times(work.pictures.into(), 1)
    }

    /// What a request cost so far on the whole, where only that is known.
    #[must_use]
    pub fn learned(&self) -> Option<Usd> {
        if let PriceSource::Learned(usd) = self.source { Some(usd) } else { None }
    }

    /// `$0.10 per MP`, `$0.02 per image`, `$0.01 per 1000 characters`.
    #[must_use]
    pub fn words(&self) -> String {
        // Prices of a unit are small: they have as many places as they need, two at the least.
        let places = format!("{:.6}", self.usd.as_f64());
        let digits = places.trim_end_matches('0');
        let short = digits.rsplit_once('.').map_or(0, |(_, places)| places.len());
        let usd = if short < 2 { format!("{:.2}", self.usd.as_f64()) } else { digits.to_owned() };
        format!("${usd} per {}", clean(&self.unit.to_string()))
    }

    /// The most that a request may be billed as. How fal rounds megapixels is not
    /// documented: a cap reckons with whole ones, rounded up, and with the smaller kind, 10⁶ px; with seconds it
    /// does likewise.
    #[must_use]
    pub fn at_most(&self, work: Work) -> Option<Usd> {
        let one = match &self.unit {
            Unit::Megapixel => self.usd.times(u128::from(work.pixels?.count().div_ceil(1_000_000)), 1),
            Unit::Image | Unit::Generation => Some(self.usd),
            Unit::Request => return Some(self.usd),
            Unit::Seconds(unit) => self.usd.times(work.lasts?.as_millis().div_ceil(1000 * u128::from(*unit)), 1),
            Unit::Other(_) => None,
        };
        one?.times(work.pictures.into(), 1)
    }

    /// Whether a cap can be kept with it: what a unit costs must be known before it is paid for. How many units
    /// a request takes must not: of what nobody can count, a [`Bound`] is held.
    #[must_use]
    pub fn can_be_capped(&self) -> bool {
        match self.source {
            // Of prices in different units none is the higher one.
            PriceSource::Doubted(Doubt::Unit) => false,
            PriceSource::Doubted(Doubt::Nothing) if self.usd == Usd::ZERO => false,
            PriceSource::Doubted(_) => !matches!(self.unit, Unit::Other(_)),
            PriceSource::Live | PriceSource::BuiltIn | PriceSource::Learned(_) => true,
        }
    }

    /// What a result cost: what fal billed (`X-Fal-Billable-Units`; fal docs: pricing), else what was
    /// expected of it, and at the most what it may have been billed as, be it larger than was promised.
    /// `None` if that cannot be known.
    #[must_use]
    pub fn cost(&self, billed_units: Option<f64>, promised: Work, made: Option<Pixels>) -> Option<Cost> {
        if let Some(usd) = billed_units.and_then(|units| self.billed(units)) {
            return Some(Cost::Known(usd));
        }
        let came = Work { pixels: made.or(promised.pixels), ..promised };
        let promised = Work { pixels: promised.pixels.or(made), ..promised };
        let at_most = self.at_most(promised)?.max(self.at_most(came)?);
        Some(Cost::assumed(self.estimate(promised)?, at_most))
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
    use std::time::Duration;

    use super::*;

    fn per_megapixel() -> UnitPrice {
        UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::BuiltIn }
    }

    #[test]
    fn a_twelve_megapixel_photo_at_two_costs_what_the_manual_says() {
        let output = Pixels::new(4000, 3000).scaled(2.0);
        assert_eq!(per_megapixel().estimate(Work::one(Some(output))).unwrap().to_string(), "$4.80");
    }

    #[test]
    fn each_picture_of_a_request_is_paid_for() {
        let work = Work { pictures: 4, ..Work::one(Some(Pixels::new(1000, 1500))) };
        let told =
            |price: &UnitPrice| (price.estimate(work).unwrap().to_string(), price.at_most(work).unwrap().to_string());
        assert_eq!(told(&per_megapixel()), ("$0.60".to_owned(), "$0.80".to_owned()));
        assert_eq!(told(&UnitPrice { unit: Unit::Image, ..per_megapixel() }), ("$0.40".to_owned(), "$0.40".to_owned()));
        let unsized_work = Work { pictures: 4, ..Work::one(None) };
        assert_eq!(per_megapixel().estimate(unsized_work), None, "how large they are is not known");
    }

    #[test]
    fn a_price_is_read_as_people_say_it() {
        let small = UnitPrice { usd: Usd::from_nanos(1_110_000), ..per_megapixel() };
        assert_eq!(small.words(), "$0.00111 per MP");
        let words = |unit: &str| UnitPrice { unit: Unit::from_api(unit), ..per_megapixel() }.words();
        assert_eq!(
            [words("megapixels"), words("images"), words("compute seconds"), words("1000 characters")],
            ["$0.10 per MP", "$0.10 per image", "$0.10 per compute second", "$0.10 per 1000 characters"]
        );
    }

    #[test]
    fn what_lasts_as_long_as_its_parameter_says_is_paid_by_that() {
        let work = |seconds: f64| Work { lasts: Some(Duration::from_secs_f64(seconds)), ..Work::one(None) };
        let price = |unit: &str| UnitPrice { unit: Unit::from_api(unit), ..per_megapixel() };
        let told = |unit: &str, seconds: f64| {
            (
                price(unit).estimate(work(seconds)).unwrap().to_string(),
                price(unit).at_most(work(seconds)).unwrap().to_string(),
            )
        };
        let both = |usd: &str| (usd.to_owned(), usd.to_owned());
        assert_eq!([told("seconds", 10.0), told("5 seconds", 10.0)], [both("$1.00"), both("$0.20")]);
        assert_eq!(told("seconds", 7.5), ("$0.75".to_owned(), "$0.80".to_owned()));
        assert_eq!(told("minutes", 90.0), ("$0.15".to_owned(), "$0.20".to_owned()));
        assert_eq!(price("seconds").estimate(Work::one(None)), None, "how long it will be is not known");
        assert_eq!((told("requests", 9.0), told("generations", 9.0)), (both("$0.10"), both("$0.10")));
        let four = Work { pictures: 4, ..Work::one(None) };
        let usd = |unit: &str| price(unit).estimate(four).unwrap().to_string();
        assert_eq!([usd("requests"), usd("generations")], ["$0.10", "$0.40"]);
    }

    #[test]
    fn what_was_learned_is_an_estimate_and_no_promise() {
        let seconds = Unit::from_api("compute seconds");
        let learned = PriceSource::Learned(Usd::from_nanos(20_000_000));
        let price = UnitPrice { unit: seconds, source: learned, ..per_megapixel() };
        let work = Work { pictures: 3, ..Work::one(None) };
        assert_eq!((price.estimate(work).unwrap().to_string(), price.at_most(work)), ("$0.02".to_owned(), None));
        assert!(price.can_be_capped(), "by what requests are billed");
        assert_eq!(price.cost(Some(0.5), work, None), Some(Cost::Known(Usd::from_nanos(50_000_000))));
    }

    #[test]
    fn a_cap_reckons_with_whole_megapixels() {
        let at_most =
            |width, height| per_megapixel().at_most(Work::one(Some(Pixels::new(width, height)))).unwrap().to_string();
        assert_eq!([at_most(24, 16), at_most(1000, 1000), at_most(1000, 1001)], ["$0.10", "$0.10", "$0.20"]);
        let output = Work::one(Some(Pixels::new(2048, 2048)));
        assert!(per_megapixel().at_most(output).unwrap() >= per_megapixel().estimate(output).unwrap());
    }

    #[test]
    fn a_result_costs_what_fal_says_else_what_was_expected_and_at_most_what_it_may() {
        let cents = |cents: i64| Usd::from_nanos(cents * 10_000_000);
        let (promised, larger) = (Pixels::new(1500, 1000), Pixels::new(3000, 1000));
        let cost = |units, made| per_megapixel().cost(units, Work::one(Some(promised)), Some(made));
        assert_eq!(cost(Some(1.5), promised), Some(Cost::Known(cents(15))));
        assert_eq!(cost(None, promised), Some(Cost::assumed(cents(15), cents(20))));
        assert_eq!(cost(Some(f64::NAN), larger), Some(Cost::assumed(cents(15), cents(30))), "it came larger");
    }

    #[test]
    fn a_sum_that_cannot_be_counted_is_never_an_amount() {
        let most = Usd::from_nanos(i64::MAX - 1);
        let beyond = most + Usd::from_nanos(2);
        assert_eq!(most.checked_add(Usd::from_nanos(2)), None);
        assert_eq!(Usd::from_nanos(2).checked_times(usize::MAX), None);
        assert_eq!((beyond - most).to_string(), "more than $9.2 billion", "nor is it one when less is added");
        assert_eq!((beyond.told(), Usd::from_f64(1e10)), (None, None));
        let work = Work::one(Some(Pixels::new(2000, 1000)));
        let dear = UnitPrice { usd: most, ..per_megapixel() };
        assert_eq!([dear.estimate(work), dear.at_most(work)], [None, None]);
    }

    #[test]
    fn what_cannot_be_known_is_not_zero() {
        let price = UnitPrice { unit: Unit::from_api("compute seconds"), ..per_megapixel() };
        assert_eq!(price.estimate(Work::one(Some(Pixels::new(100, 100)))), None);
        assert!(price.can_be_capped() && per_megapixel().can_be_capped());
        assert_eq!(price.billed(f64::NAN), None);
        assert_eq!(price.billed(-1.0), None);
    }
}

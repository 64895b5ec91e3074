//! The most that a request is taken to be billed as, where nobody can count its units beforehand: what the
//! dearest so far was billed, and a margin.

use super::{PriceSource, Unit, UnitPrice};
use crate::job::{Pixels, Usd};
use crate::model::Work;

/// How often the usual price the first request is taken to cost, before anything was billed.
const FIRST: u128 = 10;
/// Units that it is taken to cost where not even the usual price is known: ten minutes on a runner, a
/// hundred of anything else.
const SECONDS: u128 = 600;
const UNITS: u128 = 100;
/// Half as much again as the dearest so far: three halves.
const MARGIN: (u128, u128) = (3, 2);

/// The most that a request is taken to be billed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Nothing was billed yet: one request at a time may be made by it.
    Guessed(Usd),
    /// It is known what requests were billed.
    Seen {
        /// What the dearest of them was.
        dearest: Usd,
        /// The size of the largest photo among them, px; 0 where none has one.
        largest: u64,
    },
}

impl Bound {
    /// Whether anything was billed yet.
    #[must_use]
    pub fn is_seen(self) -> bool {
        matches!(self, Self::Seen { .. })
    }

    /// The most that a request for a photo of this size is taken to be billed as: more for one that is
    /// larger than all that were billed. `None` if it is more than can be counted.
    #[must_use]
    pub fn most(self, photo: Option<Pixels>) -> Option<Usd> {
        match self {
            Self::Guessed(most) => Some(most),
            Self::Seen { dearest, largest } => {
                let px = photo.map_or(0, Pixels::count);
                let (more, than) = if largest > 0 && px > largest { (px, largest) } else { (1, 1) };
                dearest.times(MARGIN.0 * u128::from(more), MARGIN.1 * u128::from(than))
            }
        }
    }

    /// With what a request for a photo of this size was billed.
    #[must_use]
    pub fn learn(self, billed: Usd, photo: Option<Pixels>) -> Self {
        let px = photo.map_or(0, Pixels::count);
        match self {
            Self::Guessed(_) => Self::Seen { dearest: billed, largest: px },
            // In steps of an eighth: who learns holds everything anew, and photos may come by size.
            Self::Seen { dearest, largest } => Self::Seen {
                dearest: if billed > dearest { billed.max(dearest.times(9, 8).unwrap_or(billed)) } else { dearest },
                largest: if px >= largest.saturating_add(largest / 8) { px } else { largest },
            },
        }
    }
}

impl UnitPrice {
    /// With what a cap begins where units cannot be counted beforehand. `None` where they can, or where a
    /// unit has no price that is to be relied on.
    #[must_use]
    pub fn first_bound(&self, work: Work) -> Option<Bound> {
        if self.at_most(work).is_some() || self.usd == Usd::ZERO || self.source.doubt().is_some() {
            return None;
        }
        let guess = match (&self.source, &self.unit) {
            (PriceSource::Learned(usual), _) if *usual > Usd::ZERO => usual.times(FIRST, 1),
            (_, Unit::Other(unit)) if unit.contains("second") => self.usd.times(SECONDS, 1),
            (_, Unit::Other(_) | Unit::Seconds(_)) => self.usd.times(UNITS, 1),
            (_, Unit::Megapixel | Unit::Image | Unit::Generation | Unit::Request) => {
                self.usd.times(UNITS * u128::from(work.pictures), 1)
            }
        };
        guess.map(Bound::Guessed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Doubt;

    fn price(unit: &str, source: PriceSource) -> UnitPrice {
        UnitPrice { usd: Usd::from_nanos(1_000_000), unit: Unit::from_api(unit), source }
    }

    fn first(unit: &str, source: PriceSource, pixels: Option<Pixels>) -> Option<String> {
        let bound = price(unit, source).first_bound(Work { pictures: 2, ..Work::one(pixels) })?;
        bound.most(Some(Pixels::new(9999, 9999))).map(|most| most.to_string())
    }

    #[test]
    fn what_can_be_counted_needs_no_bound_and_the_rest_has_one_before_anything_was_billed() {
        let (live, size) = (PriceSource::Live, Some(Pixels::new(10, 10)));
        assert_eq!([first("images", live, size), first("megapixels", live, size)], [None, None]);
        assert_eq!(first("compute seconds", live, size).as_deref(), Some("$0.60"));
        assert_eq!(first("1000 tokens", live, size).as_deref(), Some("$0.10"));
        assert_eq!(first("megapixels", live, None).as_deref(), Some("$0.20"));
        let usual = PriceSource::Learned(Usd::from_nanos(2_000_000));
        assert_eq!(first("compute seconds", usual, size).as_deref(), Some("$0.02"));
        assert_eq!(first("units", PriceSource::Doubted(Doubt::Far), size), None);
    }

    #[test]
    fn the_dearest_and_a_margin_are_held_and_more_for_what_is_larger() {
        let px = |side| Some(Pixels::new(side, side));
        let bound = Bound::Guessed(Usd::from_nanos(500)).learn(Usd::from_nanos(100), px(10));
        let most = |bound: Bound, side| bound.most(px(side)).unwrap().nanos();
        assert_eq!((most(bound, 5), most(bound, 10), most(bound, 20)), (150, 150, 600));
        let bound = bound.learn(Usd::from_nanos(40), px(20)).learn(Usd::from_nanos(101), None);
        assert_eq!((most(bound, 20), bound.is_seen()), (170, true), "112 and a half of it, rounded up");
    }
}

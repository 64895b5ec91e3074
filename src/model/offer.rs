//! What to make of the prices that are named for a model: they are believed only if they look like it,
//! since a cap is only as good as the price that it reckons with.

use serde::{Deserialize, Serialize};

use super::{PriceSource, Unit, UnitPrice};
use crate::job::Usd;

/// A price that differs from the list price by so much is in doubt.
const FAR: usize = 10;

/// A price as fal names it (fal docs: platform pricing).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The price of one unit; `None` if it is in another currency, or no amount.
    pub usd: Option<Usd>,
    /// What is counted.
    pub unit: Unit,
}

/// Why a price is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doubt {
    /// It is nothing.
    Nothing,
    /// It is ten times the list price or more, or a tenth of it or less.
    Far,
    /// Several are named.
    Several,
    /// None is in US dollars.
    Currency,
    /// It is not in the list price's unit.
    Unit,
}

impl Doubt {
    /// The doubt in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "it is said to cost nothing",
            Self::Far => "what is said is ten times the list price or more, or a tenth of it or less",
            Self::Several => "several prices are named",
            Self::Currency => "no price in US dollars is named",
            Self::Unit => "it is not counted in what the list price is",
        }
    }
}

/// The price to reckon with: what is named, or where that is in doubt the highest of it and the list
/// price. A person who `trusts` it takes the first that is named. `None` if there is none.
#[must_use]
pub fn settle(quotes: &[Quote], list: Option<&UnitPrice>, trusts: bool) -> Option<UnitPrice> {
    let named = || quotes.iter().filter_map(|quote| Some((quote.usd?, &quote.unit)));
    let price = |usd, unit: &Unit, source| Some(UnitPrice { usd, unit: unit.clone(), source });
    let Some((first, unit)) = named().next() else {
        let source = if quotes.is_empty() { PriceSource::BuiltIn } else { PriceSource::Doubted(Doubt::Currency) };
        return list.map(|list| UnitPrice { source, ..list.clone() });
    };
    let highest = named().map(|(usd, _)| usd).fold(first, Usd::max);
    let is_far = |list: &UnitPrice| {
        let reaches = |low: Usd, high: Usd| low.checked_times(FAR).is_none_or(|ten| ten <= high);
        let is_less = highest < list.usd;
        if is_less { reaches(highest, list.usd) } else { reaches(list.usd, highest) }
    };
    let doubt = if trusts {
        None
    } else if named().any(|(_, other)| other != unit) || list.is_some_and(|list| list.unit != *unit) {
        Some(Doubt::Unit)
    } else if highest == Usd::ZERO {
        Some(Doubt::Nothing)
    } else if quotes.iter().any(|quote| quote.usd != Some(first)) {
        // One that cannot be compared, such as in another currency, is another one, too.
        Some(Doubt::Several)
    } else {
        list.is_some_and(is_far).then_some(Doubt::Far)
    };
    match doubt {
        None => price(first, unit, PriceSource::Live),
        Some(Doubt::Unit) => price(highest, unit, PriceSource::Doubted(Doubt::Unit)),
        Some(doubt) => {
            let highest = list.map_or(highest, |list| highest.max(list.usd));
            price(highest, unit, PriceSource::Doubted(doubt))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(named: &[(f64, Unit)], trusts: bool) -> (String, PriceSource, bool) {
        let list = UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::BuiltIn };
        let quotes: Vec<_> =
            named.iter().map(|(usd, unit)| Quote { usd: Usd::from_f64(*usd), unit: unit.clone() }).collect();
        let price = settle(&quotes, Some(&list), trusts).unwrap();
        (price.usd.to_string(), price.source, price.can_be_capped())
    }

    /// What fal names, the price that counts, how it is known, and whether a cap can be kept with it.
    type Case<'a> = (&'a [(f64, Unit)], &'a str, PriceSource, bool);

    #[test]
    fn a_price_that_does_not_look_like_one_is_not_reckoned_with() {
        use PriceSource::{BuiltIn, Doubted, Live};
        let mp = || Unit::Megapixel;
        let cases: [Case<'_>; 11] = [
            (&[], "$0.10", BuiltIn, true),
            (&[(0.12, mp())], "$0.12", Live, true),
            (&[(0.011, mp())], "$0.01", Live, true),
            (&[(0.0, mp())], "$0.10", Doubted(Doubt::Nothing), true),
            (&[(1e-12, mp())], "$0.10", Doubted(Doubt::Nothing), true),
            (&[(0.01, mp())], "$0.10", Doubted(Doubt::Far), true),
            (&[(1.0, mp())], "$1.00", Doubted(Doubt::Far), true),
            (&[(0.0001, mp()), (0.12, mp())], "$0.12", Doubted(Doubt::Several), true),
            (&[(0.02, mp()), (-1.0, mp())], "$0.10", Doubted(Doubt::Several), true),
            (&[(-1.0, mp())], "$0.10", Doubted(Doubt::Currency), true),
            (&[(0.1, Unit::Image)], "$0.10", Doubted(Doubt::Unit), false),
        ];
        for (named, usd, source, is_cappable) in cases {
            assert_eq!(settled(named, false), (usd.to_owned(), source, is_cappable), "{named:?}");
        }
        assert_eq!(settled(&[(0.0001, mp()), (0.12, mp())], true), ("$0.0001".to_owned(), Live, true));
        assert!(!settle(&[Quote { usd: Some(Usd::ZERO), unit: mp() }], None, false).unwrap().can_be_capped());
    }
}

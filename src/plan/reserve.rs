//! What a cap has to hold for the photos of a plan: the most that each may be billed as.

use std::collections::BTreeMap;

use crate::job::Usd;

/// The most that photos may be billed as, by amount: whole megapixels, so that there are few.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reserve {
    amounts: BTreeMap<Usd, usize>,
    /// Photos of which that is not known.
    unpriced: usize,
}

impl Reserve {
    /// Counts a photo.
    pub(crate) fn add(&mut self, most: Option<Usd>) {
        match most {
            Some(most) => *self.amounts.entry(most).or_default() += 1,
            None => self.unpriced += 1,
        }
    }

    /// Takes back a photo that was counted.
    pub(crate) fn take_back(&mut self, most: Option<Usd>) {
        match most {
            Some(most) => {
                if let Some(count) = self.amounts.get_mut(&most) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.amounts.remove(&most);
                    }
                }
            }
            None => self.unpriced = self.unpriced.saturating_sub(1),
        }
    }

    /// The cap that certainly suffices, where `used` of it is used already. `None` if it cannot be known
    /// or counted.
    pub(crate) fn certain(&self, used: Usd) -> Option<Usd> {
        let mut amounts = self.amounts.iter();
        (self.unpriced == 0).then_some(())?;
        amounts.try_fold(used, |sum, (most, count)| sum.checked_add(most.checked_times(*count)?))
    }

    /// How many photos a cap may leave that has so much left: those after the first that does not fit, with
    /// the dearest first, which is the worst order.
    pub(crate) fn may_leave(&self, mut left: Usd) -> usize {
        let mut fitting = 0;
        let all = self.unpriced + self.amounts.values().sum::<usize>();
        if self.unpriced > 0 {
            return all;
        }
        for (most, count) in self.amounts.iter().rev().filter(|(most, _)| **most > Usd::ZERO) {
            let fit = usize::try_from(left.nanos() / most.nanos()).unwrap_or(usize::MAX).min(*count);
            fitting += fit;
            if fit < *count {
                return all - fitting;
            }
            left = left - most.checked_times(fit).unwrap_or(left);
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_certainly_suffices_leaves_nothing_and_a_cent_less_may_leave_one() {
        let cents = |cents: i64| Usd::from_nanos(cents * 10_000_000);
        let mut reserve = Reserve::default();
        for most in [10, 30, 10, 10] {
            reserve.add(Some(cents(most)));
        }
        let used = cents(5);
        assert_eq!(reserve.certain(used), Some(cents(65)));
        assert_eq!([60, 59, 49, 29, 0].map(|left| reserve.may_leave(cents(left))), [0, 1, 2, 4, 4]);
        reserve.take_back(Some(cents(30)));
        assert_eq!((reserve.certain(used), reserve.may_leave(cents(30))), (Some(cents(35)), 0));
    }

    #[test]
    fn where_a_price_is_not_known_a_cap_leaves_all() {
        let mut reserve = Reserve::default();
        reserve.add(Some(Usd::from_nanos(1)));
        reserve.add(None);
        assert_eq!((reserve.certain(Usd::ZERO), reserve.may_leave(Usd::from_nanos(9))), (None, 2));
        reserve.take_back(None);
        reserve.add(Some(Usd::from_nanos(i64::MAX - 1)));
        assert_eq!(reserve.certain(Usd::ZERO), None, "a sum that cannot be counted is none");
    }
}

//! What came of the photos that went first, beside what the plan said of them.

use serde::{Deserialize, Serialize};

use crate::job::{Spent, Usd, count, plural};

/// What came of a canary.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CanaryFigures {
    /// Photos that went first.
    pub photos: usize,
    /// Those of them that are done.
    pub done: usize,
    /// Those that failed, or were cancelled.
    pub failed: usize,
    /// Those whose result, or lost answer, wants a look.
    pub review: usize,
    /// What the plan said that they cost; `None` where that was not known.
    pub planned: Option<Usd>,
    /// What they cost.
    pub spent: Spent,
    /// Whether the price held; `None` where there was none to hold, or fal did not say what it billed.
    pub price_held: Option<bool>,
    /// From a photo's first step to its end, seconds, on the whole; `None` if none is done.
    pub seconds: Option<f64>,
    /// Photos that wait.
    pub left: usize,
    /// What these will cost by what came out; `None` where that is not known.
    pub left_usd: Option<Usd>,
}

impl CanaryFigures {
    /// Whether all went as planned.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.failed + self.review == 0 && self.price_held == Some(true)
    }

    /// What came out, in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        let mut parts = vec![format!("{} of {} done", count(self.done), plural(self.photos, "photo", "photos"))];
        for (number, what) in [(self.failed, "failed"), (self.review, "to review")] {
            if number > 0 {
                parts.push(format!("{} {what}", count(number)));
            }
        }
        let planned = self.planned.map_or_else(|| "no price was known".to_owned(), |usd| format!("planned ≈{usd}"));
        let cost = match self.price_held {
            None if self.spent == Spent::NOTHING => "fal did not say what they cost".to_owned(),
            Some(false) => format!("cost {}, more than planned ({planned})", self.spent),
            None | Some(true) => format!("cost {} ({planned})", self.spent),
        };
        parts.push(cost);
        if let Some(seconds) = self.seconds {
            parts.push(format!("{seconds:.1} s each"));
        }
        format!("canary: {}", parts.join(", "))
    }

    /// What is left, with a verb if it has one, and what it will cost.
    #[must_use]
    pub fn left_words(&self, verb: &str) -> String {
        let price = self.left_usd.map_or_else(String::new, |usd| format!(" (≈{usd} by what came out)"));
        format!("{}{verb}{price}", plural(self.left, "other photo", "other photos"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_out_stands_beside_what_was_planned() {
        let cents = |cents: i64| Usd::from_nanos(cents * 10_000_000);
        let known = |usd| Spent { known: usd, assumed: Usd::ZERO, at_most: usd };
        let figures = CanaryFigures {
            photos: 3,
            done: 3,
            failed: 0,
            review: 0,
            planned: Some(cents(30)),
            spent: known(cents(31)),
            price_held: Some(true),
            seconds: Some(41.25),
            left: 97,
            left_usd: Some(cents(1002)),
        };
        assert_eq!(figures.words(), "canary: 3 of 3 photos done, cost $0.31 (planned ≈$0.30), 41.2 s each");
        assert_eq!(figures.left_words(" wait"), "97 other photos wait (≈$10.02 by what came out)");
        let dear = CanaryFigures { done: 2, failed: 1, price_held: Some(false), spent: known(cents(90)), ..figures };
        assert_eq!(
            dear.words(),
            "canary: 2 of 3 photos done, 1 failed, cost $0.90, more than planned (planned ≈$0.30), 41.2 s each"
        );
        let unknown =
            CanaryFigures { planned: None, price_held: None, spent: Spent::NOTHING, seconds: None, ..figures };
        assert_eq!(unknown.words(), "canary: 3 of 3 photos done, fal did not say what they cost");
        assert!(figures.is_well() && !dear.is_well() && !unknown.is_well());
    }
}

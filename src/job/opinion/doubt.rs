//! Why a result wants a review, by what a person says of it.

use super::{Opinion, Verdict};
use crate::job::Suspicion;

impl Opinion {
    /// Why a result wants a review by this and by what is odd about it; `None` if it is as it should be.
    #[must_use]
    pub fn doubt(&self, odd: Option<Suspicion>) -> Option<Suspicion> {
        match self.verdict {
            Some(Verdict::Accepted) => None,
            Some(Verdict::Rejected) => Some(Suspicion::rejected(odd)),
            None => odd,
        }
    }
}

impl Suspicion {
    /// A person's no, and what was odd about the result before.
    #[must_use]
    pub fn rejected(odd: Option<Self>) -> Self {
        const NO: &str = "rejected by you";
        match odd {
            Some(why) if why.0.starts_with(NO) => why,
            Some(Self(odd)) => Self(format!("{NO}; {odd}").into()),
            None => Self(NO.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rejected_keeps_what_was_odd_about_it_and_what_is_accepted_does_not() {
        let odd = || Some(Suspicion("is 320×240, expected 640×480".into()));
        let both = Suspicion("rejected by you; is 320×240, expected 640×480".into());
        let of = |verdict| Opinion { verdict, ..Opinion::default() };
        let rejected = of(Some(Verdict::Rejected));
        assert_eq!(rejected.doubt(odd()), Some(both.clone()));
        assert_eq!(rejected.doubt(Some(both.clone())), Some(both), "once is enough");
        assert_eq!(rejected.doubt(None), Some(Suspicion("rejected by you".into())));
        assert_eq!((of(Some(Verdict::Accepted)).doubt(odd()), of(None).doubt(odd())), (None, odd()));
    }
}

//! What a person says of a job's result: stars, a yes or a no, and the caption as they would have it. It is no step of a
//! job's life and so no transition: it stands beside the state, and stays whatever that is.

mod doubt;
mod of_job;

use serde::{Deserialize, Serialize};

/// The most bytes of a caption, whoever wrote it: what fal's answers are cut to, too.
pub const LONGEST_CAPTION: usize = 64 * 1024;

/// What a person says of a result.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Opinion {
    /// How good it is.
    pub stars: Stars,
    /// Whether it is as it should be.
    pub verdict: Option<Verdict>,
    /// What is to be said of the picture in place of the model's words, on one line.
    pub caption: Option<Box<str>>,
}

/// How good a result is: 1 to 5, or not rated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Stars(u8);

/// A person's yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is as it should be.
    Accepted,
    /// It is not.
    Rejected,
}

impl Stars {
    /// Not rated.
    pub const NONE: Self = Self(0);
    /// The most.
    pub const MOST: u8 = 5;

    /// So many, 0 being none and 5 the most.
    #[must_use]
    pub fn new(stars: u8) -> Self {
        Self(stars.min(Self::MOST))
    }

    /// How many.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    /// How many, if it is rated.
    #[must_use]
    pub fn rated(self) -> Option<u8> {
        Some(self.0).filter(|stars| *stars > 0)
    }
}

impl From<u8> for Stars {
    fn from(stars: u8) -> Self {
        Self::new(stars)
    }
}

impl From<Stars> for u8 {
    fn from(stars: Stars) -> Self {
        stars.0
    }
}

impl Verdict {
    /// Its name in records and in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Accepted, Self::Rejected].into_iter().find(|verdict| verdict.name() == name)
    }
}

impl Opinion {
    /// Itself, if it says anything.
    #[must_use]
    pub fn told(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }

    /// What of it is about the photo and not about one result: another one is judged anew.
    #[must_use]
    pub fn of_photo(self) -> Option<Box<Self>> {
        Self { stars: Stars::NONE, verdict: None, ..self }.told()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_none_and_stars_are_five_at_the_most() {
        assert_eq!(Opinion::default().told(), None);
        assert_eq!((Stars::new(9).get(), Stars::new(0).rated()), (5, None));
        let opinion = Opinion { stars: Stars::new(4), verdict: Some(Verdict::Rejected), caption: Some("a cat".into()) };
        let kept = opinion.of_photo().unwrap();
        assert_eq!((kept.stars, kept.verdict, kept.caption.as_deref()), (Stars::NONE, None, Some("a cat")));
        for verdict in [Verdict::Accepted, Verdict::Rejected] {
            assert_eq!(Verdict::from_name(verdict.name()), Some(verdict));
        }
    }
}

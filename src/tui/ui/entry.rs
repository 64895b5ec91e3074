//! A single number that is asked for: the cap, the price above which photos are left out, or how many go first.

use crate::job::Usd;
use crate::tui::edit::Draft;

/// Which amount is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// The cap of the batch.
    Cap,
    /// The price of a photo above which it is left out.
    Limit,
    /// How many photos go first.
    Canary,
}

/// An amount while it is typed.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) amount: Amount,
    pub(crate) draft: Draft,
    pub(crate) error: Option<String>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.amount, self.draft.value(), &self.error) == (other.amount, other.draft.value(), &other.error)
    }
}

impl Amount {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cap => "The cap",
            Self::Limit => "Leave out dear photos",
            Self::Canary => "A canary",
        }
    }

    /// What the amount does.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Cap => "The batch never costs more than this. Empty for no cap.",
            Self::Limit => "Photos that cost more than this are left out. Empty for no limit.",
            Self::Canary => {
                "So many photos go first: the largest, the smallest, one of each format, a random rest. Then the others wait for a word. Empty to send all at once."
            }
        }
    }

    /// What stands before what is typed.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Cap | Self::Limit => "$ ",
            Self::Canary => "",
        }
    }
}

impl Entry {
    /// The number of photos as typed; `None` if nothing is.
    pub(super) fn photos(&self) -> Result<Option<u16>, &'static str> {
        match self.draft.value().trim() {
            "" | "0" => Ok(None),
            text => text.parse().map(Some).map_err(|_| "a number of photos, such as 3"),
        }
    }

    /// The amount as typed; `None` if nothing is.
    pub(super) fn read(&self) -> Result<Option<Usd>, &'static str> {
        let text = self.draft.value().trim().trim_start_matches('$').trim_start();
        if text.is_empty() {
            return Ok(None);
        }
        let digits = without_commas(text).and_then(|digits| digits.parse().ok());
        digits.and_then(Usd::from_f64).map(Some).ok_or("an amount in US dollars, such as 12.50")
    }

    /// Looks at what was typed.
    pub(crate) fn check(&mut self) {
        let error = match self.amount {
            Amount::Canary => self.photos().err(),
            Amount::Cap | Amount::Limit => self.read().err(),
        };
        self.error = error.map(str::to_owned);
    }
}

/// An amount without the commas between its thousands; `None` where a comma is meant otherwise: 1,50 is
/// not 150.
fn without_commas(text: &str) -> Option<String> {
    let (whole, cents) = text.split_once('.').map_or((text, None), |(whole, cents)| (whole, Some(cents)));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_apart = groups.clone().next().is_none() || (1..=3).contains(&first.len());
    let fits = is_apart && groups.all(|group| group.len() == 3) && cents.is_none_or(|cents| !cents.contains(','));
    fits.then(|| text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_stands_between_thousands_or_is_refused() {
        let read = |text: &str| {
            let draft = Draft::new(text.to_owned());
            Entry { amount: Amount::Cap, draft, error: None }.read().map(|usd| usd.map(Usd::nanos))
        };
        for (text, cents) in [("12.50", 1250), ("$ 5", 500), ("1,204", 120_400), ("1,204,000.5", 120_400_050)] {
            assert_eq!(read(text), Ok(Some(cents * 10_000_000)), "{text}");
        }
        assert_eq!(read(" $ "), Ok(None));
        for text in ["1,50", "1,5", "1204,000", ",500", "1.2,5", "x", "-1", "nan"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}

//! A single amount that is asked for: the cap, or the price above which photos are left out.

use tui_input::Input;

use super::{Layer, Ui};
use crate::engine::Command;
use crate::job::{UnitPrice, Usd};

/// Which amount is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    /// The cap of the batch.
    Cap,
    /// The price of a photo above which it is left out.
    Limit,
}

/// An amount while it is typed.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) amount: Amount,
    pub(crate) input: Input,
    pub(crate) error: Option<String>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.amount, self.input.value(), &self.error) == (other.amount, other.input.value(), &other.error)
    }
}

impl Amount {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cap => "The cap",
            Self::Limit => "Leave out dear photos",
        }
    }

    /// What the amount does.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Cap => "The batch never costs more than this. Empty for no cap.",
            Self::Limit => "Photos that cost more than this are left out. Empty for no limit.",
        }
    }
}

impl Entry {
    /// The amount as typed; `None` if nothing is.
    fn read(&self) -> Result<Option<Usd>, &'static str> {
        let text = self.input.value().trim().trim_start_matches('$').replace(',', "");
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().ok().and_then(Usd::from_f64).map(Some).ok_or("an amount in US dollars, such as 12.50")
    }

    /// Looks at what was typed.
    pub(crate) fn check(&mut self) {
        self.error = self.read().err().map(str::to_owned);
    }
}

impl Ui {
    /// Asks for an amount.
    pub(crate) fn ask_amount(&mut self, amount: Amount) {
        let (plan, batch) = (&self.board.plan, &self.board.batch);
        if !plan.price.as_ref().is_some_and(UnitPrice::can_be_capped) {
            return self.say("what a photo costs is not known beforehand, so no limit could be kept");
        }
        let now = match amount {
            Amount::Cap => batch.budget,
            Amount::Limit => plan.limit,
        };
        let text = now.map(|usd| format!("{:.2}", usd.as_f64())).unwrap_or_default();
        self.layers.push(Layer::Entry(Entry { amount, input: Input::new(text), error: None }));
    }

    /// Takes the amount that was typed, if it is one.
    pub(crate) fn take_amount(&mut self) -> Option<Command> {
        let Some(Layer::Entry(entry)) = self.layers.last() else { return None };
        let (amount, usd) = (entry.amount, entry.read().ok()?);
        self.layers.pop();
        let (said, command) = match (amount, usd) {
            (Amount::Cap, None) => ("no cap any more".to_owned(), Command::Budget(None)),
            (Amount::Cap, Some(cap)) => (format!("the cap is {cap}"), Command::Budget(Some(cap))),
            (Amount::Limit, None) => ("no photo is left out for its price".to_owned(), Command::PriceLimit(None)),
            (Amount::Limit, Some(limit)) => {
                (format!("photos above {limit} are left out"), Command::PriceLimit(Some(limit)))
            }
        };
        self.say(said);
        Some(command)
    }
}

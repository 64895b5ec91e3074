//! An amount is asked for and taken.

use crate::engine::Command;
use crate::job::Usd;
use crate::model::UnitPrice;
use crate::tui::edit::Draft;
use crate::tui::ui::entry::{Amount, Entry};
use crate::tui::ui::{Layer, Ui};

impl Ui {
    /// Asks for an amount.
    pub(crate) fn ask_amount(&mut self, amount: Amount) {
        let (plan, batch) = (&self.snapshot.plan, &self.snapshot.batch);
        let has_price = plan.costs.price.as_ref().is_some_and(UnitPrice::can_be_capped);
        let may_be_asked = match amount {
            Amount::Cap => has_price,
            Amount::Limit => has_price && plan.costs.estimate.is_some(),
            Amount::Canary => true,
        };
        if !may_be_asked {
            return self.say("what a photo costs is not known beforehand, so no limit could be kept");
        }
        let dollars = |usd: Usd| format!("{:.2}", usd.as_f64());
        let text = match amount {
            Amount::Cap => batch.budget.map(dollars),
            Amount::Limit => plan.left_out.limit.map(dollars),
            Amount::Canary => Some(self.snapshot.canary.map_or_else(|| "3".to_owned(), |photos| photos.to_string())),
        };
        let text = text.unwrap_or_default();
        self.layers.push(Layer::Entry(Entry { amount, draft: Draft::new(text), error: None }));
    }

    /// Takes the amount that was typed, if it is one.
    pub(crate) fn take_amount(&mut self) -> Option<Command> {
        let Some(Layer::Entry(entry)) = self.layers.last() else { return None };
        let amount = entry.amount;
        if amount == Amount::Canary {
            let photos = entry.photos().ok()?;
            self.layers.pop();
            self.say(match photos {
                None => "all photos are sent at once".to_owned(),
                Some(photos) => format!("{photos} go first, then the others wait for a word"),
            });
            return Some(Command::Canary(photos));
        }
        let usd = entry.read().ok()?;
        self.layers.pop();
        let (said, command) = match (amount, usd) {
            (Amount::Cap, None) => ("no cap any more".to_owned(), Command::Budget(None)),
            (Amount::Cap, Some(cap)) => (format!("the cap is {cap}"), Command::Budget(Some(cap))),
            (Amount::Limit | Amount::Canary, None) => {
                ("no photo is left out for its price".to_owned(), Command::PriceLimit(None))
            }
            (Amount::Limit | Amount::Canary, Some(limit)) => {
                (format!("photos above {limit} are left out"), Command::PriceLimit(Some(limit)))
            }
        };
        self.say(said);
        Some(command)
    }
}

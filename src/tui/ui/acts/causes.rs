//! What failed is shown by cause, and a group of it is sent again.

use crate::engine::Command;
use crate::engine::snapshot::{CauseGroup, Tab};
use crate::job::{CauseKind, Group, Usd};
use crate::tui::ui::ask::{Answer, Choice, Outcome, Question};
use crate::tui::ui::causes::Causes;
use crate::tui::ui::{Layer, Ui};
use crate::tui::view::words::format::plural;

/// What sending a group again costs, in a few words.
pub(crate) fn price_of(ui: &Ui, group: &CauseGroup) -> String {
    price(ui, group.price, group.paid == group.count)
}

fn price(ui: &Ui, price: Option<Usd>, is_paid: bool) -> String {
    match price {
        _ if ui.snapshot.batch.sandbox => "nothing charged".to_owned(),
        _ if is_paid => "paid already".to_owned(),
        Some(price) => format!("≈{price}"),
        None => "price unknown".to_owned(),
    }
}

impl Ui {
    /// Shows what failed, by cause.
    pub(crate) fn show_causes(&mut self) {
        if self.snapshot.totals.of(Group::Failed) == 0 {
            self.say("nothing has failed");
        } else {
            self.pin();
            self.layers.push(Layer::Causes(Causes::default()));
        }
    }

    /// The group under the cursor, if the causes are in front.
    pub(crate) fn chosen_cause(&self) -> Option<&CauseGroup> {
        let Some(Layer::Causes(causes)) = self.layers.last() else { return None };
        self.snapshot.causes.get(causes.at(&self.snapshot.causes)?)
    }

    /// Puts the cursor on a cause, counted from 0.
    pub(crate) fn choose_cause(&mut self, place: usize) {
        let on = self.snapshot.causes.get(place).map(|group| group.kind);
        if let Some(Layer::Causes(causes)) = self.layers.last_mut() {
            *causes = Causes { on, at: place };
        }
    }

    /// Shows just what failed for the cause under the cursor.
    pub(crate) fn show_cause(&mut self) {
        let Some(kind) = self.chosen_cause().map(|group| group.kind) else { return };
        self.layers.pop();
        self.thaw();
        (self.jobs.cause, self.jobs.tab, self.pane.opened) = (Some(kind), Tab::Only(Group::Failed), false);
        self.jobs.filter.reset();
        self.start_over();
    }

    /// Sending what failed for one cause again.
    pub(crate) fn retry_cause(&self) -> Outcome {
        let Some(group) = self.chosen_cause() else { return Outcome::Say("nothing has failed".to_owned()) };
        let (what, advice) = group.kind.advice();
        let about = format!("{}: {what}. {}.", group.kind, capital(advice));
        self.ask_to_retry(vec![about], Some(group.kind), group.count, group.price, group.paid)
    }

    /// Sending everything that failed again.
    pub(crate) fn retry_failed(&self) -> Outcome {
        let groups = &self.snapshot.causes;
        let failed = self.snapshot.totals.of(Group::Failed);
        if failed == 0 {
            return Outcome::Say("nothing has failed".to_owned());
        }
        let price = groups.iter().map(|group| group.price).sum();
        let paid = groups.iter().map(|group| group.paid).sum();
        self.ask_to_retry(Vec::new(), None, failed, price, paid)
    }

    fn ask_to_retry(
        &self,
        mut text: Vec<String>,
        only: Option<CauseKind>,
        count: usize,
        price: Option<Usd>,
        paid: usize,
    ) -> Outcome {
        let photos = plural(count, "failed photo", "failed photos");
        let said = format!("asked to send {photos} again");
        if paid < count {
            text.push(match price {
                _ if self.snapshot.batch.sandbox => "On the sandbox nothing is charged.".to_owned(),
                Some(price) => format!("It costs about {price} if all of them work this time."),
                None => "What it costs is not known.".to_owned(),
            });
        }
        if paid > 0 {
            text.push(format!(
                "{} at fal already: not sent or paid for twice.",
                plural(paid, "photo is", "photos are")
            ));
        }
        let command = Command::RetryFailed { only };
        let choices = vec![Choice::back(), Choice::new('y', "send again", Answer::Tell(command, said))];
        Outcome::Ask(Question::new(format!("Send {photos} again?"), text, choices))
    }
}

/// With a capital at its start.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

//! What follows from what a person asked for: a question, a command with a word on it, or the word alone.

use crate::engine::Command;
use crate::job::Verdict;
use crate::tui::keys::Action;
use crate::tui::ui::ask::{Outcome, Question};
use crate::tui::ui::{Layer, Ui};
use crate::tui::update::effect::Effect;

pub(in crate::tui::update) fn send(command: Option<Command>) -> Vec<Effect> {
    command.map(Effect::Send).into_iter().collect()
}

pub(in crate::tui::update) fn tell(ui: &mut Ui, command: Command, said: String) -> Vec<Effect> {
    match command {
        Command::Retry(_) | Command::Cancel(_) | Command::Accept(_) | Command::Reject(_) => ui.unmark(),
        // What was retried is on its way: its list of causes says nothing any more.
        Command::RetryFailed { .. } => {
            (ui.jobs.cause, ui.layers) = (None, Vec::new());
        }
        _ => {}
    }
    ui.say(said);
    vec![Effect::Send(command)]
}

pub(in crate::tui::update) fn copy(ui: &mut Ui, what: &str, text: String) -> Vec<Effect> {
    ui.say(format!("{what} copied, if the terminal allows it"));
    vec![Effect::Copy(text)]
}

pub(in crate::tui::update) fn follow(ui: &mut Ui, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Ask(question) => ask(ui, question),
        Outcome::Do(command, said) => return tell(ui, command, said),
        Outcome::Weigh(command) => return vec![Effect::Send(command)],
        Outcome::Say(text) => ui.say(text),
    }
    Vec::new()
}

pub(super) fn ask(ui: &mut Ui, question: Question) {
    ui.pin();
    ui.layers.push(Layer::Question(question));
}

/// What a person makes of results.
pub(super) fn judge(ui: &mut Ui, action: Action) -> Vec<Effect> {
    let outcome = match action {
        Action::Accept => ui.accept(),
        Action::Reject => ui.reject(),
        _ => match ui.redo_form() {
            Ok(form) => {
                ui.pin();
                ui.layers.push(Layer::Redo(Box::new(form)));
                return Vec::new();
            }
            Err(text) => Outcome::Say(text),
        },
    };
    follow(ui, outcome)
}

/// A yes or no in the review: it goes on to the next, if that is wished.
pub(super) fn decide(ui: &mut Ui, action: Action) -> Vec<Effect> {
    let outcome = ui.decide(if action == Action::Accept { Verdict::Accepted } else { Verdict::Rejected });
    let is_decided = matches!(outcome, Outcome::Do(..));
    let effects = follow(ui, outcome);
    if is_decided && ui.review().is_some_and(|review| review.goes_on) {
        ui.move_by(1);
    }
    effects
}

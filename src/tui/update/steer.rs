//! What steers a batch that runs: it is paused and goes on, goes back to its plan, sends more or less at once.

use super::act::outcome::tell;
use super::effect::Effect;
use crate::engine::Command;
use crate::engine::snapshot::Phase;
use crate::tui::keys::Action;
use crate::tui::ui::Ui;

pub(super) fn steer(ui: &mut Ui, action: Action) -> Vec<Effect> {
    match action {
        Action::Pause => pause(ui),
        Action::BackToPlan => back_to_plan(ui),
        Action::WindowUp => window(ui, 1),
        Action::WindowDown => window(ui, -1),
        _ => Vec::new(),
    }
}

fn pause(ui: &mut Ui) -> Vec<Effect> {
    match ui.snapshot.phase {
        Phase::Running => tell(ui, Command::Pause, "no more photos are begun; p goes on".to_owned()),
        Phase::Paused(_) => {
            let said = match ui.is_canary_in() {
                true => "the others are sent",
                false if ui.tries_account() => "trying now",
                false => "going on",
            };
            tell(ui, Command::Resume, said.to_owned())
        }
        Phase::Planning | Phase::Leaving | Phase::Watching | Phase::Finished => Vec::new(),
    }
}

/// Once the photos that went first have come in.
fn back_to_plan(ui: &mut Ui) -> Vec<Effect> {
    if !ui.is_canary_in() {
        ui.say("only once a canary has come in");
        return Vec::new();
    }
    tell(ui, Command::BackToPlan, "back to the plan; what is done stays so".to_owned())
}

fn window(ui: &mut Ui, by: i32) -> Vec<Effect> {
    let wanted = i64::from(ui.snapshot.flow.window) + i64::from(by);
    if !(1..=256).contains(&wanted) {
        ui.say("the window is 1 to 256 requests");
        return Vec::new();
    }
    vec![Effect::Send(Command::Window(by))]
}

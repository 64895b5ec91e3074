//! Ways to leave: in good order, at once, and from a batch that runs in another process, where leaving is no more than that.

use super::effect::{Effect, Left};
use crate::engine::{Command, Leave};
use crate::tui::ui::{Layer, Leaving, Ui};

/// Ctrl-C: the first leaves in good order, the second at once.
pub(super) fn interrupt(ui: &mut Ui) -> Vec<Effect> {
    const SIGINT: i32 = 2;
    if ui.attached.is_some() {
        return vec![Effect::Exit(Left::Detached)];
    }
    if ui.is_leaving() {
        return vec![Effect::Exit(Left::AtOnce { signal: SIGINT })];
    }
    leave(ui, Leave::Running, Some(SIGINT))
}

pub(super) fn quit(ui: &mut Ui) -> Vec<Effect> {
    if ui.layers.pop().is_some() || ui.close_zoom() {
        return Vec::new();
    }
    if ui.is_sheet() {
        ui.close_sheet();
        return Vec::new();
    }
    if ui.attached.is_some() {
        return vec![Effect::Exit(Left::Detached)];
    }
    if ui.is_leaving() {
        return Vec::new();
    }
    match ui.ask_to_leave() {
        Some(question) => {
            ui.layers.push(Layer::Question(question));
            Vec::new()
        }
        None => leave(ui, Leave::Running, None),
    }
}

/// Ends the batch, also where leaving would only detach from it.
pub(super) fn stop(ui: &mut Ui) -> Vec<Effect> {
    if ui.attached.is_none() {
        return quit(ui);
    }
    if !ui.is_leaving() {
        let question = ui.ask_to_stop();
        ui.layers.push(Layer::Question(question));
    }
    Vec::new()
}

/// Tells the engine to end.
pub(super) fn leave(ui: &mut Ui, how: Leave, signal: Option<i32>) -> Vec<Effect> {
    ui.layers.clear();
    ui.jobs.typing = false;
    if ui.looks_on() {
        // Who looks on through a ledger goes on looking.
        ui.say("those who work on it are asked to stop");
    } else {
        ui.leaving = Some(Leaving { how, signal });
    }
    vec![Effect::Send(Command::Quit { leave: how, signal })]
}

//! What can be done with a plan, before or beside its start.

use std::sync::Arc;

use super::outcome::send;
use crate::engine::Command;
use crate::tui::keys::Action;
use crate::tui::ui::entry::Amount;
use crate::tui::ui::plan::Stop;
use crate::tui::ui::{Layer, Ui};
use crate::tui::update::effect::Effect;
use crate::tui::view;

pub(super) fn plan(ui: &mut Ui, action: Action) -> Vec<Effect> {
    match action {
        Action::Start => return enter(ui),
        Action::Edit => return send(ui.edit_field()),
        Action::StepUp => return send(ui.step_field(true)),
        Action::StepDown => return send(ui.step_field(false)),
        Action::Default => return send(ui.reset_field()),
        Action::LeaveOut => return leave_out(ui),
        Action::LeaveOutAll => return choose_shown(ui, true),
        Action::TakeInAll => return choose_shown(ui, false),
        Action::Photos => {
            ui.turn_to_list();
            view::plan::keep_in_sight(ui);
        }
        Action::TrustPrice => match ui.ask_to_trust() {
            Ok(question) => ui.layers.push(Layer::Question(question)),
            Err(why) => ui.say(why),
        },
        Action::Model => return vec![Effect::FindModels(ui.open_picker())],
        Action::PriceLimit => ui.ask_amount(Amount::Limit),
        Action::Cap => ui.ask_amount(Amount::Cap),
        Action::Canary => ui.ask_amount(Amount::Canary),
        Action::NextPart => move_part(ui, true),
        Action::PrevPart => move_part(ui, false),
        _ => {}
    }
    Vec::new()
}

fn move_part(ui: &mut Ui, forward: bool) {
    ui.move_part(forward);
    view::plan::keep_in_sight(ui);
}

/// What Enter does on the plan screen depends on what the cursor is on.
fn enter(ui: &mut Ui) -> Vec<Effect> {
    match ui.stop() {
        Stop::Start => start(ui),
        Stop::Field(_) => send(ui.edit_field()),
        Stop::Loss(_) | Stop::Photo(_) | Stop::Folder(_) | Stop::List => toggle(ui),
    }
}

/// In the list Space goes on to the next, as it does where rows are marked.
fn leave_out(ui: &mut Ui) -> Vec<Effect> {
    let effects = toggle(ui);
    if ui.stop() == Stop::List && !effects.is_empty() {
        ui.move_by(1);
    }
    effects
}

fn toggle(ui: &mut Ui) -> Vec<Effect> {
    let command = ui.toggle_choice();
    if command.is_none() && ui.stop() == Stop::List && ui.current().is_some() {
        ui.say("this one is not sent in any case");
    }
    send(command)
}

fn choose_shown(ui: &mut Ui, out: bool) -> Vec<Effect> {
    let (command, said) = ui.choose_shown(out);
    ui.say(said);
    send(command)
}

fn start(ui: &mut Ui) -> Vec<Effect> {
    let plan = Arc::clone(&ui.snapshot.plan);
    if !plan.walking && plan.photos + plan.earlier.at_fal == 0 {
        ui.say("there is nothing to send");
        return Vec::new();
    }
    if let Some(missing) = plan.missing() {
        return ask_for(ui, missing);
    }
    if let Some(question) = ui.ask_to_start() {
        ui.layers.push(Layer::Question(question));
        return Vec::new();
    }
    if plan.walking && plan.changed.is_some() {
        ui.say("it starts once every photo is found");
    }
    vec![Effect::Send(Command::Start)]
}

/// The model does nothing without a parameter that has no value yet: it is asked for at its place.
fn ask_for(ui: &mut Ui, field: usize) -> Vec<Effect> {
    ui.plan.at = Stop::Field(field);
    let name = ui.field().map(|field| field.spec.name.clone()).unwrap_or_default();
    ui.say(format!("the model needs {name} first"));
    view::plan::keep_in_sight(ui);
    send(ui.edit_field())
}

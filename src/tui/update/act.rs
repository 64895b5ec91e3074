//! What actions do.

use std::sync::Arc;

use super::caption::edit_caption;
use super::effect::Effect;
use super::leave::{quit, stop};
use super::pictures;
use super::review::review;
use super::scroll::{HELD, page_height, scroll, scroll_to_end};
use super::steer::steer;
use crate::engine::Command;
use crate::engine::snapshot::{Cursor, Order, Tab};
use crate::job::Verdict;
use crate::tui::attached::Attached;
use crate::tui::keys::{Action, Context};
use crate::tui::ui::ask::{Outcome, Question};
use crate::tui::ui::entry::Amount;
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::plan::{PlanDesk, Stop};
use crate::tui::ui::{Focus, Layer, Ui};
use crate::tui::view;
use crate::tui::view::words::format::order;

pub(super) fn act(ui: &mut Ui, action: Action) -> Vec<Effect> {
    if action.changes() && ui.is_read_only() {
        ui.say(Attached::READ_ONLY);
        return Vec::new();
    }
    obey(ui, action)
}

fn obey(ui: &mut Ui, action: Action) -> Vec<Effect> {
    match action {
        Action::Up => scroll(ui, -1),
        Action::Down => scroll(ui, 1),
        Action::PrevMatch => match_by(ui, -1),
        Action::NextMatch => match_by(ui, 1),
        Action::HalfUp => scroll(ui, -(page_height(ui) / 2).max(1)),
        Action::HalfDown => scroll(ui, (page_height(ui) / 2).max(1)),
        Action::PageUp => scroll(ui, -(page_height(ui) - 1).max(1)),
        Action::PageDown => scroll(ui, (page_height(ui) - 1).max(1)),
        Action::First => scroll_to_end(ui, false),
        Action::Last => scroll_to_end(ui, true),
        Action::NextPane => {
            if ui.shows_detail() && !ui.pane.opened {
                ui.focus = if ui.focus == Focus::Jobs { Focus::Detail } else { Focus::Jobs };
            }
        }
        Action::NextTab | Action::NextList => turn_tab(ui, 1),
        Action::PrevTab | Action::PrevList => turn_tab(ui, -1),
        Action::Left | Action::Right => drop(ui.move_by(if action == Action::Left { -1 } else { 1 })),
        Action::Sheet => ui.turn_sheet(),
        Action::Filter => {
            ui.thaw();
            (ui.jobs.typing, ui.pane.opened, ui.focus) = (true, false, Focus::Jobs);
            if ui.is_planning() {
                ui.go_to_list();
            }
        }
        Action::Sort => sort(ui, ui.next_order(), false),
        Action::SortReverse => sort(ui, ui.jobs.order, !ui.jobs.reverse),
        Action::ShowCause => ui.show_cause(),
        Action::Freeze => freeze(ui),
        Action::Theme => theme(ui),
        Action::Open if ui.context() == Context::Sheet => pictures::zoom(ui),
        Action::Open => open(ui),
        Action::Mark => mark(ui),
        Action::MarkAll => ui.mark_all(),
        Action::Unmark => ui.unmark(),
        Action::Retry => {
            let outcome = if ui.context() == Context::Causes { ui.retry_cause() } else { ui.retry() };
            return follow(ui, outcome);
        }
        Action::Cancel => {
            let outcome = ui.cancel();
            return follow(ui, outcome);
        }
        Action::Accept | Action::Reject if ui.review().is_some() => return decide(ui, action),
        Action::Accept | Action::Reject | Action::Redo => return judge(ui, action),
        Action::EditCaption => return edit_caption(ui),
        Action::RetryFailed if ui.context() == Context::Causes => {
            let outcome = ui.retry_failed();
            return follow(ui, outcome);
        }
        Action::Failures | Action::RetryFailed => ui.show_causes(),
        Action::Copy => match ui.copy() {
            Some(question) => ask(ui, question),
            None => ui.say("nothing to copy here"),
        },
        Action::Start
        | Action::Edit
        | Action::StepUp
        | Action::StepDown
        | Action::Default
        | Action::LeaveOut
        | Action::LeaveOutAll
        | Action::TakeInAll
        | Action::Photos
        | Action::Model
        | Action::PriceLimit
        | Action::TrustPrice
        | Action::Canary
        | Action::Cap
        | Action::NextPart
        | Action::PrevPart => return plan(ui, action),
        Action::Pause | Action::BackToPlan | Action::WindowUp | Action::WindowDown => return steer(ui, action),
        Action::Logs => ui.show_tab(PaneTab::Logs),
        Action::Caption => ui.show_tab(PaneTab::Caption),
        Action::Preview => ui.show_tab(PaneTab::Preview),
        Action::Zoom => pictures::zoom(ui),
        Action::Flip | Action::Pair => pictures::turn(ui, action),
        Action::Closer | Action::Farther => pictures::closer(ui, if action == Action::Closer { 1 } else { -1 }),
        Action::PanLeft | Action::PanRight => pictures::pan(ui, if action == Action::PanLeft { -1 } else { 1 }, 0),
        Action::Request | Action::Where => ui.show_tab(PaneTab::Request),
        Action::History => ui.show_tab(PaneTab::History),
        Action::Overview => ui.show_tab(PaneTab::Overview),
        Action::Wrap => ui.pane.wrap = !ui.pane.wrap,
        Action::LogLevel => ui.next_log_level(),
        Action::Help => match ui.layers.last() {
            Some(Layer::Help { .. }) => drop(ui.layers.pop()),
            _ => ui.layers.push(Layer::Help { top: 0 }),
        },
        Action::Back => back(ui),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit => return quit(ui),
        Action::Stop => return stop(ui),
        // What is left are the review's.
        action => return review(ui, action).map(|outcome| follow(ui, outcome)).unwrap_or_default(),
    }
    Vec::new()
}

fn theme(ui: &mut Ui) {
    ui.next_theme();
    ui.say(format!("theme {}", ui.theme_name()));
}

fn open(ui: &mut Ui) {
    ui.pin();
    ui.pane.opened = !ui.pane.opened;
    ui.focus = if ui.pane.opened { Focus::Detail } else { Focus::Jobs };
}

/// What can be done with a plan, before or beside its start.
fn plan(ui: &mut Ui, action: Action) -> Vec<Effect> {
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

/// The next or the last row that the filter leaves; over the pictures any one.
fn match_by(ui: &mut Ui, rows: isize) {
    if ui.zoom.is_some() {
        if !ui.move_by(rows) {
            ui.say(HELD);
        }
    } else if ui.jobs.filter.value().is_empty() && ui.jobs.cause.is_none() {
        ui.say("no filter is set; / sets one");
    } else {
        scroll(ui, rows);
    }
}

/// What a person makes of results.
fn judge(ui: &mut Ui, action: Action) -> Vec<Effect> {
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
fn decide(ui: &mut Ui, action: Action) -> Vec<Effect> {
    let outcome = ui.decide(if action == Action::Accept { Verdict::Accepted } else { Verdict::Rejected });
    let is_decided = matches!(outcome, Outcome::Do(..));
    let effects = follow(ui, outcome);
    if is_decided && ui.review().is_some_and(|review| review.goes_on) {
        ui.move_by(1);
    }
    effects
}

fn turn_tab(ui: &mut Ui, by: isize) {
    let count = Tab::ALL.len();
    let at = Tab::ALL.iter().position(|tab| *tab == ui.jobs.tab).unwrap_or_default();
    let next = (at + count).saturating_add_signed(by) % count;
    show_tab(ui, Tab::ALL.get(next).copied().unwrap_or_default());
}

/// Shows a filter tab: with the chosen photo if it is there, else from its first row on.
pub(super) fn show_tab(ui: &mut Ui, tab: Tab) {
    let is_there = |group| ui.current_by_now().is_some_and(|row| row.state.status.group() == group);
    let is_chosen = matches!(ui.jobs.cursor, Cursor::Job(_) | Cursor::Place(_));
    if matches!(tab, Tab::Only(group) if is_chosen && !is_there(group)) {
        ui.start_over();
    }
    ui.thaw();
    (ui.jobs.tab, ui.jobs.cause) = (tab, None);
}

/// Puts the table in another order.
pub(super) fn sort(ui: &mut Ui, by: Order, reverse: bool) {
    let also = if ui.jobs.frozen.take().is_some() { "; the table moves again" } else { "" };
    (ui.jobs.order, ui.jobs.reverse) = (by, reverse);
    ui.say(format!("order: {}{also}", order(by, reverse, ui.is_planning())));
}

fn freeze(ui: &mut Ui) {
    if ui.jobs.frozen.is_some() {
        ui.thaw();
        ui.adopt_page();
    } else {
        ui.freeze();
        ui.say("the table is held still; the batch goes on");
    }
}

fn mark(ui: &mut Ui) {
    let Some(id) = ui.jobs.selected else { return };
    if !ui.jobs.marks.remove(&id) {
        ui.jobs.marks.insert(id);
    }
    ui.move_by(1);
}

pub(super) fn send(command: Option<Command>) -> Vec<Effect> {
    command.map(Effect::Send).into_iter().collect()
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

/// Esc: closes what is in front, then clears the filter, then the marks; it never quits.
fn back(ui: &mut Ui) {
    if ui.layers.pop().is_some() || ui.close_zoom() {
        return;
    }
    if ui.is_sheet() {
        ui.close_sheet();
    } else if ui.is_planning() && ui.stop() == Stop::List && !ui.jobs.filter.value().is_empty() {
        ui.jobs.filter.reset();
    } else if ui.is_planning() {
        ui.plan = PlanDesk::default();
    } else if ui.pane.opened || ui.focus == Focus::Detail {
        (ui.pane.opened, ui.focus) = (false, Focus::Jobs);
    } else if !ui.jobs.filter.value().is_empty() {
        ui.jobs.filter.reset();
    } else if ui.jobs.cause.take().is_some() {
        // The cause had brought the tab along.
        ui.jobs.tab = Tab::All;
    } else {
        ui.unmark();
    }
}

pub(super) fn tell(ui: &mut Ui, command: Command, said: String) -> Vec<Effect> {
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

pub(super) fn copy(ui: &mut Ui, what: &str, text: String) -> Vec<Effect> {
    ui.say(format!("{what} copied, if the terminal allows it"));
    vec![Effect::Copy(text)]
}

pub(super) fn follow(ui: &mut Ui, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Ask(question) => ask(ui, question),
        Outcome::Do(command, said) => return tell(ui, command, said),
        Outcome::Weigh(command) => return vec![Effect::Send(command)],
        Outcome::Say(text) => ui.say(text),
    }
    Vec::new()
}

fn ask(ui: &mut Ui, question: Question) {
    ui.pin();
    ui.layers.push(Layer::Question(question));
}

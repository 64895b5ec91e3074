//! What actions do.

pub(super) mod outcome;
mod plan;
pub(super) mod table;

use super::caption::edit_caption;
use super::effect::Effect;
use super::leave::{quit, stop};
use super::pictures;
use super::review::review;
use super::scroll::{page_height, scroll, scroll_to_end};
use super::steer::steer;
use crate::engine::snapshot::Tab;
use crate::tui::attached::Attached;
use crate::tui::keys::{Action, Context};
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::plan::{PlanDesk, Stop};
use crate::tui::ui::{Focus, Layer, Ui};

use outcome::{ask, decide, follow, judge};
use plan::plan;
use table::{freeze, mark, match_by, sort, turn_tab};

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

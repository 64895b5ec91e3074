//! What happens to the dashboard, as one pure function: a message in, effects out.

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;
use tui_input::InputRequest;
use tui_input::backend::crossterm::EventHandler as _;

use super::keys::{Action, Context, Key};
use super::run::Left;
use super::theme::Theme;
use super::ui::ask::{Answer, Outcome, Question};
use super::ui::pane::PaneTab;
use super::ui::{Focus, Layer, Leaving, Ui, layout};
use crate::engine::board::{Board, Cursor, Order, Phase, Tab};
use crate::engine::{Command, Leave};
use crate::job::{Group, Timestamp, clean};

/// What can happen to the dashboard.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The engine published a board.
    Board(Arc<Board>),
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// It is now so late.
    Clock(Timestamp),
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the engine.
    Send(Command),
    /// Put a text on the clipboard.
    Copy(String),
    /// Draw every cell anew.
    Redraw,
    /// Give the terminal back to the shell until we are continued.
    Suspend,
    /// Leave without waiting for the engine.
    Exit(Left),
}

/// Takes in what happened.
pub fn update(ui: &mut Ui, msg: Msg) -> Vec<Effect> {
    let mut effects = match msg {
        Msg::Board(board) => {
            adopt(ui, board);
            Vec::new()
        }
        Msg::Key(key) => press(ui, key),
        Msg::Paste(text) => {
            paste(ui, &text);
            Vec::new()
        }
        Msg::Resize(size) => {
            ui.size = size;
            Vec::new()
        }
        Msg::Clock(now) => {
            ui.set_clock(now);
            Vec::new()
        }
    };
    effects.extend(ui.look().map(|lens| Effect::Send(Command::Look(lens))));
    effects
}

fn adopt(ui: &mut Ui, board: Arc<Board>) {
    let before = std::mem::replace(&mut ui.board, board);
    ui.adopt_page();
    ui.adopt_detail();
    if before.phase == Phase::Planning {
        if ui.board.phase != Phase::Planning {
            ui.layers.clear();
        }
        return;
    }
    // What an earlier run left failed comes back with its photos and is no news.
    let failures = |board: &Board| board.totals.of(Group::Failed).saturating_sub(board.plan.failed_before);
    let failed = failures(&ui.board).saturating_sub(failures(&before));
    let review = ui.board.totals.of(Group::Review).saturating_sub(before.totals.of(Group::Review));
    let in_words = match (failed, review) {
        (0, 0) => return,
        (failed, 0) => format!("{failed} more failed"),
        (0, review) => format!("{review} more to review"),
        (failed, review) => format!("{failed} more failed, {review} more to review"),
    };
    ui.say(in_words);
}

fn press(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    if event.modifiers.contains(KeyModifiers::CONTROL) && event.code == KeyCode::Char('c') {
        return interrupt(ui);
    }
    if ui.typing {
        return type_into_filter(ui, event);
    }
    if let Some(Layer::Question(question)) = ui.layers.last()
        && let Some(effects) = answer_by_key(ui, question.clone(), event)
    {
        return effects;
    }
    match ui.keys.action(ui.context(), Key::from(event)) {
        Some(action) => act(ui, action),
        None => Vec::new(),
    }
}

/// Ctrl-C: the first leaves in good order, the second at once.
fn interrupt(ui: &mut Ui) -> Vec<Effect> {
    const SIGINT: i32 = 2;
    if ui.is_leaving() {
        return vec![Effect::Exit(Left::AtOnce { signal: SIGINT })];
    }
    leave(ui, Leave::Running, Some(SIGINT))
}

fn leave(ui: &mut Ui, how: Leave, signal: Option<i32>) -> Vec<Effect> {
    ui.leaving = Some(Leaving { signal });
    ui.layers.clear();
    ui.typing = false;
    vec![Effect::Send(Command::Quit { leave: how, signal })]
}

fn type_into_filter(ui: &mut Ui, event: KeyEvent) -> Vec<Effect> {
    match event.code {
        KeyCode::Enter => ui.typing = false,
        KeyCode::Esc => {
            ui.typing = false;
            ui.filter.reset();
        }
        KeyCode::Up | KeyCode::Down => {
            ui.typing = false;
            return press(ui, event);
        }
        _ => {
            ui.filter.handle_event(&Event::Key(event));
        }
    }
    Vec::new()
}

fn paste(ui: &mut Ui, text: &str) {
    if ui.typing {
        for c in clean(text).chars().take(200) {
            ui.filter.handle(InputRequest::InsertChar(c));
        }
    }
}

/// A question's own keys: an answer's letter, or Enter for the one that is chosen.
fn answer_by_key(ui: &mut Ui, question: Question, event: KeyEvent) -> Option<Vec<Effect>> {
    let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let at = match event.code {
        KeyCode::Enter => question.at,
        KeyCode::Char(c) if plain => question.choices.iter().position(|choice| choice.key == c)?,
        _ => return None,
    };
    let choice = question.choices.into_iter().nth(at)?;
    ui.layers.pop();
    Some(match choice.answer {
        Answer::Back => Vec::new(),
        Answer::Tell(command, said) => tell(ui, command, said),
        Answer::Leave(how) => leave(ui, how, None),
        Answer::Copy { what, text } => copy(ui, what, text),
    })
}

fn tell(ui: &mut Ui, command: Command, said: String) -> Vec<Effect> {
    if matches!(command, Command::Retry(_) | Command::Cancel(_)) {
        ui.marks.clear();
    }
    ui.say(said);
    vec![Effect::Send(command)]
}

fn copy(ui: &mut Ui, what: &str, text: String) -> Vec<Effect> {
    ui.say(format!("{what} copied, if the terminal allows it"));
    vec![Effect::Copy(text)]
}

fn follow(ui: &mut Ui, outcome: Outcome) -> Vec<Effect> {
    match outcome {
        Outcome::Ask(question) => ask(ui, question),
        Outcome::Do(command, said) => return tell(ui, command, said),
        Outcome::Say(text) => ui.say(text),
    }
    Vec::new()
}

fn ask(ui: &mut Ui, question: Question) {
    ui.pin();
    ui.layers.push(Layer::Question(question));
}

fn act(ui: &mut Ui, action: Action) -> Vec<Effect> {
    match action {
        Action::Up | Action::PrevMatch => scroll(ui, -1),
        Action::Down | Action::NextMatch => scroll(ui, 1),
        Action::HalfUp => scroll(ui, -(page_height(ui) / 2).max(1)),
        Action::HalfDown => scroll(ui, (page_height(ui) / 2).max(1)),
        Action::PageUp => scroll(ui, -(page_height(ui) - 1).max(1)),
        Action::PageDown => scroll(ui, (page_height(ui) - 1).max(1)),
        Action::First => scroll_to_end(ui, false),
        Action::Last => scroll_to_end(ui, true),
        Action::NextPane => {
            if ui.shows_detail() && !ui.opened {
                ui.focus = if ui.focus == Focus::Jobs { Focus::Detail } else { Focus::Jobs };
            }
        }
        Action::NextTab => turn_tab(ui, 1),
        Action::PrevTab => turn_tab(ui, -1),
        Action::Filter => {
            (ui.typing, ui.opened, ui.focus) = (true, false, Focus::Jobs);
        }
        Action::Sort => {
            ui.order = if ui.order == Order::Status { Order::Number } else { Order::Status };
        }
        Action::Freeze => freeze(ui),
        Action::Theme => next_theme(ui),
        Action::Open => {
            ui.pin();
            ui.opened = !ui.opened;
            ui.focus = if ui.opened { Focus::Detail } else { Focus::Jobs };
        }
        Action::Mark => mark(ui),
        Action::MarkAll => ui.marks.extend(ui.page().rows.iter().map(|row| row.id).collect::<Vec<_>>()),
        Action::Unmark => ui.marks.clear(),
        Action::Retry => {
            let outcome = ui.retry();
            return follow(ui, outcome);
        }
        Action::Cancel => {
            let outcome = ui.cancel();
            return follow(ui, outcome);
        }
        Action::RetryFailed => {
            let outcome = ui.retry_failed();
            return follow(ui, outcome);
        }
        Action::Copy => match ui.copy() {
            Some(question) => ask(ui, question),
            None => ui.say("nothing to copy here"),
        },
        Action::Start => return start(ui),
        Action::Pause => return pause(ui),
        Action::WindowUp => return window(ui, 1),
        Action::WindowDown => return window(ui, -1),
        Action::Logs => ui.show_tab(PaneTab::Logs),
        Action::Caption => ui.show_tab(PaneTab::Caption),
        Action::Request => ui.show_tab(PaneTab::Request),
        Action::History => ui.show_tab(PaneTab::History),
        Action::Wrap => ui.pane.wrap = !ui.pane.wrap,
        Action::LogLevel => {
            (ui.pane.logs, ui.pane.top) = (ui.pane.logs.next(), None);
            ui.say(format!("logs: {}", ui.pane.logs.title()));
        }
        Action::Help => match ui.layers.last() {
            Some(Layer::Help { .. }) => drop(ui.layers.pop()),
            _ => ui.layers.push(Layer::Help { top: 0 }),
        },
        Action::Back => back(ui),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Quit => return quit(ui),
    }
    Vec::new()
}

fn page_height(ui: &Ui) -> isize {
    let rows = match ui.context() {
        Context::Jobs => usize::from(layout::table_rows(layout::Areas::of(ui).table)),
        Context::Detail => super::view::lower::extent(ui).1,
        Context::Plan | Context::Overlay => usize::from(ui.size.height.saturating_sub(4)),
    };
    isize::try_from(rows).unwrap_or(1)
}

/// Moves what keys go to: the cursor, the lower pane, the plan, the help or a question's choice.
fn scroll(ui: &mut Ui, lines: isize) {
    match ui.context() {
        Context::Jobs => {
            if !ui.move_by(lines) {
                ui.say("the table is held still; f lets it move again");
            }
        }
        Context::Detail => ui.scroll_pane(lines),
        Context::Plan => {
            let most = super::view::plan::overflow(ui);
            ui.plan_top = ui.plan_top.min(most).saturating_add_signed(lines).min(most);
        }
        Context::Overlay => {
            let most = super::view::help::overflow(ui);
            match ui.layers.last_mut() {
                Some(Layer::Help { top }) => *top = (*top).min(most).saturating_add_signed(lines).min(most),
                Some(Layer::Question(question)) => {
                    let last = question.choices.len().saturating_sub(1);
                    question.at = question.at.saturating_add_signed(lines).min(last);
                }
                None => {}
            }
        }
    }
}

fn scroll_to_end(ui: &mut Ui, end: bool) {
    match ui.context() {
        Context::Jobs => {
            let moved = ui.move_to_end(if end { Cursor::Last } else { Cursor::First });
            if !moved {
                ui.say("the table is held still; f lets it move again");
            }
        }
        Context::Detail => ui.scroll_pane_to_end(end),
        Context::Plan | Context::Overlay => scroll(ui, if end { isize::MAX } else { isize::MIN }),
    }
}

fn turn_tab(ui: &mut Ui, by: isize) {
    let count = Tab::ALL.len();
    let at = Tab::ALL.iter().position(|tab| *tab == ui.tab).unwrap_or_default();
    let next = (at + count).saturating_add_signed(by) % count;
    ui.tab = Tab::ALL.get(next).copied().unwrap_or_default();
    ui.frozen = None;
}

fn freeze(ui: &mut Ui) {
    if ui.frozen.take().is_some() {
        ui.adopt_page();
        ui.say("the table moves again");
    } else {
        ui.pin();
        ui.frozen = Some(ui.board.page.clone());
        ui.say("the table is held still; the batch goes on");
    }
}

fn next_theme(ui: &mut Ui) {
    let names: Vec<_> = Theme::built_in().collect();
    let at = names.iter().position(|name| *name == ui.theme.name());
    let next = at.map_or(0, |at| (at + 1) % names.len().max(1));
    if let Some(theme) = names.get(next).and_then(|name| Theme::load(name, None).ok()) {
        ui.styles = theme.styles(ui.caps.depth);
        ui.say(format!("theme {}", theme.name()));
        ui.theme = theme;
    }
}

fn mark(ui: &mut Ui) {
    let Some(id) = ui.selected else { return };
    if !ui.marks.remove(&id) {
        ui.marks.insert(id);
    }
    ui.move_by(1);
}

fn start(ui: &mut Ui) -> Vec<Effect> {
    let plan = &ui.board.plan;
    if !plan.walking && plan.photos + plan.at_fal == 0 {
        ui.say("there is nothing to send");
        return Vec::new();
    }
    if let Some(question) = ui.ask_to_start() {
        ui.layers.push(Layer::Question(question));
        return Vec::new();
    }
    vec![Effect::Send(Command::Start)]
}

fn pause(ui: &mut Ui) -> Vec<Effect> {
    match ui.board.phase {
        Phase::Running => tell(ui, Command::Pause, "no more photos are begun; p goes on".to_owned()),
        Phase::Paused(_) => tell(ui, Command::Resume, "going on".to_owned()),
        Phase::Planning | Phase::Leaving | Phase::Finished => Vec::new(),
    }
}

fn window(ui: &mut Ui, by: i32) -> Vec<Effect> {
    let wanted = i64::from(ui.board.flow.window) + i64::from(by);
    if !(1..=256).contains(&wanted) {
        ui.say("the window is 1 to 256 requests");
        return Vec::new();
    }
    vec![Effect::Send(Command::Window(by))]
}

/// Esc: closes what is in front, then clears the filter, then the marks; it never quits.
fn back(ui: &mut Ui) {
    if ui.layers.pop().is_some() {
        return;
    }
    if ui.opened || ui.focus == Focus::Detail {
        (ui.opened, ui.focus) = (false, Focus::Jobs);
    } else if !ui.filter.value().is_empty() {
        ui.filter.reset();
    } else {
        ui.marks.clear();
    }
}

fn quit(ui: &mut Ui) -> Vec<Effect> {
    if ui.layers.pop().is_some() {
        return Vec::new();
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

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;

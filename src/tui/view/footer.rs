//! The footer: what keys can do right now, and a word on what just happened.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::hits::{Click, Hits};
use super::paint::{Piece, spread_hits};
use super::text::fit;
use crate::engine::board::{NoticeKind, Phase, Tab};
use crate::job::Group;
use crate::tui::keys::{Action, Context};
use crate::tui::theme::Role;
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::plan::Stop;
use crate::tui::ui::{Layer, Ui, ask};

/// Some keys and one word for them.
struct Hint {
    actions: &'static [Action],
    word: &'static str,
    keep: u8,
}

/// How long a key stays that nothing may push out: help, quit, pause.
const ALWAYS: u8 = 9;

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let row = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    let mut hints = if let Some(Layer::Entry(_)) = ui.layers.last() {
        vec![fixed(ui, KeyCode::Enter, "set it"), fixed(ui, KeyCode::Esc, "leave it as it is")]
    } else if ui.is_editing() {
        vec![fixed(ui, KeyCode::Enter, "keep it"), fixed(ui, KeyCode::Esc, "as it was")]
    } else if ui.typing {
        typing(ui)
    } else {
        hints(ui).into_iter().map(|hint| piece(ui, &hint)).collect()
    };
    match ui.layers.last() {
        Some(Layer::Question(_)) => hints.push(fixed(ui, KeyCode::Enter, "choose")),
        Some(Layer::Redo(_)) => hints.push(fixed(ui, KeyCode::Enter, "send again")),
        Some(Layer::Help { .. } | Layer::Causes(_) | Layer::Entry(_)) | None => {}
    }
    let mut said = Vec::new();
    if let Some(toast) = &ui.toast {
        // What is said goes by; the keys that are always needed stay beside it.
        let kept: usize =
            hints.iter().filter(|hint| hint.keeps(ALWAYS)).map(|hint| usize::from(hint.columns()) + 2).sum();
        let room = usize::from(row.width).saturating_sub(kept + 2).min(72);
        if room >= 8 {
            said.push(Piece::text(10, format!(" {} ", fit(&toast.text, room)), ui.styles.of(Role::Accent)));
        }
    }
    spread_hits(buf, row, 2, hints, said, hits);
}

fn piece<'a>(ui: &Ui, hint: &Hint) -> Piece<'a> {
    let keys: Vec<_> = hint.actions.iter().map(|action| ui.keys.shown(*action)).collect();
    // Arrows need nothing between them.
    let apart = if keys.iter().all(|key| key.chars().count() == 1 && !key.is_ascii()) { "" } else { "/" };
    let mut spans = Vec::new();
    let mut clicks = Vec::new();
    for (key, action) in keys.into_iter().zip(hint.actions) {
        if !spans.is_empty() {
            spans.push(Span::styled(apart, ui.styles.of(Role::KeyHint)));
            clicks.push(None);
        }
        spans.push(Span::styled(key, ui.styles.of(Role::KeyHint)));
        clicks.push(Some(Click::Do(*action)));
    }
    // A word for several keys says of none of them what it does.
    let only = hint.actions.first().filter(|_| hint.actions.len() == 1);
    spans.push(Span::styled(format!(" {}", hint.word), ui.styles.of(Role::KeyLabel)));
    clicks.push(only.map(|action| Click::Do(*action)));
    Piece::new(hint.keep, spans).on_clicks(clicks)
}

fn typing<'a>(ui: &Ui) -> Vec<Piece<'a>> {
    vec![fixed(ui, KeyCode::Enter, "keep the filter"), fixed(ui, KeyCode::Esc, "clear it")]
}

/// A key that cannot be bound otherwise.
fn fixed<'a>(ui: &Ui, code: KeyCode, word: &'static str) -> Piece<'a> {
    let key = if code == KeyCode::Enter { "Enter" } else { "Esc" };
    let key = Span::styled(key, ui.styles.of(Role::KeyHint));
    let word = Span::styled(format!(" {word}"), ui.styles.of(Role::KeyLabel));
    Piece::new(8, vec![key, word]).on_click(Click::Press(code))
}

/// What the focused pane can do now; help and leaving stay the longest.
fn hints(ui: &Ui) -> Vec<Hint> {
    let mut hints = Vec::new();
    let mut add = |keep, actions: &'static [Action], word| hints.push(Hint { actions, word, keep });
    let totals = &ui.board.totals;
    match ui.context() {
        Context::Plan => {
            let plan = &ui.board.plan;
            match ui.stop() {
                Stop::Start => add(9, &[Action::Start], "start"),
                Stop::Field(_) => {
                    add(8, &[Action::Start], "edit");
                    add(7, &[Action::StepDown, Action::StepUp], "step");
                    add(4, &[Action::Default], "default");
                }
                Stop::Photo(_) | Stop::Folder(_) | Stop::List => {
                    let is_narrow = ui.size.width < 60;
                    add(8, &[Action::LeaveOut], if is_narrow { "in/out" } else { "leave out, take in" });
                }
            }
            add(6, &[Action::Up, Action::Down], "choose");
            add(3, &[Action::NextPart], "next");
            add(7, &[Action::Photos], "photos");
            if plan.price.is_some() {
                add(5, &[Action::PriceLimit], "limit");
                add(4, &[Action::Cap], "cap");
            }
            add(1, &[Action::Theme], "theme");
        }
        Context::Photos => {
            add(8, &[Action::LeaveOut], "in/out");
            add(7, &[Action::Up, Action::Down], "move");
            add(6, &[Action::Filter], "filter");
            add(5, &[Action::LeaveOutAll, Action::TakeInAll], "all out/in");
            add(3, &[Action::Sort], "sort");
            add(8, &[Action::Back], if ui.filter.value().is_empty() { "back" } else { "clear filter" });
            add(2, &[Action::NextPart], "next");
            add(1, &[Action::PriceLimit], "limit");
        }
        Context::Jobs => {
            add(7, &[Action::Up, Action::Down], "move");
            add(3, &[Action::PrevTab, Action::NextTab], "list");
            add(5, &[Action::Open], "open");
            if !ui.filter.value().is_empty() || ui.cause.is_some() {
                add(8, &[Action::Back], "clear filter");
            } else if !ui.marks.is_empty() {
                add(8, &[Action::Back], "unmark");
            }
            add(2, &[Action::Mark], "mark");
            steering(ui, &mut add);
            if ui.shows_detail() {
                add(1, &[Action::NextPane], "pane");
                if ui.pane_tab() == PaneTab::Preview {
                    add(5, &[Action::Zoom], "zoom");
                }
            }
            add(4, &[Action::Filter], "filter");
            add(2, &[Action::Sort], "sort");
        }
        Context::Detail => {
            add(7, &[Action::Up, Action::Down], "scroll");
            if ui.opened {
                add(8, &[Action::Back], "back");
            } else {
                add(6, &[Action::NextPane], "table");
                add(3, &[Action::Open], "open");
            }
            add(4, &[Action::Copy], "copy");
            if ui.pane_tab() == PaneTab::Preview {
                add(6, &[Action::Zoom], "zoom");
            }
            if ui.pane_tab() == PaneTab::Logs {
                add(3, &[Action::Wrap], if ui.pane.wrap { "cut" } else { "wrap" });
                add(2, &[Action::LogLevel], "level");
            }
            steering(ui, &mut add);
        }
        Context::Causes => {
            add(7, &[Action::Up, Action::Down], "move");
            add(7, &[Action::ShowCause], "show these");
            add(8, &[Action::Retry], "retry these");
            add(7, &[Action::RetryFailed], "retry all");
            add(8, &[Action::Back], "back");
            return hints;
        }
        Context::Zoom => {
            zoom(ui, &mut add);
            add(ALWAYS, &[Action::Help], "help");
            return hints;
        }
        Context::Overlay => {
            add(7, &[Action::Up, Action::Down], "move");
            add(8, &[Action::Back], "back");
            return hints;
        }
    }
    let failed = totals.of(Group::Failed) > 0 && !ui.is_planning() && ui.layers.is_empty();
    if failed {
        let on_tab = ui.tab == Tab::Only(Group::Failed);
        add(if on_tab { 7 } else { 4 }, &[Action::Failures], "failures");
    }
    let reviews = totals.of(Group::Review) > 0 && !ui.is_planning() && ui.layers.is_empty();
    if reviews && ui.tab != Tab::Only(Group::Review) {
        add(4, &[Action::Reviews], "reviews");
    }
    add(ALWAYS, &[Action::Help], "help");
    add(ALWAYS, &[Action::Quit], "quit");
    hints
}

/// What a result can be told to be.
fn judging(ui: &Ui, add: &mut impl FnMut(u8, &'static [Action], &'static str)) {
    if ui.may_accept() {
        add(7, &[Action::Accept], "accept");
    }
    if ui.may_redo() {
        add(4, &[Action::Reject], "reject");
        add(5, &[Action::Redo], "redo");
    }
}

fn zoom(ui: &Ui, add: &mut impl FnMut(u8, &'static [Action], &'static str)) {
    let is_close = ui.zoom.is_some_and(|zoom| zoom.steps > 0);
    add(7, &[Action::Flip], "flip");
    add(5, &[Action::Zoom], if is_close { "all of it" } else { "1:1" });
    add(3, &[Action::Closer, Action::Farther], "closer");
    if is_close {
        add(4, &[Action::Up, Action::Down, Action::PanLeft, Action::PanRight], "move");
    }
    judging(ui, add);
    add(2, &[Action::Pair], "both");
    add(4, &[Action::NextMatch, Action::PrevMatch], "photo");
    add(8, &[Action::Back], "back");
}

fn steering(ui: &Ui, add: &mut impl FnMut(u8, &'static [Action], &'static str)) {
    if ask::may_retry(ui) {
        add(6, &[Action::Retry], "retry");
    }
    judging(ui, add);
    if ask::may_cancel(ui) {
        add(6, &[Action::Cancel], "cancel");
    }
    match ui.board.phase {
        Phase::Running => add(ALWAYS, &[Action::Pause], "pause"),
        Phase::Paused(_) => {
            if ui.board.notice.as_ref().is_some_and(|notice| notice.kind == NoticeKind::BudgetReached) {
                add(8, &[Action::Cap], "higher cap");
            }
            add(ALWAYS, &[Action::Pause], "go on");
        }
        Phase::Planning | Phase::Leaving | Phase::Finished => return,
    }
    add(2, &[Action::WindowUp, Action::WindowDown], "window");
}

#[cfg(test)]
mod tests {
    use crate::tui::fixtures::{self, Desk};

    fn footer(desk: &Desk) -> String {
        desk.screen().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn nothing_pushes_help_quit_and_pause_out() {
        for (width, height) in [(120, 36), (80, 24), (40, 12)] {
            let mut desk = fixtures::running(width, height);
            desk.ui.say("the table is held still; f lets it move again, and so on and on without an end in sight");
            let footer = footer(&desk);
            assert!(["? help", "q quit", "p pause"].iter().all(|key| footer.contains(key)), "{footer}");
        }
    }

    #[test]
    fn a_failure_is_no_news_where_there_is_room_for_keys_only() {
        for (width, is_said) in [(80, true), (40, false)] {
            let mut desk = fixtures::running(width, 24);
            desk.set(1, crate::job::Status::Failed).answer();
            assert_eq!(footer(&desk).contains(" failed: "), is_said, "{}", footer(&desk));
        }
    }

    #[test]
    fn what_leaves_a_photo_out_is_said_on_the_narrowest_plan() {
        let mut desk = fixtures::planning(40, 12);
        let is_said = (0..40).any(|_| {
            desk.press_all(&["j"]);
            footer(&desk).contains("Space in/out")
        });
        assert!(is_said, "{}", desk.screen());
    }
}

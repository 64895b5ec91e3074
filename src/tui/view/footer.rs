//! The footer: what keys can do right now, and a word on what just happened.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::hints::{ALWAYS, Hint, hints};
use super::hits::{Click, Hits};
use super::paint::{Piece, spread_hits};
use super::text::fit;
use crate::tui::theme::Role;
use crate::tui::ui::{Layer, Ui};

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let row = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    let mut pieces = if let Some(Layer::Entry(_)) = ui.layers.last() {
        vec![fixed(ui, KeyCode::Enter, "set it"), fixed(ui, KeyCode::Esc, "leave it as it is")]
    } else if ui.is_editing() {
        vec![fixed(ui, KeyCode::Enter, "keep it"), fixed(ui, KeyCode::Esc, "as it was")]
    } else if ui.typing {
        typing(ui)
    } else {
        hints(ui).into_iter().map(|hint| piece(ui, &hint)).collect()
    };
    match ui.layers.last() {
        Some(Layer::Question(_)) => pieces.push(fixed(ui, KeyCode::Enter, "choose")),
        Some(Layer::Redo(_)) => pieces.push(fixed(ui, KeyCode::Enter, "send again")),
        Some(Layer::Help { .. } | Layer::Causes(_) | Layer::Entry(_)) | None => {}
    }
    let mut said = Vec::new();
    if let Some(toast) = &ui.toast {
        // What is said goes by; the keys that are always needed stay beside it.
        let kept: usize =
            pieces.iter().filter(|piece| piece.keeps(ALWAYS)).map(|piece| usize::from(piece.columns()) + 2).sum();
        let room = usize::from(row.width).saturating_sub(kept + 2).min(72);
        if room >= 8 {
            said.push(Piece::text(10, format!(" {} ", fit(&toast.text, room)), ui.styles.of(Role::Accent)));
        }
    }
    spread_hits(buf, row, 2, pieces, said, hits);
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

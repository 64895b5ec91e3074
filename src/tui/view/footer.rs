//! The footer: what keys can do right now, and a word on what just happened.

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::hints::{ALWAYS, Hint, hints};
use super::hits::{Click, Hits};
use super::paint::{Piece, clear, put, spread_hits};
use super::words::text::{fit, safe, width, wrap};
use crate::tui::edit::{Editing, Editor};
use crate::tui::theme::Role;
use crate::tui::ui::{Layer, Ui};

/// Rows that a word takes that has no room beside the keys.
const MOST_ABOVE: usize = 3;

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let row = Rect { x: area.x.saturating_add(1), width: area.width.saturating_sub(2), ..area };
    let mut pieces = if let Some(Layer::Entry(_)) = ui.layers.last() {
        vec![fixed(ui, KeyCode::Enter, "set it"), fixed(ui, KeyCode::Esc, "leave it as it is")]
    } else if let Some(Layer::Picker(_)) = ui.layers.last() {
        vec![fixed(ui, KeyCode::Enter, "take it"), fixed(ui, KeyCode::Esc, "leave it as it is")]
    } else if let Some(editing) = editing(ui) {
        edit_keys(ui, editing)
    } else if ui.jobs.typing {
        typing(ui)
    } else {
        hints(ui).into_iter().map(|hint| piece(ui, &hint)).collect()
    };
    match ui.layers.last() {
        Some(Layer::Question(_)) => pieces.push(fixed(ui, KeyCode::Enter, "choose")),
        Some(Layer::Redo(form)) if form.edit.is_some() => {}
        Some(Layer::Redo(form)) => {
            pieces.push(fixed(ui, KeyCode::Enter, if form.at == 0 { "make it again" } else { "change it" }));
        }
        Some(Layer::Help { .. } | Layer::Causes(_) | Layer::Entry(_) | Layer::Picker(_) | Layer::Caption(_)) | None => {
        }
    }
    let mut said = Vec::new();
    if let Some(toast) = &ui.toast {
        // What is said goes by; the keys that are always needed stay beside it.
        let kept: usize =
            pieces.iter().filter(|piece| piece.keeps(ALWAYS)).map(|piece| usize::from(piece.columns()) + 2).sum();
        let room = usize::from(row.width).saturating_sub(kept + 2).min(72);
        if width(&safe(&toast.text)) <= room {
            said.push(Piece::text(10, format!(" {} ", toast.text), ui.screen.styles.of(Role::Accent)));
        } else {
            say_above(ui, &toast.text, area, buf);
        }
    }
    spread_hits(buf, row, 2, pieces, said, hits);
}

/// What has no room beside the keys stands above them for a while, whole as far as rows allow.
fn say_above(ui: &Ui, text: &str, footer: Rect, buf: &mut Buffer) {
    let style = ui.screen.styles.of(Role::Accent).add_modifier(Modifier::REVERSED);
    let columns = usize::from(footer.width.saturating_sub(2));
    let text = safe(text);
    let mut lines = wrap(&text, columns).into_iter();
    let mut shown: Vec<_> = lines.by_ref().take(MOST_ABOVE).map(str::to_owned).collect();
    if let (Some(last), Some(more)) = (shown.last_mut(), lines.next()) {
        *last = fit(&format!("{last} {more}"), columns).into_owned();
    }
    // What the start costs stays in sight.
    let bottom = footer.y.saturating_sub(u16::from(ui.is_planning()));
    let top = bottom.saturating_sub(u16::try_from(shown.len()).unwrap_or(u16::MAX));
    for (line, y) in shown.iter().zip(top..bottom) {
        let row = Rect { y, height: 1, ..footer };
        clear(buf, row, style);
        put(buf, row.x.saturating_add(1), y, row.width.saturating_sub(2), line, style);
    }
}

fn piece<'a>(ui: &Ui, hint: &Hint) -> Piece<'a> {
    let keys: Vec<_> = hint.actions.iter().map(|action| ui.screen.keys.shown(*action)).collect();
    // Arrows need nothing between them.
    let apart = if keys.iter().all(|key| key.chars().count() == 1 && !key.is_ascii()) { "" } else { "/" };
    let mut spans = Vec::new();
    let mut clicks = Vec::new();
    for (key, action) in keys.into_iter().zip(hint.actions) {
        if !spans.is_empty() {
            spans.push(Span::styled(apart, ui.screen.styles.of(Role::KeyHint)));
            clicks.push(None);
        }
        spans.push(Span::styled(key, ui.screen.styles.of(Role::KeyHint)));
        clicks.push(Some(Click::Do(*action)));
    }
    // A word for several keys says of none of them what it does.
    let only = hint.actions.first().filter(|_| hint.actions.len() == 1);
    spans.push(Span::styled(format!(" {}", hint.word), ui.screen.styles.of(Role::KeyLabel)));
    clicks.push(only.map(|action| Click::Do(*action)));
    Piece::new(hint.keep, spans).on_clicks(clicks)
}

/// What is being changed, on the plan or in the form of a redo.
fn editing(ui: &Ui) -> Option<&Editing> {
    match ui.layers.last() {
        Some(Layer::Redo(form)) => form.edit.as_ref(),
        Some(Layer::Caption(form)) => Some(&form.editing),
        _ => ui.plan.edit.as_ref().filter(|_| ui.is_editing()),
    }
}

/// What ends an editor.
fn edit_keys<'a>(ui: &Ui, editing: &Editing) -> Vec<Piece<'a>> {
    let as_it_was = || fixed(ui, KeyCode::Esc, "as it was");
    match &editing.editor {
        Editor::Line(_) => vec![fixed(ui, KeyCode::Enter, "keep it"), as_it_was()],
        Editor::Pick(_) => vec![fixed(ui, KeyCode::Enter, "take it"), as_it_was()],
        Editor::Parts(_) => vec![fixed(ui, KeyCode::Enter, "keep them"), as_it_was()],
        Editor::Area(_) => {
            let done = Piece::new(9, key_and_word(ui, "Ctrl-D", "done"));
            vec![done.on_click(Click::Done), as_it_was(), Piece::new(5, key_and_word(ui, "Enter", "new line"))]
        }
    }
}

fn key_and_word<'a>(ui: &Ui, key: &'static str, word: &str) -> Vec<Span<'a>> {
    let key = Span::styled(key, ui.screen.styles.of(Role::KeyHint));
    vec![key, Span::styled(format!(" {word}"), ui.screen.styles.of(Role::KeyLabel))]
}

fn typing<'a>(ui: &Ui) -> Vec<Piece<'a>> {
    vec![fixed(ui, KeyCode::Enter, "keep the filter"), fixed(ui, KeyCode::Esc, "clear it")]
}

/// A key that cannot be bound otherwise.
fn fixed<'a>(ui: &Ui, code: KeyCode, word: &'static str) -> Piece<'a> {
    let key = if code == KeyCode::Enter { "Enter" } else { "Esc" };
    Piece::new(8, key_and_word(ui, key, word)).on_click(Click::Press(code))
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
    fn what_is_said_is_whole_on_narrow_screens_too() {
        let texts = [
            "theme high-contrast",
            "the table is held still; the batch goes on",
            "beach/IMG_0412.jpg is failed: nothing to send again and a word more",
        ];
        for (text, height) in texts.iter().flat_map(|text| [(text, 12), (text, 8)]) {
            for mut desk in [fixtures::running(40, height), fixtures::planning(40, height)] {
                desk.ui.say(*text);
                let screen = desk.screen();
                let words: Vec<_> = screen.split_whitespace().collect();
                assert!(words.join(" ").contains(text), "{screen}");
                assert!(footer(&desk).contains("q quit"), "{screen}");
                assert!(!desk.ui.is_planning() || screen.contains("Enter: "), "the price stays in sight: {screen}");
            }
        }
        let mut desk = fixtures::running(40, 12);
        desk.ui.say("a word ".repeat(40));
        assert!(desk.screen().contains("…"), "{}", desk.screen());
    }

    #[test]
    fn what_is_marked_can_be_sent_again_and_says_so() {
        for (width, height) in [(120, 36), (80, 24), (40, 12)] {
            let mut desk = fixtures::running(width, height);
            desk.press_all(&["space", "space"]);
            let footer = footer(&desk);
            assert!(footer.contains("r retry"), "{footer}");
            assert!(width < 80 || footer.contains("Esc unmark"), "{footer}");
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

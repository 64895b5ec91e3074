//! A text of several lines while it is typed: it is wrapped between words, and moved about in as it is seen.

use std::borrow::Cow;
use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::tui::view::words::text::{safe, width};

/// The most bytes of a text.
const MOST: usize = 256 * 1024;

/// A text of several lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Area {
    text: String,
    /// Where the cursor is, in bytes; always between two letters.
    at: usize,
    /// The column that going up and down keeps to.
    goal: Option<usize>,
    /// The first row that is shown.
    top: usize,
}

/// A letter as it is shown.
pub(crate) fn seen(letter: &str) -> Cow<'_, str> {
    if letter == "\t" { Cow::Borrowed(" ") } else { safe(letter) }
}

fn columns_of(text: &str) -> usize {
    text.graphemes(true).map(|letter| width(&seen(letter))).sum()
}

impl Area {
    /// A text with the cursor at its end.
    pub(crate) fn new(text: &str) -> Self {
        let mut area = Self::default();
        area.insert(text);
        area
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text as it is shown.
    pub(crate) fn shown(&self, part: Range<usize>) -> String {
        self.text.get(part).unwrap_or_default().graphemes(true).map(seen).collect()
    }

    /// The text's rows of at most so many columns, each as the bytes in it; there is one at the least.
    pub(crate) fn rows(&self, columns: usize) -> Vec<Range<usize>> {
        let columns = columns.max(1);
        let (mut rows, mut start) = (Vec::new(), 0);
        for line in self.text.split('\n') {
            let end = start + line.len();
            wrap(line, start, columns, &mut rows);
            start = end + 1;
        }
        rows
    }

    /// In which of the rows a place of the text is, and in which column of it.
    pub(crate) fn place(&self, rows: &[Range<usize>], at: usize) -> (usize, usize) {
        let row = rows.iter().rposition(|row| row.start <= at).unwrap_or_default();
        let start = rows.get(row).map_or(0, |row| row.start);
        (row, columns_of(self.text.get(start..at).unwrap_or_default()))
    }

    /// Where the cursor is: row and column.
    pub(crate) fn cursor(&self, rows: &[Range<usize>]) -> (usize, usize) {
        self.place(rows, self.at)
    }

    /// The first row to show of so many, with the cursor's row among them.
    pub(crate) fn top(&self, row: usize, height: usize) -> usize {
        self.top.min(row).max((row + 1).saturating_sub(height.max(1)))
    }

    /// Scrolls as little as shows the cursor.
    pub(crate) fn keep_in_sight(&mut self, columns: usize, height: usize) {
        let (row, _) = self.cursor(&self.rows(columns));
        self.top = self.top(row, height);
    }

    /// Goes to a place of the text, in bytes.
    pub(crate) fn go_to(&mut self, at: usize) {
        self.at = (0..=at.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or_default();
        self.goal = None;
    }

    /// Goes to the letter that is seen in a row and column.
    pub(crate) fn point(&mut self, columns: usize, row: usize, column: usize) {
        let rows = self.rows(columns);
        let row = rows.get(row.min(rows.len().saturating_sub(1))).cloned().unwrap_or_default();
        self.at = self.nearest(row, column);
        self.goal = None;
    }

    /// Puts a text where the cursor is; false if not all of it has room. Of characters that are no letters
    /// only ends of lines and tabs are taken.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut is_whole = true;
        for c in text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')) {
            if self.text.len() + c.len_utf8() > MOST {
                is_whole = false;
                break;
            }
            self.text.insert(self.at, c);
            self.at += c.len_utf8();
        }
        self.settle();
        self.goal = None;
        is_whole
    }

    /// Takes a key; `None` if it is none of a text's, else whether the text is another one now.
    pub(crate) fn press(&mut self, event: KeyEvent, columns: usize, height: usize) -> Option<bool> {
        let before = self.text.len();
        let rows = self.rows(columns);
        let (row, _) = self.cursor(&rows);
        let of_row = rows.get(row).cloned().unwrap_or_default();
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let goal = self.goal.take();
        match event.code {
            KeyCode::Char('a') if ctrl => self.at = of_row.start,
            KeyCode::Char('e') if ctrl => self.at = self.end_of(&rows, row),
            KeyCode::Char('u') if ctrl => self.cut(of_row.start, self.at),
            KeyCode::Char('k') if ctrl => self.cut(self.at, self.end_of(&rows, row)),
            KeyCode::Char('w') if ctrl => self.cut(self.word(false), self.at),
            KeyCode::Char(_) if event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => return None,
            KeyCode::Char(c) => return Some(self.insert(c.encode_utf8(&mut [0; 4]))),
            KeyCode::Enter => return Some(self.insert("\n")),
            KeyCode::Backspace => self.cut(self.letter(false), self.at),
            KeyCode::Delete => self.cut(self.at, self.letter(true)),
            KeyCode::Left if ctrl => self.at = self.word(false),
            KeyCode::Right if ctrl => self.at = self.word(true),
            KeyCode::Left => self.at = self.letter(false),
            KeyCode::Right => self.at = self.letter(true),
            KeyCode::Home if ctrl => self.at = 0,
            KeyCode::End if ctrl => self.at = self.text.len(),
            KeyCode::Home => self.at = of_row.start,
            KeyCode::End => self.at = self.end_of(&rows, row),
            KeyCode::Up => self.go_by(&rows, -1, goal),
            KeyCode::Down => self.go_by(&rows, 1, goal),
            KeyCode::PageUp => self.go_by(&rows, -isize::try_from(height.max(2) - 1).unwrap_or(1), goal),
            KeyCode::PageDown => self.go_by(&rows, isize::try_from(height.max(2) - 1).unwrap_or(1), goal),
            _ => return None,
        }
        Some(self.text.len() != before)
    }

    /// Moves the cursor by so many rows.
    pub(crate) fn scroll(&mut self, columns: usize, by: isize) {
        let goal = self.goal.take();
        self.go_by(&self.rows(columns), by, goal);
    }

    fn go_by(&mut self, rows: &[Range<usize>], by: isize, goal: Option<usize>) {
        let (row, column) = self.cursor(rows);
        let goal = goal.unwrap_or(column);
        let next = row.saturating_add_signed(by).min(rows.len().saturating_sub(1));
        self.at = match rows.get(next).cloned() {
            Some(_) if next == row && by < 0 => 0,
            Some(_) if next == row => self.text.len(),
            Some(of) => {
                // The end of a row that is wrapped is the start of the next one.
                let end = self.end_of(rows, next);
                self.nearest(of.start..end, goal)
            }
            None => return,
        };
        self.goal = Some(goal);
    }

    /// The last place that is seen in a row.
    fn end_of(&self, rows: &[Range<usize>], row: usize) -> usize {
        let Some(of) = rows.get(row) else { return self.text.len() };
        let is_wrapped = rows.get(row + 1).is_some_and(|next| next.start == of.end);
        if !is_wrapped {
            return of.end;
        }
        let last = self.text.get(of.clone()).and_then(|text| text.graphemes(true).next_back());
        of.end - last.map_or(0, str::len)
    }

    /// The place in a row that is nearest to a column.
    fn nearest(&self, row: Range<usize>, column: usize) -> usize {
        let (mut at, mut used) = (row.start, 0);
        for letter in self.text.get(row).unwrap_or_default().graphemes(true) {
            used += width(&seen(letter));
            if used > column {
                break;
            }
            at += letter.len();
        }
        at
    }

    /// One letter after or before the cursor.
    fn letter(&self, forward: bool) -> usize {
        let (before, after) = self.text.split_at_checked(self.at).unwrap_or((&self.text, ""));
        let next = if forward { after.graphemes(true).next() } else { before.graphemes(true).next_back() };
        let length = next.map_or(0, str::len);
        if forward { self.at + length } else { self.at - length.min(self.at) }
    }

    /// The end of the word after the cursor, or the start of the one before it.
    fn word(&self, forward: bool) -> usize {
        let (before, after) = self.text.split_at_checked(self.at).unwrap_or((&self.text, ""));
        if forward {
            let blanks = after.len() - after.trim_start().len();
            let word = after.trim_start().split(char::is_whitespace).next().map_or(0, str::len);
            self.at + blanks + word
        } else {
            let word = before.trim_end();
            word.rfind(char::is_whitespace).map_or(0, |blank| {
                blank + word.get(blank..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
            })
        }
    }

    fn cut(&mut self, from: usize, to: usize) {
        if self.text.get(from..to).is_some() {
            self.text.replace_range(from..to, "");
            self.at = from;
            self.settle();
        }
    }

    /// What stands together by now may be one letter: the cursor goes behind it.
    fn settle(&mut self) {
        let line = self.text.get(..self.at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let rest = self.text.get(line..).unwrap_or_default();
        let ends = rest.grapheme_indices(true).map(|(at, letter)| line + at + letter.len());
        if self.at > line {
            self.at = ends.into_iter().find(|end| *end >= self.at).unwrap_or(self.text.len());
        }
    }
}

/// Adds the rows of one line, which begins at `start`.
fn wrap(line: &str, start: usize, columns: usize, rows: &mut Vec<Range<usize>>) {
    let (mut from, mut used, mut blank) = (0, 0, None);
    for (at, letter) in line.grapheme_indices(true) {
        let wide = width(&seen(letter));
        let is_blank = letter.chars().all(char::is_whitespace);
        // A blank at the end of a row hangs over.
        if used + wide > columns && at > from && !is_blank {
            let cut = blank.filter(|blank| *blank > from).unwrap_or(at);
            rows.push(start + from..start + cut);
            used = columns_of(line.get(cut..at).unwrap_or_default());
            (from, blank) = (cut, None);
        }
        used += wide;
        if is_blank {
            blank = Some(at + letter.len());
        }
    }
    rows.push(start + from..start + line.len());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::fixtures::key_event;

    fn seen_rows(area: &Area, columns: usize) -> Vec<String> {
        area.rows(columns).into_iter().map(|row| area.shown(row)).collect()
    }

    fn press(area: &mut Area, columns: usize, keys: &[&str]) {
        for key in keys {
            area.press(key_event(key), columns, 4);
        }
    }

    #[test]
    fn rows_break_between_words_and_lose_nothing() {
        let area = Area::new("a wide sandy beach\n\nat low tide ");
        assert_eq!(seen_rows(&area, 8), ["a wide ", "sandy ", "beach", "", "at low ", "tide "]);
        assert_eq!(seen_rows(&Area::new("unbreakable"), 4), ["unbr", "eaka", "ble"]);
        assert_eq!(seen_rows(&Area::new("海辺の写真"), 4), ["海辺", "の写", "真"]);
        assert_eq!(seen_rows(&Area::new(""), 4), [""]);
    }

    #[test]
    fn the_cursor_goes_by_letters_as_they_are_seen() {
        let mut area = Area::new("e\u{301}👨‍👩‍👧 海");
        press(&mut area, 20, &["left", "left", "left"]);
        assert_eq!(area.cursor(&area.rows(20)), (0, 1), "each is one letter, whatever it is made of");
        press(&mut area, 20, &["backspace", "x", "enter", "y"]);
        assert_eq!(area.text(), "x\ny👨‍👩‍👧 海");
        press(&mut area, 20, &["end", "up", "left"]);
        assert_eq!(area.cursor(&area.rows(20)), (0, 0));
        press(&mut area, 20, &["down", "ctrl-k"]);
        assert_eq!(area.text(), "x\n");
    }

    #[test]
    fn up_and_down_keep_to_their_column_and_words_are_gone_over() {
        let mut area = Area::new("one two three\nx\nfour five six");
        press(&mut area, 40, &["up", "up"]);
        assert_eq!(area.cursor(&area.rows(40)), (0, 13));
        press(&mut area, 40, &["ctrl-left", "ctrl-w", "ctrl-u"]);
        assert_eq!(area.text(), "three\nx\nfour five six");
        press(&mut area, 40, &["down", "down", "ctrl-right", "ctrl-right"]);
        assert_eq!(area.cursor(&area.rows(40)), (2, 9));
        // A row that is wrapped ends before the letter that begins the next one.
        let mut area = Area::new("abcdef");
        press(&mut area, 3, &["up", "end"]);
        assert_eq!(area.cursor(&area.rows(3)), (0, 2));
    }

    #[test]
    fn what_is_pasted_is_kept_but_for_what_could_steer_a_terminal() {
        let mut area = Area::new("");
        assert!(area.insert("one\r\n\ttwo\u{1b}[2J\rthree 👩‍🚀"));
        assert_eq!(area.text(), "one\n\ttwo[2J\nthree 👩‍🚀");
        assert!(!area.insert(&"x".repeat(300 * 1024)), "it is said that not all of it has room");
    }

    proptest! {
        #[test]
        fn any_keys_leave_a_whole_text_and_a_cursor_in_it(
            text in "[a-c é海👨\u{200d}\u{301}\n]{0,30}",
            keys in prop::collection::vec(0_usize..18, 0..40),
            columns in 1_usize..9,
        ) {
            let all = [
                "left", "right", "up", "down", "home", "end", "backspace", "enter", "x", "ctrl-w", "ctrl-k", "ctrl-u",
                "ctrl-left", "ctrl-right", "pgup", "pgdn", "ctrl-home", "\u{200d}",
            ];
            let mut area = Area::new(&text);
            for key in keys {
                press(&mut area, columns, &[all[key]]);
                let rows = area.rows(columns);
                prop_assert!(area.text().is_char_boundary(area.at));
                prop_assert_eq!(rows.last().map(|row| row.end), Some(area.text().len()));
                let (row, column) = area.cursor(&rows);
                prop_assert!(row < rows.len() && column <= columns.max(4) + 40);
            }
        }
    }
}

//! A backend that lets no letter shift the rest of its row. Of how many columns a letter with signs takes
//! terminals have views of their own, so each such letter is put on cells that are blank, and what follows it
//! is put where it belongs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::view::words::text::{is_loose, width};

/// A backend that knows which letters are loose.
#[derive(Debug)]
pub(super) struct Placed<W: Write> {
    inner: CrosstermBackend<W>,
    /// Where loose letters are on the screen, row and column, and where what was kept for each ends.
    loose: BTreeMap<(u16, u16), u16>,
}

impl<W: Write> Placed<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { inner: CrosstermBackend::new(writer), loose: BTreeMap::new() }
    }

    /// Where the loose letters end that begin in these cells. They are about to be written over.
    fn take_loose(&mut self, x: u16, y: u16, end: u16) -> Option<u16> {
        let mut last = None;
        while let Some((at, stood)) = self.loose.range((y, x)..(y, end)).next().map(|(at, end)| (*at, *end)) {
            self.loose.remove(&at);
            last = last.max(Some(stood));
        }
        last
    }

    /// Empties cells, in the style of the first.
    fn blank(&mut self, x: u16, y: u16, columns: u16, like: &Cell) -> io::Result<()> {
        let mut blank = like.clone();
        blank.set_symbol(" ");
        self.inner.draw((0..columns).map(|column| (x.saturating_add(column), y, &blank)))
    }
}

impl<W: Write> Backend for Placed<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut plain = Vec::new();
        for (x, y, cell) in content {
            let is_loose = is_loose(cell.symbol());
            let end = x.saturating_add(u16::try_from(width(cell.symbol())).unwrap_or_default().max(1));
            let stood = self.take_loose(x, y, end);
            if is_loose || stood.is_some() {
                // Each of these begins by putting the cursor where it belongs.
                self.inner.draw(plain.drain(..))?;
                self.blank(x, y, stood.unwrap_or_default().max(end).saturating_sub(x), cell)?;
            }
            if is_loose {
                self.inner.draw(std::iter::once((x, y, cell)))?;
                self.loose.insert((y, x), end);
            } else {
                plain.push((x, y, cell));
            }
        }
        self.inner.draw(plain.into_iter())
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.inner.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.loose.clear();
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        if region == ClearType::All {
            self.loose.clear();
        }
        self.inner.clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};
    use unicode_segmentation::UnicodeSegmentation as _;
    use unicode_width::UnicodeWidthChar as _;

    use super::*;
    use crate::tui::view::paint::put;

    /// How wide a terminal takes what follows the first code point of a letter to be.
    type Views = fn(&str) -> usize;

    const TERMINALS: [Views; 4] = [
        // A sign is a column, as for glibc.
        |letter| letter.chars().map(|c| c.width().unwrap_or_default()).sum(),
        // A sign is none.
        |letter| letter.chars().next().and_then(char::width).unwrap_or_default(),
        // A letter is at most two.
        |letter| letter.chars().filter_map(char::width).sum::<usize>().min(2),
        // A sign is a column, whatever Unicode says.
        width,
    ];

    /// What a terminal has on a row of so many cells: the letter that begins there, `<` where one goes on.
    fn show(bytes: &[u8], columns: usize, view: Views) -> Vec<String> {
        let mut cells = vec![" ".to_owned(); columns];
        let mut at = 0;
        let text = std::str::from_utf8(bytes).unwrap();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
                let (parameters, after) = sequence.split_at(sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap());
                if let Some(column) = parameters.strip_prefix("1;").filter(|_| after.starts_with('H')) {
                    at = column.parse::<usize>().unwrap() - 1;
                }
                rest = after.split_at(1).1;
                continue;
            }
            let (plain, after) = rest.split_at(rest.find('\u{1b}').unwrap_or(rest.len()));
            for letter in plain.graphemes(true) {
                for column in 0..view(letter) {
                    cells[at + column] = if column == 0 { letter.to_owned() } else { "<".to_owned() };
                }
                at += view(letter);
            }
            rest = after;
        }
        cells
    }

    fn row(text: &str) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 1));
        let end = put(&mut buf, 1, 0, 20, text, Style::new());
        put(&mut buf, end, 0, 4, "|end", Style::new());
        put(&mut buf, 0, 0, 1, "│", Style::new());
        buf
    }

    #[test]
    fn whatever_a_terminal_makes_of_a_letter_the_rest_stands_where_it_belongs_and_nothing_stays() {
        let texts = ["हिन्दी में", "বাংলা ছবি", "தமிழ் கோ", "plain", "ab", "", "क्षत्रिय x"];
        for view in TERMINALS {
            for before in texts {
                for after in texts {
                    let mut written = Vec::new();
                    let mut backend = Placed::new(&mut written);
                    let (empty, first, second) = (Buffer::empty(Rect::new(0, 0, 24, 1)), row(before), row(after));
                    backend.draw(empty.diff_iter(&first)).unwrap();
                    backend.draw(first.diff_iter(&second)).unwrap();
                    drop(backend);
                    let cells = show(&written, 24, view);
                    for (x, cell) in (0..).zip(&cells) {
                        let wanted = &second[(x, 0)];
                        let covered = (0..x).any(|from| usize::from(x - from) < width(second[(from, 0)].symbol()));
                        assert!(
                            if covered { cell == "<" || cell == " " } else { cell == wanted.symbol() },
                            "{before} {after} at {x}: {cells:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_not_disputed_is_written_as_ever() {
        let mut change = row("plain 海辺 é");
        change.set_style(Rect::new(0, 0, 8, 1), Style::new().add_modifier(Modifier::BOLD));
        let empty = Buffer::empty(change.area);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        Placed::new(&mut ours).draw(empty.diff_iter(&change)).unwrap();
        CrosstermBackend::new(&mut theirs).draw(empty.diff_iter(&change)).unwrap();
        assert_eq!(ours, theirs);
    }
}

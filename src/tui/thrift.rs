//! The same frame in fewer bytes: over a slow line half of a frame would be words on where the cursor goes next.
//! What is on the screen after it is the same to the cell.

use std::io::{self, Write};

/// Styles that are set at once.
const MOST_STYLES: usize = 3;

/// Moves and styles between two texts, as far as they are not written yet.
#[derive(Debug, Default)]
struct Pending<'a> {
    /// Where the cursor is to go: row and column, from 1.
    to: Option<(u16, u16)>,
    /// The parameters of styles that are to be set, in their order.
    styles: Vec<&'a str>,
}

/// Writes a frame for a screen of so many columns. It is made of text, of positions (`CUP`) and of styles (`SGR`);
/// one with anything else in it, such as a picture, is written as it is.
pub(super) fn write(frame: &[u8], columns: u16, out: &mut impl Write) -> io::Result<()> {
    let parts = std::str::from_utf8(frame).ok().and_then(parts);
    let Some(parts) = parts else { return out.write_all(frame) };
    let mut at: Option<(u16, u16)> = None;
    let mut pending = Pending::default();
    for part in parts {
        match part {
            Part::Move(row, column) => pending.to = Some((row, column)),
            // What was set before a reset is gone with it.
            Part::Style("" | "0") => pending.styles = vec!["0"],
            Part::Style(style) => pending.styles.push(style),
            Part::Text(text) => {
                at = pending.settle(at, out)?;
                out.write_all(text.as_bytes())?;
                at = at.and_then(|(row, column)| Some((row, after(column, text, columns)?)));
            }
        }
    }
    pending.settle(at, out).map(drop)
}

/// The column after a text; `None` where terminals could differ, or at the end of a row, where they wait for more.
fn after(column: u16, text: &str, columns: u16) -> Option<u16> {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let end = u16::try_from(text.len()).ok().and_then(|length| column.checked_add(length));
    end.filter(|end| is_plain && *end <= columns)
}

impl Pending<'_> {
    /// Writes it; gives where the cursor is then, as far as that is certain.
    fn settle(&mut self, at: Option<(u16, u16)>, out: &mut impl Write) -> io::Result<Option<(u16, u16)>> {
        // No terminal takes fewer parameters at once than these have; a colour has five.
        for styles in self.styles.chunks(MOST_STYLES) {
            write!(out, "\x1b[{}m", styles.join(";"))?;
        }
        self.styles.clear();
        let Some(to) = self.to.take() else { return Ok(at) };
        let absolute = format!("\x1b[{};{}H", to.0, to.1);
        let relative = at.and_then(|at| relative(at, to)).filter(|moves| moves.len() < absolute.len());
        out.write_all(relative.unwrap_or(absolute).as_bytes())?;
        Ok(Some(to))
    }
}

/// The way there in steps: in its row, or to the row below.
fn relative((row, column): (u16, u16), to: (u16, u16)) -> Option<String> {
    let down = match to.0.checked_sub(row)? {
        0 => "",
        1 => "\x1b[B",
        _ => return None,
    };
    let steps = |n: u16, letter: char| if n == 1 { format!("\x1b[{letter}") } else { format!("\x1b[{n}{letter}") };
    let along = match (to.1.checked_sub(column), column.saturating_sub(to.1)) {
        (Some(0), _) => String::new(),
        (Some(right), _) => steps(right, 'C'),
        (None, left @ 1..=3) => "\x08".repeat(left.into()),
        (None, left) => steps(left, 'D'),
    };
    Some(format!("{down}{along}"))
}

/// A part of a frame.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Move(u16, u16),
    /// A style's parameters.
    Style(&'a str),
}

/// The parts of a frame; `None` if there is anything else in it.
fn parts(frame: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut pieces = frame.split('\x1b');
    let text = |text: &str| text.bytes().all(|byte| byte >= b' ' && byte != 0x7f);
    let first = pieces.next().filter(|first| text(first))?;
    if !first.is_empty() {
        parts.push(Part::Text(first));
    }
    for piece in pieces {
        let sequence = piece.strip_prefix('[')?;
        let end = sequence.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
        let (parameters, rest) = sequence.split_at_checked(end)?;
        let (letter, rest) = rest.split_at_checked(1)?;
        parts.push(match letter {
            "H" => {
                let (row, column) = parameters.split_once(';')?;
                Part::Move(row.parse().ok()?, column.parse().ok()?)
            }
            "m" => Part::Style(parameters),
            _ => return None,
        });
        if !text(rest) {
            return None;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest));
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use proptest::prelude::*;
    use ratatui::backend::{Backend as _, CrosstermBackend};
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};

    use super::*;

    const SIZE: (u16, u16) = (6, 24);

    fn thrifty(frame: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(frame, SIZE.1, &mut out).unwrap();
        out
    }

    fn shown(frames: &[Vec<u8>]) -> String {
        let side = |n| NonZeroU16::new(n).unwrap();
        let mut screen = vt100::Parser::new(side(SIZE.0), side(SIZE.1), 0);
        for frame in frames {
            screen.process(frame);
        }
        screen.screen().contents_formatted()
    }

    /// Puts a text somewhere.
    type Put = (u16, u16, String, u8);

    fn style(kind: u8) -> Style {
        match kind % 5 {
            0 => Style::new(),
            1 => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
            2 => Style::new().add_modifier(Modifier::REVERSED | Modifier::DIM),
            3 => Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(99)),
            _ => Style::new().add_modifier(Modifier::UNDERLINED),
        }
    }

    /// The frames that the backend makes of what is put there, one after the other.
    fn frames(puts: &[Vec<Put>]) -> Vec<Vec<u8>> {
        let area = Rect::new(0, 0, SIZE.1, SIZE.0);
        let mut before = Buffer::empty(area);
        let frame = |puts: &Vec<Put>| {
            let mut now = before.clone();
            for (x, y, text, kind) in puts {
                now.set_string(x % SIZE.1, y % SIZE.0, text, style(*kind));
            }
            let mut bytes = Vec::new();
            CrosstermBackend::new(&mut bytes).draw(before.diff_iter(&now)).unwrap();
            before = now;
            bytes
        };
        puts.iter().map(frame).collect()
    }

    proptest! {
        #[test]
        fn the_screen_is_the_same_to_the_cell_and_no_frame_grows(
            puts in prop::collection::vec(
                prop::collection::vec((0_u16..24, 0_u16..6, "[a-c 0-2]{1,9}|[━海é]{1,4}", any::<u8>()), 0..9), 1..6),
        ) {
            crossterm::style::force_color_output(true);
            let plain = frames(&puts);
            let thrifty: Vec<_> = plain.iter().map(|frame| thrifty(frame)).collect();
            prop_assert_eq!(shown(&plain), shown(&thrifty));
            prop_assert!(plain.iter().zip(&thrifty).all(|(plain, thrifty)| thrifty.len() <= plain.len()));
        }
    }

    #[test]
    fn clocks_below_each_other_take_few_bytes() {
        let clocks = |second: char| (0..4).map(|y| (3, y, format!("0:0{second}"), 0)).collect::<Vec<Put>>();
        let frames = frames(&[clocks('1'), clocks('2')]);
        assert_eq!(
            thrifty(&frames[1]).escape_ascii().to_string(),
            r"\x1b[1;7H2\x1b[B\x082\x1b[B\x082\x1b[B\x082\x1b[0m"
        );
    }

    #[test]
    fn a_frame_with_anything_else_in_it_is_left_alone() {
        for frame in
            ["\x1b[1;1Ha\x1b_Gf=100;AAAA\x1b\\\x1b[1;2Hb", "\x1b[2J\x1b[1;1Ha\x1b[1;3Hb", "a\x1b[1;2Hb\r\n", "\x1b["]
        {
            assert_eq!(thrifty(frame.as_bytes()), frame.as_bytes());
        }
        assert_eq!(thrifty(b"\xff\x1b[0m\x1b[0m"), b"\xff\x1b[0m\x1b[0m");
    }
}

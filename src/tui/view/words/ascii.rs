//! The finished screen for terminals that show ASCII only: one place that knows what each of our
//! symbols becomes, so that no view has to.

use ratatui::buffer::{Buffer, CellDiffOption};

/// Puts an ASCII character in the place of every other one.
pub(in crate::tui::view) fn flatten(buf: &mut Buffer) {
    for cell in &mut buf.content {
        if !cell.symbol().is_ascii() {
            let plain = cell.symbol().chars().next().map_or(" ", plain);
            cell.set_symbol(plain).set_diff_option(CellDiffOption::None);
        }
    }
}

/// The same with a line of text.
pub(crate) fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { plain(c).to_owned() }).collect()
}

fn plain(c: char) -> &'static str {
    match c {
        '─' | '╌' | '–' | '·' | '☆' => "-",
        '━' | '┄' => "=",
        '╸' | '▌' | '▸' | '▶' | '→' => ">",
        '←' | '◀' => "<",
        '│' | '▏' | '║' => "|",
        '┌' | '┐' | '└' | '┘' | '✓' => "+",
        '×' | '✗' => "x",
        '≈' | '…' => "~",
        '↑' => "^",
        '↓' => "v",
        '↻' => "@",
        '○' | '▄' | '▅' => "o",
        '◐' | '◆' | '★' => "*",
        '●' | '█' | '▇' => "#",
        '⊘' => "/",
        '▁' => "_",
        '▂' => ".",
        '▃' => ":",
        '▆' => "O",
        '\u{a0}' => " ",
        _ => "?",
    }
}

//! Putting text into cells: cleaned, clipped, and never outside the buffer.

use std::num::NonZeroU16;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;

use super::hits::{Click, Hits};
use super::words::text::{WIDEST, fit, is_loose, letter_columns, safe, width};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Puts a text into one row of cells from `x` on, at most `columns` of them; gives where it ends.
pub(crate) fn put(buf: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
    let inside = x < buf.area.right() && y < buf.area.bottom() && x >= buf.area.x && y >= buf.area.y;
    if !inside || columns == 0 {
        return x;
    }
    let text = safe(text);
    if text.is_ascii() {
        return buf.set_stringn(x, y, text, usize::from(columns), style).0;
    }
    let end = buf.area.right().min(x.saturating_add(columns));
    let mut x = x;
    for letter in text.graphemes(true) {
        let wide = u16::try_from(letter_columns(letter)).unwrap_or(u16::MAX);
        if wide > end.saturating_sub(x) {
            break;
        }
        for column in 0..wide {
            let Some(cell) = buf.cell_mut((x.saturating_add(column), y)) else { return x };
            if column == 0 {
                let width = NonZeroU16::new(wide).filter(|_| is_loose(letter));
                cell.set_symbol(letter).set_style(style);
                cell.set_diff_option(width.map_or(CellDiffOption::None, CellDiffOption::ForcedWidth));
            } else {
                cell.reset();
            }
        }
        x = x.saturating_add(wide);
    }
    x
}

/// Puts a text at the right end of `columns` cells from `x` on.
pub(crate) fn put_right(buf: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, style: Style) {
    let text = fit(text, usize::from(columns));
    let free = columns.saturating_sub(columns_of(&text));
    put(buf, x.saturating_add(free), y, columns.saturating_sub(free), &text, style);
}

/// Puts spans one after the other into a row; gives where they end.
pub(crate) fn put_spans(buf: &mut Buffer, row: Rect, spans: &[Span<'_>]) -> u16 {
    let mut x = row.x;
    for span in spans {
        x = put(buf, x, row.y, row.right().saturating_sub(x), &span.content, span.style);
    }
    x
}

/// Columns of a text, as a terminal's coordinate.
pub(crate) fn columns_of(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

fn columns_of_spans(spans: &[Span<'_>]) -> u16 {
    spans.iter().fold(0_u16, |sum, span| sum.saturating_add(columns_of(&safe(&span.content))))
}

/// A part of a line that can be left out where there is no room.
#[derive(Debug, Clone)]
pub(crate) struct Piece<'a> {
    spans: Vec<Span<'a>>,
    /// What a click on each span does.
    clicks: Vec<Option<Click>>,
    /// The higher, the longer it stays.
    keep: u8,
}

impl<'a> Piece<'a> {
    pub(crate) fn new(keep: u8, spans: impl Into<Vec<Span<'a>>>) -> Self {
        Self { spans: spans.into(), clicks: Vec::new(), keep }
    }

    /// The same with something that a click on any part of it does.
    pub(crate) fn on_click(mut self, click: Click) -> Self {
        self.clicks = vec![Some(click); self.spans.len()];
        self
    }

    /// The same with something that a click on each of its spans does.
    pub(crate) fn on_clicks(self, clicks: Vec<Option<Click>>) -> Self {
        Self { clicks, ..self }
    }

    pub(crate) fn text(keep: u8, text: impl Into<std::borrow::Cow<'a, str>>, style: Style) -> Self {
        Self::new(keep, vec![Span::styled(text, style)])
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.iter().all(|span| span.content.is_empty())
    }

    /// Whether it stays at least so long.
    pub(crate) fn keeps(&self, keep: u8) -> bool {
        self.keep >= keep
    }

    pub(crate) fn columns(&self) -> u16 {
        columns_of_spans(&self.spans)
    }
}

/// Puts pieces at the left and at the right end of a row, `gap` columns apart, leaving out the
/// least important until the rest fits. Gives the free cells between left and right.
pub(crate) fn spread(buf: &mut Buffer, row: Rect, gap: u16, left: Vec<Piece<'_>>, right: Vec<Piece<'_>>) -> Rect {
    spread_hits(buf, row, gap, left, right, &mut Hits::default())
}

/// The same, and notes what clicks on the pieces do.
pub(crate) fn spread_hits(
    buf: &mut Buffer,
    row: Rect,
    gap: u16,
    left: Vec<Piece<'_>>,
    right: Vec<Piece<'_>>,
    hits: &mut Hits,
) -> Rect {
    let (left, right) = drop_until_fits(row.width, gap, left, right);
    let mut x = row.x;
    for (place, piece) in left.iter().enumerate() {
        let start = if place == 0 { x } else { x.saturating_add(gap) };
        x = put_piece(buf, Rect { x: start, width: row.right().saturating_sub(start), ..row }, piece, hits);
    }
    let mut end = row.right();
    for (place, piece) in right.iter().rev().enumerate() {
        let gap = if place == 0 { 0 } else { gap };
        let start = end.saturating_sub(gap).saturating_sub(piece.columns()).max(x);
        put_piece(buf, Rect { x: start, width: end.saturating_sub(start), ..row }, piece, hits);
        end = start;
    }
    Rect { x, width: end.saturating_sub(x), ..row }
}

fn put_piece(buf: &mut Buffer, row: Rect, piece: &Piece<'_>, hits: &mut Hits) -> u16 {
    let mut x = row.x;
    for (at, span) in piece.spans.iter().enumerate() {
        let end = put(buf, x, row.y, row.right().saturating_sub(x), &span.content, span.style);
        if let Some(click) = piece.clicks.get(at).copied().flatten() {
            hits.add(Rect { x, width: end.saturating_sub(x), height: 1, ..row }, click);
        }
        x = end;
    }
    x
}

fn drop_until_fits<'a>(
    columns: u16,
    gap: u16,
    mut left: Vec<Piece<'a>>,
    mut right: Vec<Piece<'a>>,
) -> (Vec<Piece<'a>>, Vec<Piece<'a>>) {
    loop {
        let pieces = left.len() + right.len();
        let gaps = gap.saturating_mul(u16::try_from(pieces.saturating_sub(1)).unwrap_or(u16::MAX));
        let used = left.iter().chain(&right).fold(gaps, |sum, piece| sum.saturating_add(piece.columns()));
        if used <= columns || pieces <= 1 {
            return (left, right);
        }
        let least = left.iter().chain(&right).map(|piece| piece.keep).min().unwrap_or_default();
        // Of equals the one at the right end goes first.
        if let Some(at) = right.iter().rposition(|piece| piece.keep == least) {
            right.remove(at);
        } else if let Some(at) = left.iter().rposition(|piece| piece.keep == least) {
            left.remove(at);
        }
    }
}

/// A pane's border: a box, or on narrow screens a rule on top. Gives the row that its title stands
/// in, without the corners.
pub(crate) fn frame(buf: &mut Buffer, area: Rect, style: Style, sides: bool) -> Rect {
    if area.is_empty() {
        return area;
    }
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    let rule = "─".repeat(usize::from(area.width));
    put(buf, area.x, area.y, area.width, &rule, style);
    if sides {
        put(buf, area.x, bottom, area.width, &rule, style);
        for y in area.y..=bottom {
            put(buf, area.x, y, 1, "│", style);
            put(buf, right, y, 1, "│", style);
        }
        for (x, y, corner) in [(area.x, area.y, "┌"), (right, area.y, "┐"), (area.x, bottom, "└"), (right, bottom, "┘")]
        {
            put(buf, x, y, 1, corner, style);
        }
    }
    let inset = u16::from(sides);
    Rect { x: area.x.saturating_add(inset), width: area.width.saturating_sub(inset * 2), height: 1, ..area }
}

/// Lays the selection over a row. Where the theme gives it no background, the row is reversed as a
/// whole: coloured text in it would turn into coloured blocks.
pub(crate) fn select(ui: &Ui, row: Rect, buf: &mut Buffer) {
    let row = row.intersection(buf.area);
    if !ui.screen.styles.has_background(Role::Selection) {
        buf.set_style(row, Style::reset().patch(ui.screen.styles.of(Role::Text)));
    }
    buf.set_style(row, ui.screen.styles.of(Role::Selection));
}

/// Empties an area for something in front of it.
pub(crate) fn clear(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        // A wide character that reaches in from the left would cover the first column.
        for back in 1..WIDEST {
            let before = area.x.checked_sub(back).and_then(|x| buf.cell_mut((x, y)));
            if let Some(cell) = before.filter(|cell| columns_of(cell.symbol()) > back) {
                cell.set_symbol(" ").set_diff_option(CellDiffOption::None);
            }
        }
    }
    for position in area.positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
            cell.set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: u16, left: &[(u8, &'static str)], right: &[(u8, &'static str)]) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, columns, 1));
        let pieces = |list: &[(u8, &'static str)]| {
            list.iter().map(|(keep, text)| Piece::text(*keep, *text, Style::new())).collect()
        };
        let area = buf.area;
        spread(&mut buf, area, 2, pieces(left), pieces(right));
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_least_important_pieces_leave_first() {
        let (left, right) = (&[(9, "running"), (1, "model")][..], &[(5, "8 of 8"), (7, "0:41")][..]);
        assert_eq!(row(34, left, right), "running  model        8 of 8  0:41");
        assert_eq!(row(24, left, right), "running     8 of 8  0:41");
        assert_eq!(row(16, left, right), "running     0:41");
        assert_eq!(row(8, left, right), "running ");
        assert_eq!(row(4, left, right), "runn");
    }

    #[test]
    fn nothing_is_put_outside() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 2));
        put(&mut buf, 9, 9, 4, "text", Style::new());
        put(&mut buf, 2, 1, 99, "text", Style::new());
        put_right(&mut buf, 3, 0, 9, "right", Style::new());
        frame(&mut buf, Rect::new(0, 0, 9, 9), Style::new(), true);
    }
}

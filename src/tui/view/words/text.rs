//! Text measured and cut in columns of the terminal, never in bytes or characters.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;

pub(crate) use crate::tui::view::words::cluster::{WIDEST, is_loose, letter_columns, safe};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(letter_columns).sum() }
}

/// The longest start of a text that takes at most so many columns, in bytes.
fn head(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += letter_columns(grapheme);
        if used > columns {
            return at;
        }
    }
    text.len()
}

/// The longest end of a text that takes at most so many columns: where it starts, in bytes.
fn tail(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += letter_columns(grapheme);
        if used > columns {
            return at + grapheme.len();
        }
    }
    0
}

fn start_of(text: &str, bytes: usize) -> &str {
    text.get(..bytes).unwrap_or(text)
}

fn rest_of(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}

/// The text, or its start and `…`.
pub(crate) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    shortened(text, columns, |text, room| format!("{}…", start_of(text, head(text, room))))
}

/// The text, or `…` and its end: of a path the end says most.
pub(crate) fn fit_end(text: &str, columns: usize) -> Cow<'_, str> {
    shortened(text, columns, end_of)
}

/// A path, or `…` and its end: cut at a `/` where that leaves its name whole.
pub(crate) fn fit_path(path: &str, columns: usize) -> Cow<'_, str> {
    shortened(path, columns, |path, room| {
        let mut parts = path.match_indices('/').map(|(at, _)| rest_of(path, at));
        parts.find(|rest| width(rest) <= room).map_or_else(|| end_of(path, room), |rest| format!("…{rest}"))
    })
}

fn end_of(text: &str, room: usize) -> String {
    format!("…{}", rest_of(text, tail(text, room)))
}

/// The text, or where it is too long what `cut` makes of it with `…` and one column less.
fn shortened(text: &str, columns: usize, cut: impl FnOnce(&str, usize) -> String) -> Cow<'_, str> {
    let text = safe(text);
    if text.len() <= columns || width(&text) <= columns {
        return text;
    }
    if columns == 0 { Cow::Borrowed("") } else { Cow::Owned(cut(&text, columns - 1)) }
}

/// A text in lines of at most so many columns, broken between words where that is possible.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<&str> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut rest = text;
    while width(rest) > columns {
        let fitting = head(rest, columns).max(first_grapheme(rest));
        let line = start_of(rest, fitting);
        let next_is_blank = rest_of(rest, fitting).starts_with(' ');
        let cut = match line.rfind(' ').filter(|at| *at > 0 && !next_is_blank) {
            Some(blank) => blank,
            None => fitting,
        };
        lines.push(start_of(rest, cut).trim_end_matches(' '));
        rest = rest_of(rest, cut).trim_start_matches(' ');
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest);
    }
    lines
}

/// One grapheme that is wider than the line still has to go somewhere.
fn first_grapheme(text: &str) -> usize {
    text.graphemes(true).next().map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_too_long_is_cut_in_columns() {
        assert_eq!(fit("beach.jpg", 9), "beach.jpg");
        assert_eq!(fit("beach.jpg", 6), "beach…");
        assert_eq!(fit("海辺の写真", 6), "海辺…", "a wide character is not cut in half");
        assert_eq!(fit_end("holiday/beach/IMG_1.jpg", 12), "…h/IMG_1.jpg");
        assert_eq!(fit("abc", 0), "");
        let paths = [24, 20, 19, 14, 13, 8].map(|columns| fit_path("holiday/beach/IMG_1234.jpg", columns));
        let expected = ["…/beach/IMG_1234.jpg", "…/beach/IMG_1234.jpg", "…/IMG_1234.jpg", "…/IMG_1234.jpg"];
        assert_eq!(paths[..4], expected, "a name is kept whole");
        assert_eq!(paths[4..], ["…IMG_1234.jpg", "…234.jpg"], "as long as it has room");
        assert_eq!(fit("e\u{301}a\u{300}x", 2), "e\u{301}…");
    }

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrap("a wide sandy beach", 8), ["a wide", "sandy", "beach"]);
        assert_eq!(wrap("exactly eight", 7), ["exactly", "eight"]);
        assert_eq!(wrap("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(wrap("海辺の写真", 4), ["海辺", "の写", "真"]);
        assert_eq!(wrap("", 4), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_asked(text in "\\PC{0,60}", columns in 0_usize..40) {
            prop_assert!(width(&fit(&text, columns)) <= columns);
            prop_assert!(width(&fit_end(&text, columns)) <= columns);
            prop_assert!(width(&fit_path(&text, columns)) <= columns);
            for line in wrap(&text, columns) {
                // Some scripts have single graphemes of three columns and more.
                let is_one = line.graphemes(true).filter(|grapheme| width(grapheme) > 0).count() <= 1;
                prop_assert!(width(line) <= columns.max(1) || is_one, "{line:?}");
            }
        }

        #[test]
        fn wrapping_loses_nothing_but_blanks(text in "[a-zäж海 ]{0,60}", columns in 1_usize..30) {
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&wrap(&text, columns).join(" ")), letters(&text));
        }
    }
}

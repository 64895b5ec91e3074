//! Text from outside, made harmless for a terminal.

use std::borrow::Cow;

/// Whether a character could move the cursor, hide, or turn the text around it.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The most that is kept of one text from outside, bytes.
const LONGEST: usize = 64 << 10;

/// A text from outside, cut where it is longer than 64 KiB, and saying so: fal has the whole of it.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let kept = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or_default();
    let length = text.len();
    Cow::Owned(format!("{kept} … [cut: {length} bytes came; fal's answer to the request holds them all]"))
}

/// Whether a character turns the direction of the text around it (Unicode, UAX 9: explicit
/// embeddings, overrides and isolates). Marks and joiners, which scripts need, do not.
#[must_use]
pub fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Logs, captions, file names and error bodies on one line, without control, bidirectional and
/// zero-width characters: newlines and tabs become blanks, the rest of them a visible `�`, variation
/// selectors and byte-order marks nothing.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => cleaned.push(' '),
            '\r' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => {}
            c if is_hostile(c) => cleaned.push('\u{fffd}'),
            c => cleaned.push(c),
        }
    }
    Cow::Owned(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_left_alone() {
        for text in ["beach/IMG_0412.jpg", "Прибой.jpg", "海辺.png", "👍🏽 ok", ""] {
            assert!(matches!(clean(text), Cow::Borrowed(t) if t == text));
        }
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters_and_says_so() {
        assert!(matches!(shortened("short"), Cow::Borrowed("short")));
        let long = "a".repeat(LONGEST - 1) + &"é".repeat(1000);
        let cut = shortened(&long);
        assert!(cut.starts_with(&"a".repeat(LONGEST - 1)) && !cut.contains('é'));
        assert!(cut.len() < LONGEST + 100, "{}", cut.len());
        assert!(cut.ends_with(" … [cut: 67535 bytes came; fal's answer to the request holds them all]"), "{cut}");
    }

    #[test]
    fn nothing_that_moves_the_cursor_gets_through() {
        assert_eq!(clean("a\x1b[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(clean("one\r\ntwo\tthree"), "one two three");
        assert_eq!(clean("gpj\u{202e}exe"), "gpj\u{fffd}exe");
        assert_eq!(clean("x\u{9b}31m"), "x\u{fffd}31m");
        assert_eq!(clean("z\u{200b}w\u{feff}"), "z\u{fffd}w");
    }
}

//! A text from outside as it may stand in a file.

use super::is_turning;

/// A text from outside on one line, without control characters (C0 and C1) and without those that turn
/// the direction of what follows. Unlike text for a terminal it keeps what
/// joins emoji and scripts.
#[must_use]
pub fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    let mut between = false;
    for c in text.chars() {
        if c.is_whitespace() {
            between = true;
        } else if !c.is_control() && !is_turning(c) {
            if between && !line.is_empty() {
                line.push(' ');
            }
            between = false;
            line.push(c);
        }
    }
    line
}

/// Whether it is plain words with a blank between two, as captions mostly are: records hold one for each photo.
fn is_one_line(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    is_plain && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_one_line_stays_and_all_else_becomes_one() {
        for text in ["", "a", "a cat, on a mat", "~ !"] {
            assert_eq!(one_line(text), text);
        }
        for (text, line) in [
            (" a", "a"),
            ("a ", "a"),
            ("a  b", "a b"),
            ("a\nb", "a b"),
            ("a\u{7f}b", "ab"),
            ("é\u{202e} è", "é è"),
            (" ", ""),
        ] {
            assert_eq!(one_line(text), line, "{text:?}");
        }
    }
}

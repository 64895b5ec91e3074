//! A text from outside as it may stand in a file.

use super::is_turning;

/// A text from outside on one line, without control characters (C0 and C1) and without those that turn
/// the direction of what follows. Unlike text for a terminal it keeps what
/// joins emoji and scripts.
#[must_use]
pub fn one_line(text: &str) -> String {
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

//! Names of files as text. One that is no UTF-8 is escaped, so that two that differ look different, and
//! can be read back.
//!
//! A byte that is no part of a character is written as `\\xHH` with two upper-case digits. A backslash that
//! stands before such three characters in the name itself is written as `\\x5C`. All else is as it is.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::os;

/// A backslash before what would read as an escape.
const BACKSLASH: &str = "\\x5C";

/// A name as text.
#[must_use]
pub fn name_text(name: &OsStr) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some((before, after)) = rest.split_once('\\') {
            text.push_str(before);
            text.push_str(if escape(after.as_bytes()).is_some() { BACKSLASH } else { "\\" });
            rest = after;
        }
        text.push_str(rest);
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

/// A path as text, with `/` between its parts. Not cleaned for a terminal.
#[must_use]
pub fn path_text(path: &Path) -> String {
    path.iter().map(name_text).collect::<Vec<_>>().join("/")
}

/// The path that [`path_text`] wrote.
#[must_use]
pub fn path_of(text: &str) -> PathBuf {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let escaped = if *first == b'\\' { escape(after) } else { None };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    os::path_of(bytes)
}

/// The byte of `xHH`.
fn escape(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    match text {
        [b'x', high, low, ..] => Some(digit(*high)? * 16 + digit(*low)?),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_are_left_alone_and_others_differ() {
        let text = |bytes: &[u8]| name_text(OsStr::from_bytes(bytes));
        for plain in ["beach", "Прибой.jpg", "a\\b", "a\\xff", "👍🏽"] {
            assert_eq!(text(plain.as_bytes()), plain);
        }
        assert_eq!(text(b"caf\xe9.jpg"), "caf\\xE9.jpg");
        assert_eq!(text(b"caf\xe8.jpg"), "caf\\xE8.jpg");
        assert_eq!(text(b"caf\\xE9.jpg"), "caf\\x5CxE9.jpg");
    }

    proptest! {
        #[test]
        fn every_name_can_be_read_back(bytes in prop::collection::vec(
            prop_oneof![Just(b'\\'), Just(b'x'), Just(b'5'), Just(b'C'), Just(0xe9), 1..=255_u8], 0..12,
        )) {
            let bytes: Vec<_> = bytes.into_iter().filter(|byte| *byte != b'/').collect();
            let text = name_text(OsStr::from_bytes(&bytes));
            let read = path_of(&text);
            prop_assert_eq!(read.as_os_str().as_bytes(), &*bytes, "{}", text);
        }
    }
}

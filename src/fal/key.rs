//! The key: kept out of logs, messages and memory dumps as far as that is ours to do.

use std::fmt;
use std::io::{self, Write};

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// A fal API key. It prints as `[redacted]`, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct ApiKey(SecretString);

/// What was given as a key cannot be one. Never says what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Nothing but blanks.
    #[error("the key is empty")]
    Empty,
    /// Something that cannot stand in a header, or that no key has.
    #[error(
        "the key has a blank or a character that no key has\nhint: copy it alone, without `Key` before it or quotes around it"
    )]
    Unsafe,
}

impl ApiKey {
    /// Takes a key, without the blanks and newlines around it.
    ///
    /// # Errors
    /// If nothing is left, or anything but visible ASCII is in it.
    pub fn new(text: &str) -> Result<Self, InvalidKey> {
        let key = text.trim();
        if key.is_empty() {
            Err(InvalidKey::Empty)
        } else if key.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'')) {
            Ok(Self(SecretString::from(key)))
        } else {
            Err(InvalidKey::Unsafe)
        }
    }

    /// Writes it where it is stored, with a newline.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.0.expose_secret())
    }

    /// Whether a text holds it, so that the text must not go where the key may not.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(self.0.expose_secret())
    }

    /// The `Authorization` header's value, `Key …` (fal docs: authentication), marked sensitive so
    /// that HTTP libraries neither log nor index it.
    #[must_use]
    #[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "`new` lets only visible ASCII through")]
    pub fn authorization(&self) -> HeaderValue {
        let text = SecretString::from(format!("Key {}", self.0.expose_secret()));
        let mut value = HeaderValue::from_str(text.expose_secret()).expect("visible ASCII");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_a_key_is_not_part_of_it() {
        let key = ApiKey::new(" \t1b2c-33:aa+/=_~\r\n").unwrap();
        assert_eq!(key.authorization().to_str().unwrap(), "Key 1b2c-33:aa+/=_~");
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_repeating_it() {
        assert_eq!(ApiKey::new(" \n").unwrap_err(), InvalidKey::Empty);
        for bad in ["Key abc", "a\nb", "\"abc\"", "ключ", "a\u{7f}b", "a\0b"] {
            assert_eq!(ApiKey::new(bad).unwrap_err(), InvalidKey::Unsafe, "{bad:?}");
        }
    }

    #[test]
    fn it_never_prints() {
        let key = ApiKey::new("topsecret").unwrap();
        assert_eq!(format!("{key} {key:?}"), "[redacted] [redacted]");
        assert!(!format!("{:?}", key.authorization()).contains("topsecret"));
    }
}

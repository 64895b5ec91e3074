//! JSON from the network, read for what is in it: what a strict reader refuses in one text, or in a
//! part that we do not need, must not hide the rest.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::count;

/// Reads an answer. Bytes that are no UTF-8, halves of surrogate pairs and control characters in
/// texts become `�`, and numbers that are none `null`, as Python's writer lets them through.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body).or_else(|strict| {
        let mended = mended(&String::from_utf8_lossy(body));
        serde_json::from_str(&mended).map_err(|_| strict)
    })
}

/// Takes a part of an answer if it makes sense, and leaves it out if not. However deeply a part is
/// nested that we do not need, it is stepped over.
pub(super) fn if_it_makes_sense<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(from)?;
    Ok(raw.and_then(|raw| read::<Option<T>>(raw.get().as_bytes()).ok().flatten()))
}

/// A list of which the items that make sense are taken.
pub(super) fn items<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<T>>, D::Error> {
    let items = if_it_makes_sense::<Vec<Box<RawValue>>, D>(from)?;
    Ok(items.map(|items| items.iter().filter_map(|item| read(item.get().as_bytes()).ok()).collect()))
}

/// A text, or what stands in its place as one: nothing for `null`.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match if_it_makes_sense::<Value, D>(from)? {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    })
}

/// The same of a text that may lack.
pub(super) fn maybe_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from).map(|text| Some(text).filter(|text| !text.is_empty()))
}

/// A whole number of at least 0 that may lack.
pub(super) fn maybe_count<'de, T: TryFrom<u64>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    let value = if_it_makes_sense::<Value, D>(from)?;
    Ok(value.and_then(|value| count(&value)).and_then(|count| T::try_from(count).ok()))
}

/// What a strict reader takes, of what is nearly JSON.
fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_text = false;
    while let Some(c) = rest.chars().next() {
        let (put, length) = match c {
            '\\' if is_text => escape(rest),
            '"' => {
                is_text = !is_text;
                (Put::Same, 1)
            }
            c if is_text && c.is_ascii_control() => (Put::Unknown, 1),
            'N' | 'I' | '-' if !is_text => {
                match ["NaN", "Infinity", "-Infinity"].iter().find(|w| rest.starts_with(**w)) {
                    Some(word) => (Put::Null, word.len()),
                    None => (Put::Same, 1),
                }
            }
            c => (Put::Same, c.len_utf8()),
        };
        let (of, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        match put {
            Put::Same => mended.push_str(of),
            Put::Unknown => mended.push('\u{fffd}'),
            Put::Null => mended.push_str("null"),
        }
        rest = after;
    }
    mended
}

/// What is put in place of some characters.
enum Put {
    Same,
    Unknown,
    Null,
}

/// An escape in a text, and how long it is.
fn escape(rest: &str) -> (Put, usize) {
    match unit(rest) {
        // Only a pair is a character (RFC 8259, 8.2).
        Some(0xd800..=0xdbff) => match rest.get(6..).and_then(unit) {
            Some(0xdc00..=0xdfff) => (Put::Same, 12),
            _ => (Put::Unknown, 6),
        },
        Some(0xdc00..=0xdfff) => (Put::Unknown, 6),
        Some(_) => (Put::Same, 6),
        None => match rest.as_bytes().get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (Put::Same, 2),
            // No escape that JSON knows.
            _ => (Put::Unknown, 1),
        },
    }
}

/// The code unit that `\uXXXX` at the beginning stands for.
fn unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u16::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value(body: &[u8]) -> Value {
        read(body).unwrap()
    }

    #[test]
    fn one_bad_text_does_not_hide_the_rest() {
        assert_eq!(value(br#"{"a": "x\ud800y", "b": 1}"#), json!({"a": "x\u{fffd}y", "b": 1}));
        assert_eq!(value(br#"{"a": "\udc00\ud83d\ude80\ud83d", "b": 1}"#), json!({"a": "\u{fffd}🚀\u{fffd}", "b": 1}));
        assert_eq!(value(br#"{"a": "\\ud800", "b": "\ud800\\"}"#), json!({"a": "\\ud800", "b": "\u{fffd}\\"}));
        assert_eq!(
            value(b"{\"a\": \"photo \xff\xfe.jpg\", \"b\": 1}"),
            json!({"a": "photo \u{fffd}\u{fffd}.jpg", "b": 1})
        );
        assert_eq!(
            value(b"{\"a\": \"x\x01y\nz\", \"b\": [NaN, -Infinity, \"NaN\"]}"),
            json!({"a": "x\u{fffd}y\u{fffd}z", "b": [null, null, "NaN"]})
        );
        assert!(read::<Value>(br#"{"image": "#).is_err() && read::<Value>(b"<html>").is_err());
    }

    proptest! {
        #[test]
        fn what_is_json_stays_what_it_is_and_nothing_panics(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let body = json!({ "a": text }).to_string();
            prop_assert_eq!(mended(&body), body);
            drop(read::<Value>(&bytes));
            drop(mended(&String::from_utf8_lossy(&[b"\"", bytes.as_slice()].concat())));
        }
    }
}

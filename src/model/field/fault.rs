//! Where in a text something is wrong: a person who types JSON is shown the place.

use serde_json::Value;

use super::{ParamKind, ParamSpec, Refused};

/// Characters of a refused value that are told.
const FOUND: usize = 40;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the text, in bytes; always between two characters.
    pub at: usize,
    /// What is wrong there, in a few words.
    pub said: String,
}

impl ParamSpec {
    /// What is wrong with a text that somebody typed; `None` if the parameter takes it.
    #[must_use]
    pub fn fault(&self, text: &str) -> Option<Fault> {
        let refused = self.try_read(text).err()?;
        let blanks = text.len() - text.trim_start().len();
        let json = text.trim();
        let is_json =
            json.starts_with(['{', '[']) || (self.kind.is_json() && !matches!(self.kind, ParamKind::List { .. }));
        Some(match serde_json::from_str::<Value>(json) {
            Err(error) if is_json => {
                let said = error.to_string();
                let said = said.split(" at line").next().unwrap_or_default().to_owned();
                Fault { at: blanks + offset(json, error.line(), error.column()), said }
            }
            Err(_) => Fault { at: 0, said: said(&refused) },
            Ok(_) => Fault { at: blanks + place(json, &refused), said: said(&refused) },
        })
    }
}

fn said(refused: &Refused) -> String {
    let found: String = refused.found.chars().take(FOUND).collect();
    match refused.at.trim_start_matches('.') {
        "" => format!("takes {}", refused.takes),
        part => format!("`{part}` cannot be `{found}`: takes {}", refused.takes),
    }
}

/// A line and a column, both from 1 and in bytes, as the parser counts them, in bytes of the whole text.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (before + column.saturating_sub(1)).min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// Where the value is that was refused, in sound JSON: at its path, or at the name that is not known there.
fn place(json: &str, refused: &Refused) -> usize {
    let mut scan = Scan { text: json.as_bytes(), at: 0 };
    scan.blanks();
    let at = scan.find(&refused.at).unwrap_or_default();
    let mut within = Scan { text: json.as_bytes(), at };
    if within.peek() == Some(b'{') {
        within.member(&|name| name == refused.found.as_str()).map_or(at, |(name, _)| name)
    } else {
        at
    }
}

/// Walks through JSON that is known to be sound.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Skips a value; what is between brackets counts as one.
    fn value(&mut self) {
        self.blanks();
        match self.peek() {
            Some(b'"') => drop(self.text()),
            Some(b'{' | b'[') => {
                let mut depth = 0_usize;
                while let Some(byte) = self.peek() {
                    match byte {
                        b'"' => {
                            self.text();
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
            }
            _ => {
                while self.peek().is_some_and(|byte| !matches!(byte, b',' | b']' | b'}') && !byte.is_ascii_whitespace())
                {
                    self.at += 1;
                }
            }
        }
    }

    /// Reads a text with its quotes.
    fn text(&mut self) -> String {
        let begun = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let quoted = self.text.get(begun..self.at).unwrap_or_default();
        serde_json::from_slice(quoted).unwrap_or_default()
    }

    /// In an object: the first member whose name is wanted; where its name and its value begin.
    fn member(&mut self, is_wanted: &dyn Fn(&str) -> bool) -> Option<(usize, usize)> {
        self.at += 1;
        loop {
            self.blanks();
            if self.peek()? != b'"' {
                return None;
            }
            let begun = self.at;
            let name = self.text();
            self.blanks();
            self.at += 1;
            self.blanks();
            if is_wanted(&name) {
                return Some((begun, self.at));
            }
            self.value();
            self.blanks();
            if self.peek()? != b',' {
                return None;
            }
            self.at += 1;
        }
    }

    /// In a list: where an entry begins.
    fn entry(&mut self, number: usize) -> Option<usize> {
        self.at += 1;
        for _ in 0..number {
            self.value();
            self.blanks();
            if self.peek()? != b',' {
                return None;
            }
            self.at += 1;
        }
        self.blanks();
        Some(self.at)
    }

    /// The place of a path such as `.of[2].width`, as far as it is there.
    fn find(&mut self, path: &str) -> Option<usize> {
        let mut rest = path;
        loop {
            let here = self.at;
            let found = match (rest.strip_prefix('['), rest.strip_prefix('.'), self.peek()) {
                (Some(after), _, Some(b'[')) => {
                    let (number, after) = after.split_once(']')?;
                    rest = after;
                    self.entry(number.parse().ok()?)
                }
                (_, Some(after), Some(b'{')) => {
                    // A name may have a point in it.
                    let ends = |name: &str| {
                        after.strip_prefix(name).is_some_and(|more| more.is_empty() || more.starts_with(['.', '[']))
                    };
                    let place = self.member(&ends);
                    let mut name = Scan { text: self.text, at: place.map_or(here, |(name, _)| name) };
                    let length = if place.is_some() { name.text().len() } else { 0 };
                    rest = after.get(length..).unwrap_or_default();
                    place.map(|(_, value)| value)
                }
                _ => return Some(here),
            };
            // What was left out is nowhere; the object that lacks it is.
            let Some(found) = found else { return Some(here) };
            self.at = found;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Bounds, Length};

    fn boxes() -> ParamSpec {
        let side = |name: &str| ParamSpec::new(name, ParamKind::Integer(Bounds::new(1.0, 100.0)));
        let of = Box::new(ParamKind::Object(vec![side("x"), side("a.b")]));
        ParamSpec::new("boxes", ParamKind::List { of, length: Length { min: 0, max: Some(3) } })
    }

    /// The text from the place of its fault on, and what is said.
    fn fault(text: &str) -> (String, String) {
        let fault = boxes().fault(text).unwrap();
        (text.get(fault.at..).unwrap_or_default().chars().take(5).collect(), fault.said)
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_stands() {
        assert_eq!(boxes().fault(" [{\"x\": 3}]\n"), None);
        let (rest, said) = fault("[{\"x\": 3},\n {\"x\": 300}]");
        assert_eq!(
            (&*rest, said.starts_with("`[1].x` cannot be `300`: takes a whole number")),
            ("300}]", true),
            "{said}"
        );
        let (rest, said) = fault("  [ {\"x\": 3, \"wide\": [1, {\"}\": 2}]}]");
        assert_eq!((&*rest, said.contains("the fields x, a.b")), ("\"wide", true), "{said}");
        assert_eq!(fault("[{\"x\": 1, \"a.b\": \"\\\"\"}]").0, "\"\\\"\"}");
        assert_eq!(fault("[1, 2, 3, 4]").0, "[1, 2", "too many of them are of the whole");
        assert_eq!(fault("[{\"x\": \n 3,,}]"), (",}]".to_owned(), "key must be a string".to_owned()));
        assert_eq!(fault("[\"ä\", \"é\" x]").0, "x]", "bytes are no characters");
        assert_eq!(fault("[{\"x\":").1, "EOF while parsing a value");
    }

    proptest! {
        #[test]
        fn a_place_is_always_in_the_text(text in "\\PC{0,40}", json in "[\\[\\]{}\",:x1ä .\\\\]{0,40}") {
            for text in [text, json] {
                if let Some(fault) = boxes().fault(&text) {
                    prop_assert!(text.is_char_boundary(fault.at), "{text:?} {fault:?}");
                }
            }
        }
    }
}

//! What is made of a model's words before they are written.

use regex::{Regex, RegexBuilder};

use crate::job::one_line;

/// The usual ways in which models begin, which say nothing of the picture.
const OPENINGS: &str = "^(?:(?:the|this|a|an) )?(?:[a-z-]+ )?(?:photograph|photo|picture|image|shot|close-up|view|scene)\
(?: (?:of|with|showing|depicting|featuring)| (?:shows|depicts|features|captures|is of))(?: |$)";
/// The largest machine that a pattern may make, bytes.
const LARGEST: usize = 1 << 20;

/// What is taken off a caption, and what is put around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// Stands before it.
    pub prefix: Box<str>,
    /// Stands behind it.
    pub suffix: Box<str>,
    /// What goes wherever it fits.
    pub strip: Vec<Pattern>,
}

/// A pattern of text, whatever its case.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: Box<str>,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// The name that stands for the usual beginnings.
    pub const OPENINGS: &str = "openings";

    /// A pattern as it is typed.
    ///
    /// # Errors
    /// What it takes.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pattern = if text == Self::OPENINGS { OPENINGS } else { text };
        let built = RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST).build();
        let regex = built.map_err(|error| {
            let text = error.to_string();
            let why = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("takes a regular expression, or `{}`: {why}", Self::OPENINGS)
        })?;
        Ok(Self { text: text.into(), regex })
    }
}

impl Pattern {
    /// As it is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Style {
    /// A line as it is written; `None` if nothing is left of it.
    pub(super) fn of(&self, line: &str) -> Option<String> {
        let mut line = line.to_owned();
        for Pattern { regex, .. } in &self.strip {
            line = one_line(&regex.replace_all(&line, ""));
        }
        (!line.is_empty()).then(|| format!("{}{line}{}", self.prefix, self.suffix).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pattern_says_why() {
        let why = Pattern::parse("(a").unwrap_err();
        assert!(why.starts_with("takes a regular expression, or `openings`: ") && why.contains("group"), "{why}");
        assert!(Pattern::parse(&"(a{1000}){1000}".repeat(3)).is_err(), "it would take all memory");
    }
}

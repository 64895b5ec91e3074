//! Captions: what becomes of what a model says, and in which files it stands.

mod beside;
mod style;
mod text;

use std::fmt;

pub(super) use self::beside::{Before, Beside, Put};
pub use self::style::{Pattern, Style};
use self::text::xmp;
pub(super) use self::text::{lines_of, one_line};
use crate::picture::{Existing, Words, with_words};

/// Where captions are written, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captions {
    /// In which forms they are written; in none, they are in the records alone.
    pub forms: Vec<CaptionForm>,
    /// What is made of a model's words.
    pub style: Style,
    /// What becomes of one that is there by another hand.
    pub existing: Existing,
    /// The extension of text files, without the dot.
    pub extension: Box<str>,
    /// What is written as keywords where captions are XMP. A keyword [`Captions::OWN_WORDS`] stands for the caption's parts
    /// between commas.
    pub keywords: Vec<String>,
}

/// A form in which captions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptionForm {
    /// `name.txt`: one line of UTF-8.
    Txt,
    /// `name.xmp`: a sidecar for photo software, or what is there merged with it.
    Xmp,
    /// In the picture's own XMP.
    Embed,
    /// In `metadata.jsonl`, which is always written.
    Jsonl,
    /// `captions.csv` in the top folder.
    Csv,
}

impl CaptionForm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Txt, Self::Xmp, Self::Embed, Self::Jsonl, Self::Csv];

    /// As it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Xmp => "xmp",
            Self::Embed => "embed",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

impl Default for Captions {
    fn default() -> Self {
        Self::in_forms([CaptionForm::Txt])
    }
}

impl fmt::Display for Captions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.forms.iter().map(|form| form.name()).collect();
        f.write_str(if names.is_empty() { "none".to_owned() } else { names.join(",") }.as_str())
    }
}

impl Captions {
    /// The keyword that stands for the caption's own words.
    pub const OWN_WORDS: &str = "{caption}";
    /// The extension of text files, unless that is said.
    pub const EXTENSION: &str = "txt";

    /// Captions as models say them, in these forms; in none, they are in the records alone.
    #[must_use]
    pub fn in_forms(forms: impl IntoIterator<Item = CaptionForm>) -> Self {
        Self {
            forms: forms.into_iter().collect(),
            style: Style::default(),
            existing: Existing::Skip,
            extension: Self::EXTENSION.into(),
            keywords: Vec::new(),
        }
    }

    /// Whether they are written in a form.
    #[must_use]
    pub fn are_in(&self, form: CaptionForm) -> bool {
        self.forms.contains(&form)
    }

    /// A caption as it is written, on one line; `None` if there is nothing to say.
    #[must_use]
    pub fn line(&self, caption: Option<&str>) -> Option<String> {
        let line = one_line(caption?);
        self.style.of(&line).filter(|line| !line.is_empty())
    }

    /// What goes into a picture's own metadata, if anything does.
    #[must_use]
    pub fn embedded(&self, caption: Option<&str>) -> Option<Words> {
        let line = self.line(caption).filter(|_| self.are_in(CaptionForm::Embed))?;
        Some(self.words(line))
    }

    /// What is to be written beside a picture.
    pub(super) fn beside(&self, caption: Option<&str>) -> Vec<Beside> {
        let Some(line) = self.line(caption) else { return Vec::new() };
        let mut beside = Vec::new();
        if self.are_in(CaptionForm::Txt) {
            beside.push(Beside::text(&self.extension, self.words(line.clone())));
        }
        if self.are_in(CaptionForm::Xmp) {
            beside.push(Beside::xmp(self.words(line)));
        }
        beside
    }

    /// What we may have written beside a picture that had this caption.
    pub(super) fn before(&self, caption: Option<&str>) -> Before {
        let raw = caption.map(one_line).filter(|line| !line.is_empty());
        let mut lines: Vec<_> = self.line(caption).into_iter().chain(raw).collect();
        lines.dedup();
        let mut files = Vec::new();
        for line in &lines {
            files.push((self.extension.clone(), format!("{line}\n").into_bytes()));
            files.push(("xmp".into(), xmp(line).into_bytes()));
            files.push(("xmp".into(), sidecar(&self.words(line.clone())).into_bytes()));
        }
        Before { lines, files }
    }

    fn words(&self, line: String) -> Words {
        let own = |word: &String| -> Vec<String> {
            if word == Self::OWN_WORDS {
                line.split(',').map(|part| part.trim().trim_end_matches('.').to_owned()).collect()
            } else {
                vec![word.clone()]
            }
        };
        let mut keywords: Vec<String> = Vec::new();
        for word in self.keywords.iter().flat_map(own).filter(|word| !word.is_empty()) {
            if !keywords.contains(&word) {
                keywords.push(word);
            }
        }
        Words { text: line, keywords, existing: self.existing }
    }
}

/// A sidecar of our own.
fn sidecar(words: &Words) -> String {
    let begun = xmp(&words.text);
    with_words(&begun, words, &[]).ok().flatten().unwrap_or(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_say_makes_no_file() {
        assert!(Captions::default().beside(None).is_empty());
        assert!(Captions::default().beside(Some(" \n\u{7}")).is_empty());
        assert!(Captions::in_forms([]).beside(Some("A cat")).is_empty());
        assert!(Captions::in_forms([CaptionForm::Jsonl]).beside(Some("A cat")).is_empty());
    }

    #[test]
    fn a_caption_is_stripped_then_framed() {
        let style = Style {
            prefix: "zwx, ".into(),
            suffix: " (film)".into(),
            strip: vec![Pattern::parse("openings").unwrap(), Pattern::parse(r"\bcute ").unwrap()],
        };
        let captions = Captions { style, ..Captions::default() };
        let line = |caption| captions.line(Some(caption)).unwrap();
        assert_eq!(line("A photograph of a cute\u{202e} cat."), "zwx, a cat. (film)");
        assert_eq!(line("This image shows two dogs"), "zwx, two dogs (film)");
        assert_eq!(captions.line(Some("An image of")), None, "nothing is left of it");
    }

    #[test]
    fn keywords_are_asked_for() {
        let mut captions = Captions::in_forms([CaptionForm::Embed]);
        assert!(captions.embedded(Some("a, b")).unwrap().keywords.is_empty());
        captions.keywords = vec!["Oslo".to_owned(), Captions::OWN_WORDS.to_owned()];
        assert_eq!(captions.embedded(Some("cat, red  mat, cat.")).unwrap().keywords, ["Oslo", "cat", "red mat"]);
        assert_eq!(captions.embedded(Some(" ")), None);
    }

    #[test]
    fn a_sidecar_of_our_own_says_it_for_photo_software_and_for_readers_aloud() {
        let text = sidecar(&Captions::default().words("A cat, 5 < 6".to_owned()));
        assert!(text.contains("<rdf:li xml:lang=\"x-default\">A cat, 5 &lt; 6</rdf:li>"), "{text}");
        assert!(text.contains("Iptc4xmpCore:AltTextAccessibility"), "{text}");
    }
}

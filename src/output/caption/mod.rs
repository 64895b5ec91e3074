//! Captions: what becomes of what a model says, and in which files it stands.

mod beside;
mod style;
mod text;

use std::fmt;

pub(super) use self::beside::{Before, Beside, Put};
pub use self::style::{Pattern, Style};
pub(super) use self::text::lines_of;
use self::text::xmp;
use crate::job::{Job, Opinion, Saved, Verdict, one_line};
use crate::picture::{Anew, Existing, Label, Mark, Words, with_mark, with_words};

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

/// What is said of a picture: what it shows, and what a person thinks of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told<'a> {
    pub(super) caption: Option<&'a str>,
    pub(super) mark: Mark,
}

impl<'a> Told<'a> {
    /// What is said of a job's result.
    pub(super) fn of(job: &'a Job) -> Self {
        Self { caption: job.caption(), mark: mark(job.opinion.as_deref()) }
    }

    /// What was said of it when a person thought otherwise.
    pub(super) fn then(job: &'a Job, was: &'a Opinion) -> Self {
        let caption = was.caption.as_deref().or_else(|| job.state.saved().and_then(Saved::caption));
        Self { caption, mark: mark(Some(was)) }
    }

    /// A caption alone.
    pub(super) fn caption(caption: Option<&'a str>) -> Self {
        Self { caption, mark: Mark::default() }
    }
}

/// What a person thinks of a picture as catalogues read it: whoever rejects it takes its stars away.
fn mark(opinion: Option<&Opinion>) -> Mark {
    let stars = opinion.and_then(|opinion| opinion.stars.rated()).and_then(|stars| i8::try_from(stars).ok());
    match opinion.and_then(|opinion| opinion.verdict) {
        None => Mark { rating: stars, label: None },
        Some(Verdict::Accepted) => Mark { rating: stars, label: Some(Label::Green) },
        Some(Verdict::Rejected) => Mark { rating: Some(-1), label: Some(Label::Red) },
    }
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

    /// What is to be written beside a picture of which this is said, and was.
    pub(super) fn beside(&self, told: Told<'_>, was: Mark) -> Vec<Beside> {
        let line = self.line(told.caption);
        let mut beside = Vec::new();
        if let Some(line) = line.clone().filter(|_| self.are_in(CaptionForm::Txt)) {
            beside.push(Beside::text(&self.extension, self.words(line)));
        }
        let is_marked = !(told.mark.is_none() && was.is_none());
        if self.are_in(CaptionForm::Xmp) && (line.is_some() || is_marked) {
            beside.push(Beside::xmp(self.words(line.unwrap_or_default()), told.mark, was));
        }
        beside
    }

    /// What is to be said in a picture itself, if anything is or was.
    pub(super) fn within(&self, told: Told<'_>, was: Mark, before: &Before) -> Option<Anew> {
        if !self.are_in(CaptionForm::Embed) {
            return None;
        }
        // Where sidecars are written, what a person thinks stands in those.
        let is_marked = !self.are_in(CaptionForm::Xmp);
        let [mark, mark_before] = [told.mark, was].map(|mark| if is_marked { mark } else { Mark::default() });
        let words = self.embedded(told.caption);
        if words.is_none() && mark.is_none() && mark_before.is_none() {
            return None;
        }
        Some(Anew { words, before: before.lines.clone(), mark, mark_before })
    }

    /// What we may have written beside a picture of which this was said.
    pub(super) fn before(&self, was: Told<'_>) -> Before {
        let raw = was.caption.map(one_line).filter(|line| !line.is_empty());
        let mut lines: Vec<_> = self.line(was.caption).into_iter().chain(raw).collect();
        lines.dedup();
        let mut files = Vec::new();
        for line in &lines {
            files.push((self.extension.clone(), format!("{line}\n").into_bytes()));
            files.push(("xmp".into(), xmp(line).into_bytes()));
            files.push(("xmp".into(), sidecar(&self.words(line.clone()), Mark::default()).into_bytes()));
            if !was.mark.is_none() {
                files.push(("xmp".into(), sidecar(&self.words(line.clone()), was.mark).into_bytes()));
            }
        }
        if !was.mark.is_none() {
            files.push(("xmp".into(), sidecar(&self.words(String::new()), was.mark).into_bytes()));
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
fn sidecar(words: &Words, mark: Mark) -> String {
    let begun = if words.text.is_empty() { NOTHING_SAID.to_owned() } else { xmp(&words.text) };
    let said = with_words(&begun, words, &[]).ok().flatten().unwrap_or(begun);
    with_mark(&said, mark, Mark::default()).ok().flatten().unwrap_or(said)
}

/// A sidecar that says nothing.
const NOTHING_SAID: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
    <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n \
    </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_say_makes_no_file() {
        let is_none = |captions: Captions, caption| captions.beside(Told::caption(caption), Mark::default()).is_empty();
        assert!(is_none(Captions::default(), None));
        assert!(is_none(Captions::default(), Some(" \n\u{7}")));
        assert!(is_none(Captions::in_forms([]), Some("A cat")));
        assert!(is_none(Captions::in_forms([CaptionForm::Jsonl]), Some("A cat")));
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
        let text = sidecar(&Captions::default().words("A cat, 5 < 6".to_owned()), Mark::default());
        assert!(text.contains("<rdf:li xml:lang=\"x-default\">A cat, 5 &lt; 6</rdf:li>"), "{text}");
        assert!(text.contains("Iptc4xmpCore:AltTextAccessibility"), "{text}");
    }
}

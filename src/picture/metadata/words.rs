//! What is said of a picture, put into a packet of XMP: description, alternative text and keywords. The packet is read as
//! XML by its namespaces, and nothing of it changes but these properties (XMP specification, part 1; IPTC Photo Metadata
//! Standard 2021.1 for the alternative text).

use std::fmt::Write as _;
use std::ops::Range;

use roxmltree::{Document, Node};

use super::xmp::escaped;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
/// The longest text that goes into a picture, bytes: a packet of XMP in a JPEG has 64 KB, and holds it twice.
const LONGEST: usize = 16 * 1024;

/// What is said of a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// What it shows, on one line.
    pub text: String,
    /// What it is to be found by.
    pub keywords: Vec<String>,
    /// What becomes of what is said already.
    pub existing: Existing,
}

/// What becomes of a caption that was there before, by another hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Existing {
    /// It stays as it is.
    #[default]
    Skip,
    /// Ours takes its place.
    Overwrite,
    /// Ours comes behind it.
    Append,
    /// Ours comes before it.
    Prepend,
}

/// What is no XMP that could be added to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoXmp(String);

impl NoXmp {
    pub(super) fn new(why: String) -> Self {
        Self(why)
    }
}

impl Words {
    /// Whether it is more than goes into a picture.
    #[must_use]
    pub fn are_too_long(&self) -> bool {
        self.text.len() + self.keywords.iter().map(String::len).sum::<usize>() > LONGEST
    }
}

impl Existing {
    /// What is said from now on, where `theirs` is said and `ours` is to be; `None` where nothing changes. What was
    /// `ours` before gives way.
    #[must_use]
    pub fn joined(self, theirs: Option<&str>, ours: &str, before: &[String]) -> Option<String> {
        let Some(theirs) = theirs.map(str::trim).filter(|theirs| !theirs.is_empty()) else {
            return Some(ours.to_owned());
        };
        if theirs == ours {
            return None;
        }
        if before.iter().any(|before| before == theirs) {
            return Some(ours.to_owned());
        }
        match self {
            Self::Skip => None,
            Self::Overwrite => Some(ours.to_owned()),
            Self::Append if theirs.ends_with(ours) => None,
            Self::Append => {
                let alone = before.iter().find_map(|before| theirs.strip_suffix(before.as_str())).unwrap_or(theirs);
                Some(between(alone.trim_end_matches([' ', ',']), ours))
            }
            Self::Prepend if theirs.starts_with(ours) => None,
            Self::Prepend => {
                let alone = before.iter().find_map(|before| theirs.strip_prefix(before.as_str())).unwrap_or(theirs);
                Some(between(ours, alone.trim_start_matches([' ', ','])))
            }
        }
    }
}

/// Two captions as one: a comma between, unless the first ends with a mark of its own.
fn between(first: &str, second: &str) -> String {
    let comma = if first.is_empty() || first.ends_with(['.', ',', ';', ':', '!', '?']) { "" } else { "," };
    format!("{first}{comma} {second}").trim().to_owned()
}

/// A packet with the words in it; `before` is what we said earlier, which gives way. `None` if it says all of it.
///
/// # Errors
/// If it is not well-formed XML, or holds no RDF: then nothing is known of what would be lost.
pub fn with_words(packet: &str, words: &Words, before: &[String]) -> Result<Option<String>, NoXmp> {
    let read = Document::parse(packet).map_err(|error| NoXmp(format!("not XML that can be read: {error}")))?;
    let graph = read.descendants().find(|node| node.has_tag_name((RDF, "RDF")));
    let graph = graph.ok_or_else(|| NoXmp("XML, but no XMP".to_owned()))?;
    let mut said = Said { packet, graph, edits: Vec::new(), added: String::new() };
    for (uri, prefix, name) in [(DC, "dc", "description"), (IPTC_CORE, "Iptc4xmpCore", "AltTextAccessibility")] {
        said.say((uri, name), &format!("{prefix}:{name}"), words, before);
    }
    said.keywords(&words.keywords);
    said.written()
}

/// What changes in a packet.
struct Said<'a, 'input> {
    packet: &'input str,
    graph: Node<'a, 'input>,
    edits: Vec<(Range<usize>, String)>,
    /// Properties that it did not have.
    added: String,
}

impl<'a, 'input> Said<'a, 'input> {
    /// The element of a property, wherever it stands.
    fn property(&self, name: (&'static str, &'static str)) -> Option<Node<'a, 'input>> {
        self.descriptions().flat_map(|node| node.children()).find(|node| node.has_tag_name(name))
    }

    fn descriptions(&self) -> impl Iterator<Item = Node<'a, 'input>> + use<'a, 'input> {
        self.graph.children().filter(|node| node.has_tag_name((RDF, "Description")))
    }

    fn say(&mut self, name: (&'static str, &'static str), full: &str, words: &Words, before: &[String]) {
        if words.text.is_empty() {
            return;
        }
        let whole = |text: &str| {
            let text = escaped(text);
            format!("<{full}><rdf:Alt><rdf:li xml:lang=\"x-default\">{text}</rdf:li></rdf:Alt></{full}>")
        };
        let attribute = self.descriptions().find_map(|node| node.attribute_node(name));
        if let Some(attribute) = attribute {
            // It may stand as an attribute, where it has no languages.
            if let Some(text) = words.existing.joined(Some(attribute.value()), &words.text, before) {
                // Either quote may stand around it.
                self.edits.push((attribute.range_value(), escaped(&text).replace('\'', "&apos;")));
            }
            return;
        }
        let Some(element) = self.property(name) else {
            self.added.push_str(&whole(&words.text));
            return;
        };
        let items = || element.descendants().filter(|node| node.has_tag_name((RDF, "li")));
        let is_default = |node: &Node<'_, '_>| {
            node.attribute(("http://www.w3.org/XML/1998/namespace", "lang")).is_none_or(|lang| lang == "x-default")
        };
        let item = items().find(is_default).or_else(|| items().next());
        let theirs = item.unwrap_or(element).text();
        let Some(text) = words.existing.joined(theirs, &words.text, before) else { return };
        let Some(item) = item else {
            // As a plain text, or in a form that is not known here: it is written anew, as a property of ours.
            self.edits.push((element.range(), String::new()));
            self.added.push_str(&whole(&text));
            return;
        };
        let inside =
            item.first_child().zip(item.last_child()).map(|(first, last)| first.range().start..last.range().end);
        if let Some(inside) = inside {
            self.edits.push((inside, escaped(&text)));
        } else {
            let li = self.qualified(item);
            self.edits.push((item.range(), format!("<{li} xml:lang=\"x-default\">{}</{li}>", escaped(&text))));
        }
    }

    /// Adds what is not among its keywords.
    fn keywords(&mut self, words: &[String]) {
        let element = self.property((DC, "subject"));
        let items = element.into_iter().flat_map(|element| element.descendants());
        let mut items = items.filter(|node| node.has_tag_name((RDF, "li")));
        let known: Vec<_> = items.clone().filter_map(|node| node.text()).collect();
        let missing: Vec<_> = words.iter().filter(|word| !known.contains(&word.as_str())).collect();
        if missing.is_empty() {
            return;
        }
        let all = |li: &str| {
            missing.iter().fold(String::new(), |mut all, word| {
                let _ = write!(all, "<{li}>{}</{li}>", escaped(word));
                all
            })
        };
        if let Some(last) = items.next_back() {
            let end = last.range().end;
            self.edits.push((end..end, all(&self.qualified(last))));
        } else {
            self.edits.extend(element.map(|empty| (empty.range(), String::new())));
            let _ = write!(self.added, "<dc:subject><rdf:Bag>{}</rdf:Bag></dc:subject>", all("rdf:li"));
        }
    }

    /// An element's name as it is written there.
    fn qualified(&self, node: Node<'_, '_>) -> String {
        let tag = self.packet.get(node.range()).and_then(|text| text.strip_prefix('<')).unwrap_or_default();
        tag.chars().take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/')).collect()
    }

    fn written(mut self) -> Result<Option<String>, NoXmp> {
        if !self.added.is_empty() {
            let text = self.packet.get(self.graph.range()).unwrap_or_default();
            let end = text.rfind("</").ok_or_else(|| NoXmp("XMP without anything in it".to_owned()))?;
            let about = self.descriptions().find_map(|node| node.attribute((RDF, "about"))).unwrap_or_default();
            let added = format!(
                "<rdf:Description xmlns:rdf=\"{RDF}\" rdf:about=\"{}\" xmlns:dc=\"{DC}\" xmlns:Iptc4xmpCore=\"{IPTC_CORE}\">{}</rdf:Description>",
                escaped(about),
                self.added
            );
            let end = self.graph.range().start + end;
            self.edits.push((end..end, added));
        }
        if self.edits.is_empty() {
            return Ok(None);
        }
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut written = String::with_capacity(self.packet.len());
        let mut from = 0;
        for (range, text) in &self.edits {
            written.push_str(self.packet.get(from..range.start).unwrap_or_default());
            written.push_str(text);
            from = range.end;
        }
        written.push_str(self.packet.get(from..).unwrap_or_default());
        Ok(Some(written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As darktable writes them, shortened.
    const DARKTABLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="3"
   darktable:xmp_version="4">
   <darktable:history><rdf:Seq><rdf:li darktable:operation="exposure" darktable:params="00ff"/></rdf:Seq></darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;
    /// As Lightroom does, with a caption by hand and another prefix for RDF.
    const LIGHTROOM: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<r:Description r:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35">
<dc:description><r:Alt><r:li xml:lang="de">Eine Katze</r:li><r:li xml:lang="x-default">My cat &amp; I</r:li></r:Alt></dc:description>
<dc:subject><r:Bag><r:li>cat</r:li></r:Bag></dc:subject>
</r:Description></r:RDF></x:xmpmeta>"#;

    fn words(existing: Existing) -> Words {
        Words { text: "A <cat> & a mat".to_owned(), keywords: vec!["cat".to_owned(), "mat".to_owned()], existing }
    }

    fn said(packet: &str) -> Vec<(String, Option<String>)> {
        let read = Document::parse(packet).unwrap();
        let li = read.descendants().filter(|node| node.has_tag_name((RDF, "li")) && node.text().is_some());
        let name = |node: Node<'_, '_>| node.ancestors().nth(2).unwrap().tag_name().name().to_owned();
        li.map(|node| (name(node), node.text().map(str::to_owned))).collect()
    }

    #[test]
    fn a_sidecar_of_darktables_keeps_every_byte_and_says_more() {
        let with = with_words(DARKTABLE, &words(Existing::Skip), &[]).unwrap().unwrap();
        let (before, after) = DARKTABLE.split_once("</rdf:RDF>").unwrap();
        assert!(with.starts_with(before) && with.ends_with(after), "{with}");
        let all: Vec<_> = said(&with).into_iter().map(|(name, _)| name).collect();
        assert_eq!(all, ["description", "AltTextAccessibility", "subject", "subject"]);
        assert_eq!(with_words(&with, &words(Existing::Skip), &[]).unwrap(), None, "once is enough");
    }

    #[test]
    fn what_lightroom_says_stays_or_is_joined_by_the_rule() {
        let text = |existing, before: &[String]| {
            let with = with_words(LIGHTROOM, &words(existing), before).unwrap().unwrap();
            assert!(with.contains("crs:Exposure2012=\"+0.35\"") && with.contains(">Eine Katze<"), "{with}");
            let all = said(&with);
            assert_eq!(all.iter().filter(|(name, _)| name == "subject").count(), 2, "{all:?}");
            all[1].1.clone().unwrap()
        };
        assert_eq!(text(Existing::Skip, &[]), "My cat & I");
        assert_eq!(text(Existing::Overwrite, &[]), "A <cat> & a mat");
        assert_eq!(text(Existing::Append, &[]), "My cat & I, A <cat> & a mat");
        assert_eq!(text(Existing::Prepend, &[]), "A <cat> & a mat, My cat & I");
        assert_eq!(text(Existing::Skip, &["My cat & I".to_owned()]), "A <cat> & a mat", "it was ours");
    }

    #[test]
    fn what_is_no_xmp_is_left_alone() {
        for bad in ["", "my notes", "<a>", "<a/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"] {
            assert!(with_words(bad, &words(Existing::Overwrite), &[]).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_was_joined_is_joined_anew() {
        let before = ["a cat".to_owned()];
        let joined = |existing: Existing, theirs| existing.joined(Some(theirs), "a dog", &before).unwrap();
        assert_eq!(joined(Existing::Append, "zwx, a cat"), "zwx, a dog");
        assert_eq!(joined(Existing::Prepend, "a cat, zwx"), "a dog, zwx");
        assert_eq!(joined(Existing::Append, "By hand."), "By hand. a dog");
        assert_eq!(Existing::Append.joined(Some("zwx, a dog"), "a dog", &[]), None);
        assert_eq!(Existing::Skip.joined(Some(" \n"), "a dog", &[]).unwrap(), "a dog", "nothing was said");
    }
}

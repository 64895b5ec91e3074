//! What a person thinks of a picture, put into a packet of XMP as catalogues read it: `xmp:Rating`, -1 being rejected,
//! and `xmp:Label`, by the colours that Lightroom, digiKam and darktable name (XMP specification, part 1, 8.4).

use std::fmt::Write as _;

use roxmltree::{Document, Node};

use super::words::NoXmp;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";

/// What a person thinks of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// 1 to 5 stars, or -1 for one that is rejected.
    pub rating: Option<i8>,
    /// The colour that it is labelled with.
    pub label: Option<Label>,
}

/// A colour that pictures are labelled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// As it should be.
    Green,
    /// Not as it should be.
    Red,
}

impl Mark {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    fn properties(self) -> [(&'static str, Option<String>); 2] {
        let label = self.label.map(|label| match label {
            Label::Green => "Green".to_owned(),
            Label::Red => "Red".to_owned(),
        });
        [("Rating", self.rating.map(|rating| rating.to_string())), ("Label", label)]
    }
}

/// A packet with a mark in it; nothing else of it changes. Where `mark` says nothing any more, what `before` had put there
/// goes and what anybody else did stays. `None` if it says all of it.
///
/// # Errors
/// If it is not well-formed XML, or holds no RDF.
pub fn with_mark(packet: &str, mark: Mark, before: Mark) -> Result<Option<String>, NoXmp> {
    if mark == before && mark.is_none() {
        return Ok(None);
    }
    let read = Document::parse(packet).map_err(|error| NoXmp::new(format!("not XML that can be read: {error}")))?;
    let graph = read.descendants().find(|node| node.has_tag_name((RDF, "RDF")));
    let graph = graph.ok_or_else(|| NoXmp::new("XML, but no XMP".to_owned()))?;
    let (mut edits, mut added) = (Vec::new(), String::new());
    for ((name, wanted), (_, was)) in mark.properties().into_iter().zip(before.properties()) {
        let found = Found::of(graph, name);
        match (wanted, found) {
            (Some(wanted), Some(found)) if found.value != wanted => edits.push((found.inside, wanted)),
            (Some(wanted), None) => {
                let _ = write!(added, " xmp:{name}=\"{wanted}\"");
            }
            (None, Some(found)) if was.as_deref() == Some(found.value) => edits.push((found.whole, String::new())),
            (Some(_) | None, Some(_)) | (None, None) => {}
        }
    }
    if !added.is_empty() {
        let text = packet.get(graph.range()).unwrap_or_default();
        let end = text.rfind("</").ok_or_else(|| NoXmp::new("XML without anything in it".to_owned()))?;
        let end = graph.range().start + end;
        let about = graph.children().find_map(|node| node.attribute((RDF, "about"))).unwrap_or_default();
        let about = super::xmp::escaped(about);
        let of_ours =
            format!("<rdf:Description xmlns:rdf=\"{RDF}\" rdf:about=\"{about}\" xmlns:xmp=\"{XMP}\"{added}/>");
        edits.push((end..end, of_ours));
    }
    if edits.is_empty() {
        return Ok(None);
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut written = packet.to_owned();
    for (range, text) in edits {
        written.replace_range(range, &text);
    }
    Ok(Some(written))
}

/// A property as it stands in a packet.
struct Found<'a> {
    value: &'a str,
    /// Its value alone.
    inside: std::ops::Range<usize>,
    /// All of it.
    whole: std::ops::Range<usize>,
}

impl<'a> Found<'a> {
    fn of(graph: Node<'a, '_>, name: &'static str) -> Option<Self> {
        let descriptions = || graph.children().filter(|node| node.has_tag_name((RDF, "Description")));
        if let Some(attribute) = descriptions().find_map(|node| node.attribute_node((XMP, name))) {
            return Some(Self { value: attribute.value(), inside: attribute.range_value(), whole: attribute.range() });
        }
        let element = descriptions().flat_map(|node| node.children()).find(|node| node.has_tag_name((XMP, name)))?;
        let inside = element.first_child()?.range();
        Some(Self { value: element.text()?, inside, whole: element.range() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DARKTABLE: &str = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="3" darktable:xmp_version="4"><darktable:history/></rdf:Description></rdf:RDF></x:xmpmeta>"#;
    const OF_ELEMENTS: &str = r#"<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description xmlns:x="http://ns.adobe.com/xap/1.0/"><x:Rating>2</x:Rating><x:Label>Blue</x:Label></r:Description></r:RDF>"#;

    fn mark(rating: i8, label: Label) -> Mark {
        Mark { rating: Some(rating), label: Some(label) }
    }

    #[test]
    fn a_mark_changes_nothing_but_itself_and_goes_as_it_came() {
        let five = mark(5, Label::Green);
        let with = with_mark(DARKTABLE, five, Mark::default()).unwrap().unwrap();
        assert!(with.contains("xmp:Rating=\"5\"") && with.contains("xmp:Label=\"Green\""), "{with}");
        assert!(with.contains("darktable:xmp_version=\"4\"><darktable:history/>"), "{with}");
        assert_eq!(with_mark(&with, five, five).unwrap(), None, "once is enough");
        let without = with_mark(&with, Mark::default(), five).unwrap().unwrap();
        assert!(!without.contains("Rating") && !without.contains("Label"), "{without}");
        Document::parse(&without).unwrap();
        // What another program says stays where we never said anything.
        assert_eq!(with_mark(DARKTABLE, Mark::default(), Mark::default()).unwrap(), None);
        assert_eq!(with_mark(DARKTABLE, Mark::default(), five).unwrap(), None, "another's three stars");
    }

    #[test]
    fn it_stands_where_it_stood_with_whichever_prefix() {
        let with = with_mark(OF_ELEMENTS, mark(-1, Label::Red), Mark::default()).unwrap().unwrap();
        assert_eq!(with, OF_ELEMENTS.replace(">2<", ">-1<").replace(">Blue<", ">Red<"));
        for bad in ["", "notes", "<a/>"] {
            assert!(with_mark(bad, mark(1, Label::Green), Mark::default()).is_err(), "{bad}");
        }
    }
}

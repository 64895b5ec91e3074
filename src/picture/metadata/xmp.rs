//! A packet of XMP as it is right for a result: what the photo's says of rights, keywords and rating stays, what is no
//! longer true goes, and how the result came to be is added (XMP specification, parts 1 to 3).

use std::fmt::Write;

use super::iptc;
use super::parts::Provenance;
use crate::job::Pixels;

/// What an AI made of a photograph (IPTC's codes for news, digital source type).
const ENHANCED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
/// What stands before and after a packet (part 1, 7.3).
const BEFORE: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>";
const AFTER: &str = "<?xpacket end=\"w\"?>";
/// A packet that says nothing.
pub(super) const EMPTY: &str = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"></rdf:RDF></x:xmpmeta>";
/// Properties of the photo's that the result says anew, or that are untrue of it.
const REPLACED: [&str; 8] = [
    "tiff:Orientation",
    "tiff:ImageWidth",
    "tiff:ImageLength",
    "exif:PixelXDimension",
    "exif:PixelYDimension",
    "xmp:CreatorTool",
    "xmp:Thumbnails",
    "Iptc4xmpExt:DigitalSourceType",
];

/// What names of properties begin with that tell of what is in the photo's file and not in the result's: maps, films, and
/// parts of a packet that is too long for JPEG.
const OF_ITS_FILE: [&str; 11] = [
    "hdrgm:",
    "HDRGainMap:",
    "GCamera:MotionPhoto",
    "GCamera:MicroVideo",
    "Camera:MotionPhoto",
    "Camera:MicroVideo",
    "Container:Directory",
    "GContainer:Directory",
    "GDepth:",
    "GImage:",
    "xmpNote:HasExtendedXMP",
];

/// What names of properties begin with that say where the photo was taken.
const PLACES: [&str; 6] = [
    "exif:GPS",
    "Iptc4xmpExt:Location",
    "Iptc4xmpCore:Location",
    "photoshop:City",
    "photoshop:State",
    "photoshop:Country",
];

/// What of IPTC's has the same meaning (IPTC photo metadata standard): number there, name, and how it is held.
const OF_IPTC: [(u8, &str, Held); 17] = [
    (5, "dc:title", Held::Alt),
    (25, "dc:subject", Held::Bag),
    (40, "photoshop:Instructions", Held::One),
    (80, "dc:creator", Held::Seq),
    (85, "photoshop:AuthorsPosition", Held::One),
    (90, "photoshop:City", Held::One),
    (92, "Iptc4xmpCore:Location", Held::One),
    (95, "photoshop:State", Held::One),
    (100, "Iptc4xmpCore:CountryCode", Held::One),
    (101, "photoshop:Country", Held::One),
    (103, "photoshop:TransmissionReference", Held::One),
    (105, "photoshop:Headline", Held::One),
    (110, "photoshop:Credit", Held::One),
    (115, "photoshop:Source", Held::One),
    (116, "dc:rights", Held::Alt),
    (120, "dc:description", Held::Alt),
    (122, "photoshop:CaptionWriter", Held::One),
];

/// Whose names those are.
const NAMES_OF_IPTC: &str = "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\"";

/// How the values of a property are held.
#[derive(Clone, Copy)]
enum Held {
    One,
    Alt,
    Bag,
    Seq,
}

/// The packet for a result of this size. What IPTC's datasets say is said in it, too, where the photo's own does not, since
/// WebP and AVIF hold no IPTC.
pub(super) fn rewritten(
    packet: Option<&[u8]>,
    datasets: Option<&[u8]>,
    pixels: Pixels,
    said: &Provenance,
    without_place: bool,
) -> Vec<u8> {
    let theirs = packet.and_then(graph).map(|graph| cleaned(graph, without_place));
    let about = theirs.as_deref().and_then(about).unwrap_or_default();
    let ours = description(about, pixels, said);
    let of_iptc = |sets: &[u8]| of_iptc(sets, about, theirs.as_deref().unwrap_or_default());
    let of_iptc = match datasets {
        Some(sets) if without_place => of_iptc(&iptc::without_place(sets)),
        Some(sets) => of_iptc(sets),
        None => String::new(),
    };
    let theirs = theirs.as_deref().and_then(|graph| graph.strip_suffix("</rdf:RDF>"));
    let start = theirs.unwrap_or("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">").trim_end();
    format!("{BEFORE}<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">{start}{ours}{of_iptc}</rdf:RDF></x:xmpmeta>{AFTER}")
        .into_bytes()
}

/// The graph of a packet, from `<rdf:RDF` to its end; nothing of one that is no text or has none.
fn graph(packet: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(packet).ok()?;
    let start = text.find("<rdf:RDF")?;
    let end = text.rfind("</rdf:RDF>")? + "</rdf:RDF>".len();
    // Prefixes may be bound on the element around it.
    let around = text.get(..start)?;
    let graph = text.get(start..end)?;
    let rest = graph.strip_prefix("<rdf:RDF")?;
    let mut bound = String::new();
    for attribute in around.split_ascii_whitespace().filter(|word| word.starts_with("xmlns:")) {
        let attribute = attribute.trim_end_matches('>');
        let name = attribute.split_once('=')?.0;
        if name != "xmlns:x" && !rest.split_once('>')?.0.contains(name) {
            let _ = write!(bound, " {attribute}");
        }
    }
    Some(format!("<rdf:RDF{bound}{rest}"))
}

/// What the photo's own descriptions are about: ours are of the same.
fn about(graph: &str) -> Option<&str> {
    let after = graph.split_once("rdf:about=\"")?.1;
    Some(after.split_once('"')?.0).filter(|about| !about.contains(['<', '>', '&']))
}

/// The packet without what says where the photo was taken; nothing of one that is no text.
pub(super) fn without_place(packet: &[u8]) -> Vec<u8> {
    let graph = graph(packet).map(nowhere).unwrap_or_default();
    if graph.is_empty() {
        return Vec::new();
    }
    format!("{BEFORE}<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">{graph}</x:xmpmeta>{AFTER}").into_bytes()
}

fn cleaned(mut graph: String, without_place: bool) -> String {
    for name in REPLACED {
        graph = without(&graph, name);
    }
    graph = without_any(graph, &OF_ITS_FILE);
    if without_place { nowhere(graph) } else { graph }
}

/// The graph without places.
fn nowhere(graph: String) -> String {
    without_any(graph, &PLACES)
}

/// The graph without properties whose names begin so.
fn without_any(mut graph: String, starts: &[&str]) -> String {
    for start in starts {
        while let Some(name) = full_name(&graph, start) {
            let shorter = without(&graph, &name);
            if shorter.len() == graph.len() {
                break;
            }
            graph = shorter;
        }
    }
    graph
}

/// The first name in a graph that begins so, where a name of a property may stand.
fn full_name(graph: &str, start: &str) -> Option<String> {
    let at = graph.match_indices(start).map(|(at, _)| at).find(|at| {
        let before = graph.get(..*at).and_then(|before| before.chars().next_back());
        matches!(before, Some('<')) || before.is_some_and(char::is_whitespace)
    })?;
    let name = graph.get(at..)?.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-'));
    Some(name.collect())
}

/// The graph without a property, be it an attribute or an element.
fn without(graph: &str, name: &str) -> String {
    let mut kept = String::with_capacity(graph.len());
    let mut rest = graph;
    while let Some((before, after)) = rest.split_once(name) {
        let place = before.chars().next_back();
        let gone = match place {
            Some('<') => element(after, name).map(|after| (before.get(..before.len() - 1).unwrap_or(before), after)),
            Some(c) if c.is_whitespace() => attribute(after).map(|after| (before, after)),
            _ => None,
        };
        if let Some((before, after)) = gone {
            kept.push_str(before);
            rest = after;
        } else {
            kept.push_str(before);
            kept.push_str(name);
            rest = after;
        }
    }
    kept.push_str(rest);
    kept
}

/// What follows an attribute's value.
fn attribute(after: &str) -> Option<&str> {
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Some(value.get(1..)?.split_once(quote)?.1)
}

/// What follows an element, from behind its name on.
fn element<'a>(after: &'a str, name: &str) -> Option<&'a str> {
    let next = after.chars().next()?;
    if !(next.is_whitespace() || matches!(next, '>' | '/')) {
        return None;
    }
    let (tag, body) = after.split_once('>')?;
    if tag.ends_with('/') {
        return Some(body);
    }
    body.split_once(&format!("</{name}>")).map(|(_, after)| after)
}

/// What we say of a result.
fn description(about: &str, pixels: Pixels, said: &Provenance) -> String {
    let Pixels { width, height } = pixels;
    let seed = said.seed.map(|seed| format!(" faltui:Seed=\"{seed}\"")).unwrap_or_default();
    format!(
        "<rdf:Description rdf:about=\"{about}\" xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" \
         xmlns:exif=\"http://ns.adobe.com/exif/1.0/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" \
         xmlns:faltui=\"https://crates.io/crates/fal-tui/ns/1.0/\" \
         tiff:Orientation=\"1\" tiff:ImageWidth=\"{width}\" tiff:ImageLength=\"{height}\" \
         exif:PixelXDimension=\"{width}\" exif:PixelYDimension=\"{height}\" xmp:CreatorTool=\"{}\" \
         Iptc4xmpExt:DigitalSourceType=\"{ENHANCED}\" faltui:Model=\"{}\" faltui:Parameters=\"{}\"{seed} \
         faltui:RequestId=\"{}\"/>",
        escaped(&said.software),
        escaped(&said.model),
        escaped(&said.params),
        escaped(&said.request),
    )
}

/// What IPTC says and the packet does not.
fn of_iptc(datasets: &[u8], about: &str, theirs: &str) -> String {
    let mut properties = String::new();
    for (number, name, held) in OF_IPTC {
        let texts = iptc::texts(datasets, number);
        let Some(first) = texts.first().filter(|_| !theirs.contains(name)) else { continue };
        let (held, language) = match held {
            Held::One => {
                let _ = write!(properties, "<{name}>{}</{name}>", escaped(first));
                continue;
            }
            Held::Alt => ("Alt", " xml:lang=\"x-default\""),
            Held::Bag => ("Bag", ""),
            Held::Seq => ("Seq", ""),
        };
        let _ = write!(properties, "<{name}><rdf:{held}>");
        for text in texts {
            let _ = write!(properties, "<rdf:li{language}>{}</rdf:li>", escaped(&text));
        }
        let _ = write!(properties, "</rdf:{held}></{name}>");
    }
    if properties.is_empty() {
        return properties;
    }
    format!("<rdf:Description rdf:about=\"{about}\" {NAMES_OF_IPTC}>{properties}</rdf:Description>")
}

/// A text as XML takes it, on one line: without what it cannot hold.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

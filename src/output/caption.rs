//! Captions as files beside their pictures.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::job::is_turning;

/// In which forms captions are written beside the pictures; both may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captions {
    /// `name.txt`: one line of UTF-8.
    pub txt: bool,
    /// `name.xmp`: a sidecar for photo software.
    pub xmp: bool,
}

impl Captions {
    /// No files.
    pub const NONE: Self = Self { txt: false, xmp: false };
}

impl Default for Captions {
    fn default() -> Self {
        Self { txt: true, xmp: false }
    }
}

impl fmt::Display for Captions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.txt, self.xmp) {
            (true, true) => "txt,xmp",
            (true, false) => "txt",
            (false, true) => "xmp",
            (false, false) => "none",
        })
    }
}

impl Captions {
    /// What is to be written of a caption: extension and bytes of each file.
    pub(super) fn files(self, caption: Option<&str>) -> Vec<(&'static str, Vec<u8>)> {
        let Some(line) = caption.map(one_line).filter(|line| !line.is_empty()) else { return Vec::new() };
        let mut files = Vec::new();
        if self.txt {
            files.push(("txt", format!("{line}\n").into_bytes()));
        }
        if self.xmp {
            files.push(("xmp", xmp(&line).into_bytes()));
        }
        files
    }
}

/// A text from outside on one line, without control characters (C0 and C1) and without those that turn
/// the direction of what follows. Unlike text for a terminal it keeps what
/// joins emoji and scripts.
pub(super) fn one_line(caption: &str) -> String {
    let mut line = String::with_capacity(caption.len());
    let mut between = false;
    for c in caption.chars() {
        if c.is_whitespace() {
            between = true;
        } else if !c.is_control() && !is_turning(c) {
            if between && !line.is_empty() {
                line.push(' ');
            }
            between = false;
            line.push(c);
        }
    }
    line
}

/// A text from outside with the lines that it has, each made as [`one_line`] makes it, and without empty ones at
/// its end.
pub(super) fn lines_of(text: &str) -> String {
    let mut lines: String = text.lines().flat_map(|line| [one_line(line), "\n".to_owned()]).collect();
    lines.truncate(lines.trim_end().len());
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines
}

/// A sidecar with the caption as description (XMP specification part 1; `dc:description`).
fn xmp(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // XML 1.0 has no way to write these.
            '\u{fffe}' | '\u{ffff}' => {}
            c => escaped.push(c),
        }
    }
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n \
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  \
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n   \
         <dc:description>\n    <rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">{escaped}</rdf:li>\n    </rdf:Alt>\n   \
         </dc:description>\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_is_one_line_with_a_newline_at_its_end() {
        let both = Captions { txt: true, xmp: true };
        let files = both.files(Some(" A cat\r\n\ton a\u{1b}[31m  mat, 5 < 6 & \u{85}👩\u{200d}🚀 ❤\u{fe0f}\u{0}. "));
        assert_eq!(String::from_utf8_lossy(&files[0].1), "A cat on a[31m mat, 5 < 6 & 👩\u{200d}🚀 ❤\u{fe0f}.\n");
        assert!(String::from_utf8_lossy(&files[1].1).contains(">A cat on a[31m mat, 5 &lt; 6 &amp; 👩"));
        assert_eq!(files.iter().map(|(extension, _)| *extension).collect::<Vec<_>>(), ["txt", "xmp"]);
    }

    #[test]
    fn nothing_turns_the_text_after_it_and_joiners_stay() {
        let turning =
            "a\u{202a}b\u{202b}c\u{202c}d\u{202d}e\u{202e}f\u{2066}g\u{2067}h\u{2068}i\u{2069}j\u{80}k\u{9b}l";
        let files = Captions { txt: true, xmp: true }.files(Some(turning));
        assert_eq!(String::from_utf8_lossy(&files[0].1), "abcdefghijkl\n");
        assert!(String::from_utf8_lossy(&files[1].1).contains(">abcdefghijkl<"));
        let joined = "می\u{200c}خواهم 👨\u{200d}👩\u{200d}👧 שלום\u{200f}!";
        assert_eq!(one_line(joined), joined);
    }

    #[test]
    fn nothing_to_say_makes_no_file() {
        assert!(Captions::default().files(None).is_empty());
        assert!(Captions::default().files(Some(" \n\u{7}")).is_empty());
        assert!(Captions::NONE.files(Some("A cat")).is_empty());
    }
}

//! Texts from outside as they may stand in a file.

use crate::job::one_line;

/// A text from outside with the lines that it has, each made as [`one_line`] makes it, and without empty ones at
/// its end.
pub(in crate::output) fn lines_of(text: &str) -> String {
    let mut lines: String = text.lines().flat_map(|line| [one_line(line), "\n".to_owned()]).collect();
    lines.truncate(lines.trim_end().len());
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines
}

/// A sidecar with the caption as description (XMP specification part 1; `dc:description`), as earlier versions wrote
/// it and as it is begun now.
pub(super) fn xmp(line: &str) -> String {
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
    fn a_caption_is_one_line() {
        let line = one_line(" A cat\r\n\ton a\u{1b}[31m  mat, 5 < 6 & \u{85}👩\u{200d}🚀 ❤\u{fe0f}\u{0}. ");
        assert_eq!(line, "A cat on a[31m mat, 5 < 6 & 👩\u{200d}🚀 ❤\u{fe0f}.");
        assert!(xmp(&line).contains(">A cat on a[31m mat, 5 &lt; 6 &amp; 👩"));
    }

    #[test]
    fn nothing_turns_the_text_after_it_and_joiners_stay() {
        let turning =
            "a\u{202a}b\u{202b}c\u{202c}d\u{202d}e\u{202e}f\u{2066}g\u{2067}h\u{2068}i\u{2069}j\u{80}k\u{9b}l";
        assert_eq!(one_line(turning), "abcdefghijkl");
        let joined = "می\u{200c}خواهم 👨\u{200d}👩\u{200d}👧 שלום\u{200f}!";
        assert_eq!(one_line(joined), joined);
    }
}

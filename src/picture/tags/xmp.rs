//! The one thing that a header's reader asks of XMP.

use super::Orientation;

/// What a packet says of which way up the picture is: `tiff:Orientation`, as an attribute or an element
/// (XMP specification, part 2, 3.3).
pub(super) fn orientation(packet: &[u8]) -> Option<Orientation> {
    const NAME: &[u8] = b"tiff:Orientation";
    let at = packet.windows(NAME.len()).position(|name| name == NAME)?;
    let rest = packet.get(at + NAME.len()..)?;
    let value = rest.iter().position(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b'"' | b'\''));
    let value = rest.get(value?..)?;
    match value {
        // One digit and no more.
        [digit @ b'1'..=b'8', after, ..] if !after.is_ascii_digit() => Orientation::from_tag((digit - b'0').into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_an_attribute_or_an_element() {
        for (packet, tag) in [
            ("<rdf:Description tiff:Orientation=\"6\"/>", Some(6)),
            ("<rdf:Description tiff:Orientation = '8' />", Some(8)),
            ("<tiff:Orientation>3</tiff:Orientation>", Some(3)),
            ("<tiff:Orientation>12</tiff:Orientation>", None),
            ("<tiff:Orientation/>", None),
            ("<tiff:Make>6</tiff:Make>", None),
            ("", None),
        ] {
            assert_eq!(orientation(packet.as_bytes()).map(Orientation::tag), tag, "{packet}");
        }
    }
}

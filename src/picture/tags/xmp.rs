//! What a header's reader asks of XMP: which way up the picture is, and what phones put into its file beside it.

use memchr::memmem;

use super::{Besides, Orientation};

/// What a packet says of which way up the picture is: `tiff:Orientation`, as an attribute or an element
/// (XMP specification, part 2, 3.3).
pub(super) fn orientation(packet: &[u8]) -> Option<Orientation> {
    match values(packet, b"tiff:Orientation").next()? {
        // One digit and no more.
        [digit @ b'1'..=b'8', after, ..] if !after.is_ascii_digit() => Orientation::from_tag((digit - b'0').into()),
        _ => None,
    }
}

/// Adds what a packet tells of: a gain map (Ultra HDR 1.1), a film (Motion Photo 1.0, and Micro Video before it), a depth
/// map (Google's `GDepth`, and Dynamic Depth 1.0); and that its own picture is such a map or a matte (Apple's
/// `pixeldatainfo` and `depthData`).
pub(super) fn besides(packet: &[u8], found: &mut Besides) {
    let is_one = |name| values(packet, name).any(|value| value.starts_with(b"1"));
    let has = |name| values(packet, name).next().is_some();
    let holds = |kind: &[u8]| values(packet, b"Item:Semantic").any(|value| value.starts_with(kind));
    let is_of_apple = |kind: &[u8]| {
        values(packet, b"AuxiliaryImageType").any(|value| {
            let end = value.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'<')).unwrap_or(value.len());
            value.get(..end).is_some_and(|urn| urn.starts_with(b"urn:com:apple:photo:") && urn.ends_with(kind))
        })
    };
    found.gain_map |= has(b"hdrgm:Version") || holds(b"GainMap") || is_of_apple(b":hdrgainmap");
    found.film |= is_one(b":MotionPhoto") || is_one(b":MicroVideo") || holds(b"MotionPhoto");
    found.depth_map |= has(b"GDepth:Format") || has(b"depthData:DepthDataVersion") || holds(b"Depth");
    found.matte |= is_of_apple(b"matte");
}

/// The values of a property, each with all that follows it; a longer name's begin with the rest of that.
fn values<'a>(packet: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'"' | b'\'');
    memmem::find_iter(packet, name).filter_map(move |at| {
        let rest = packet.get(at + name.len()..)?;
        rest.get(rest.iter().position(|byte| !is_between(byte))?..)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_phones_put_beside_a_photo_is_told() {
        let told = |packet: &str| {
            let mut found = Besides::default();
            besides(packet.as_bytes(), &mut found);
            (found.gain_map, found.film, found.depth_map)
        };
        assert_eq!(told("hdrgm:Version=\"1.0\""), (true, false, false));
        assert_eq!(told("GCamera:MotionPhotoVersion=\"1\" GCamera:MotionPhoto=\"1\""), (false, true, false));
        assert_eq!(told("<GCamera:MicroVideo>1</GCamera:MicroVideo>"), (false, true, false));
        assert_eq!(told("GCamera:MotionPhoto=\"0\" GCamera:MicroVideoOffset=\"1\""), (false, false, false));
        assert_eq!(told("Item:Semantic=\"Depth\" Item:Semantic=\"GainMap\""), (true, false, true));
        assert_eq!(told("GDepth:Format=\"RangeInverse\""), (false, false, true));
        assert_eq!(told("Item:Semantic=\"Primary\""), (false, false, false));
    }

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

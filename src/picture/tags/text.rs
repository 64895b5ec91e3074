//! PNG's text chunks, some of which hold metadata of other formats.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::LONGEST;

/// What one of them holds.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::picture) enum Text {
    /// A block of EXIF, as `ImageMagick` and older exiftool write it.
    Exif(Vec<u8>),
    /// IPTC's datasets, perhaps within Photoshop's resources, from the same.
    Iptc(Vec<u8>),
    /// A packet of XMP (XMP specification, part 3, 1.1.5).
    Xmp(Vec<u8>),
}

/// Whether a text chunk that begins so is one of those.
pub(in crate::picture) fn text_chunk(name: [u8; 4], body: &[u8]) -> Option<Text> {
    let end = body.iter().take(80).position(|byte| *byte == 0)?;
    let (keyword, rest) = (body.get(..end)?, body.get(end + 1..)?);
    if &name == b"iTXt" {
        let [packed, _, rest @ ..] = rest else { return None };
        // Language and translated keyword.
        let rest = after_zero(after_zero(rest)?)?;
        let text = if *packed == 1 { inflated(rest)? } else { rest.to_vec() };
        return (keyword == b"XML:com.adobe.xmp").then_some(Text::Xmp(text));
    }
    let profile = keyword.strip_prefix(b"Raw profile type ")?;
    let text = if &name == b"zTXt" { inflated(rest.get(1..)?)? } else { rest.to_vec() };
    let bytes = unhexed(&text)?;
    match profile {
        b"exif" | b"APP1" if bytes.starts_with(super::XMP) => Some(Text::Xmp(bytes.get(super::XMP.len()..)?.to_vec())),
        b"exif" | b"APP1" => Some(Text::Exif(bytes)),
        b"iptc" => Some(Text::Iptc(bytes)),
        b"xmp" => Some(Text::Xmp(bytes)),
        _ => None,
    }
}

fn after_zero(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(bytes.iter().position(|byte| *byte == 0)? + 1..)
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    ZlibDecoder::new(bytes).take(LONGEST).read_to_end(&mut text).ok()?;
    Some(text)
}

/// The bytes of a profile: a line with its name, one with its length, and hexadecimal digits.
fn unhexed(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text.trim_ascii_start().splitn(3, |byte| *byte == b'\n');
    let (_, _, digits) = (lines.next()?, lines.next()?, lines.next()?);
    let digits: Vec<u8> = digits.iter().filter_map(|byte| char::from(*byte).to_digit(16)?.try_into().ok()).collect();
    let pair = |pair: &[u8]| if let [high, low] = pair { high << 4 | low } else { 0 };
    Some(digits.chunks_exact(2).map(pair).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_other_programs_put_in_texts_is_found() {
        let raw = b"\nexif\n       6\n4578\n69660000\n";
        let plain = [b"Raw profile type exif\0".as_slice(), raw].concat();
        assert_eq!(text_chunk(*b"tEXt", &plain), Some(Text::Exif(b"Exif\0\0".to_vec())));
        let packed = [b"Raw profile type APP1\0\0".as_slice(), &deflated(raw)].concat();
        assert_eq!(text_chunk(*b"zTXt", &packed), Some(Text::Exif(b"Exif\0\0".to_vec())));
        let xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x/>";
        assert_eq!(text_chunk(*b"iTXt", xmp), Some(Text::Xmp(b"<x/>".to_vec())));
        let packed = [b"XML:com.adobe.xmp\0\x01\0de\0XMP\0".as_slice(), &deflated(b"<x/>")].concat();
        assert_eq!(text_chunk(*b"iTXt", &packed), Some(Text::Xmp(b"<x/>".to_vec())));
        for other in [&b"Comment\0hello"[..], b"", b"Raw profile type exif\0\nexif"] {
            assert_eq!(text_chunk(*b"tEXt", other), None);
        }
    }
}

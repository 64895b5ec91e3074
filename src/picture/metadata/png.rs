//! Metadata among the chunks of a PNG (PNG specification, third edition, 11.3).

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::iptc;
use super::parts::Parts;
use crate::job::Pixels;
use crate::picture::tags::text_chunk;

const SIGNATURE: usize = 8;

/// The file's head with the metadata before its picture data; `None` if they are not reached in it.
pub(super) fn splice(head: &[u8], parts: impl FnOnce(Pixels, bool) -> Parts) -> Option<Vec<u8>> {
    let mut rest = head.get(SIGNATURE..)?;
    let (name, first, after) = chunk(rest)?;
    if &name != b"IHDR" {
        return None;
    }
    rest = after;
    let side = |at: usize| head.get(at..).and_then(|rest| rest.first_chunk()).map(|bytes| u32::from_be_bytes(*bytes));
    let is_grey = matches!(head.get(25)?, 0 | 4);
    let parts = parts(Pixels::new(side(16)?, side(20)?), is_grey);
    let mut kept: Vec<u8> = Vec::new();
    let mut is_coloured = false;
    loop {
        // The picture data alone need not be there to their end.
        if rest.get(4..8)? == b"IDAT" {
            break;
        }
        let (name, whole, after) = chunk(rest)?;
        if &name == b"IEND" {
            return None;
        }
        is_coloured |= matches!(&name, b"iCCP" | b"sRGB" | b"cICP");
        let body = whole.get(8..whole.len().checked_sub(4)?)?;
        let is_theirs = match &name {
            b"eXIf" => parts.bare || parts.exif.is_some(),
            b"tEXt" | b"zTXt" | b"iTXt" => parts.bare || text_chunk(name, body).is_some(),
            b"tIME" => parts.bare,
            _ => false,
        };
        if !is_theirs {
            kept.extend(whole);
        }
        rest = after;
    }
    let mut spliced = [head.get(..SIGNATURE)?, first].concat();
    if let Some(profile) = parts.icc.filter(|_| !is_coloured) {
        // Of three chunks that hold colours this one comes before the palette.
        let packed = deflated(&profile)?;
        spliced.extend(as_chunk(*b"iCCP", &[b"ICC profile\0\0".as_slice(), &packed].concat())?);
    }
    spliced.extend(kept);
    if let Some(block) = parts.exif.as_ref().filter(|block| !block.is_empty()) {
        spliced.extend(as_chunk(*b"eXIf", block)?);
    }
    if let Some(packet) = parts.xmp.as_ref().filter(|packet| !packet.is_empty()) {
        spliced.extend(as_chunk(*b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), packet].concat())?);
    }
    if let Some(datasets) = &parts.iptc {
        // There is no place for it but the one that ImageMagick made, which exiftool reads.
        let resources = iptc::as_resources(datasets);
        let mut text = format!("\niptc\n{:>8}", resources.len());
        for (index, byte) in resources.iter().enumerate() {
            text.push_str(if index % 36 == 0 { "\n" } else { "" });
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
        let packed = deflated(text.as_bytes())?;
        spliced.extend(as_chunk(*b"zTXt", &[b"Raw profile type iptc\0\0".as_slice(), &packed].concat())?);
    }
    spliced.extend(rest);
    Some(spliced)
}

/// The whole file without metadata behind its picture data; `None` if there are none, or it is not understood.
pub(super) fn without_end(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..SIGNATURE)?.to_vec();
    let (mut rest, mut is_behind) = (bytes.get(SIGNATURE..)?, false);
    loop {
        let (name, whole, after) = chunk(rest)?;
        is_behind |= &name == b"IDAT";
        if !(is_behind && matches!(&name, b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME")) {
            kept.extend(whole);
        }
        if &name == b"IEND" {
            return Some(kept);
        }
        rest = after;
    }
}

/// The next chunk's name, all of it with its length and checksum, and what follows.
fn chunk(rest: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
    let (whole, after) = rest.split_at_checked(length.checked_add(12)?)?;
    Some((*whole.get(4..)?.first_chunk()?, whole, after))
}

fn as_chunk(name: [u8; 4], body: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(body.len()).ok().filter(|length| *length < 1 << 31)?;
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(body);
    Some([&length.to_be_bytes()[..], &name, body, &sum.sum().to_be_bytes()].concat())
}

fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

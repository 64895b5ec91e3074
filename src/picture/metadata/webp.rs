//! Metadata among the chunks of a WebP (RFC 9649, 2.7).

use super::parts::Parts;
use crate::job::Pixels;

const ICCP: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

/// The whole file with the metadata in it; `None` if it is not made as one has to be.
pub(super) fn splice(bytes: &[u8], parts: impl FnOnce(Pixels, bool) -> Parts) -> Option<Vec<u8>> {
    let riff = bytes.strip_prefix(b"RIFF")?;
    let length = u32::from_le_bytes(*riff.first_chunk()?) as usize;
    // Padding at the end is left out by some writers, and what follows is no part of it.
    let body = riff.get(4..).map(|body| body.get(..length).unwrap_or(body))?;
    let mut rest = body.strip_prefix(b"WEBP")?;
    let (mut header, mut profile, mut kept, mut theirs) = (None, None, Vec::new(), Vec::new());
    let mut plain = None;
    while rest.len() >= 8 {
        let (name, content, after) = chunk(rest)?;
        match &name {
            b"VP8X" => header = Some(*content.first_chunk::<10>()?),
            b"ICCP" => profile = Some(content),
            b"EXIF" | b"XMP " => theirs.push((name, content)),
            _ => {
                plain = plain.or_else(|| size(name, content));
                kept.push((name, content));
            }
        }
        rest = after;
    }
    let mut header = if let Some(header) = header {
        header
    } else {
        let (pixels, alpha) = plain?;
        let [w0, w1, w2, _] = pixels.width.checked_sub(1)?.to_le_bytes();
        let [h0, h1, h2, _] = pixels.height.checked_sub(1)?.to_le_bytes();
        [if alpha { ALPHA } else { 0 }, 0, 0, 0, w0, w1, w2, h0, h1, h2]
    };
    let [flags, _, _, _, w0, w1, w2, h0, h1, h2] = &mut header;
    let side = |a: u8, b: u8, c: u8| u32::from_le_bytes([a, b, c, 0]) + 1;
    let Parts { exif, xmp, icc, bare, .. } = parts(Pixels::new(side(*w0, *w1, *w2), side(*h0, *h1, *h2)), false);
    let profile = profile.map(<[u8]>::to_vec).or(icc);
    let theirs_of =
        |wanted: [u8; 4]| theirs.iter().find(|(name, _)| *name == wanted).map(|(_, content)| content.to_vec());
    let theirs_of = |wanted| if bare { None } else { theirs_of(wanted) };
    let exif = exif.or_else(|| theirs_of(*b"EXIF")).filter(|block| !block.is_empty());
    let xmp = xmp.or_else(|| theirs_of(*b"XMP ")).filter(|packet| !packet.is_empty());
    for (flag, is_there) in [(ICCP, profile.is_some()), (EXIF, exif.is_some()), (XMP, xmp.is_some())] {
        *flags = if is_there { *flags | flag } else { *flags & !flag };
    }
    let mut made = b"WEBP".to_vec();
    made.extend(as_chunk(*b"VP8X", &header)?);
    if let Some(profile) = profile {
        made.extend(as_chunk(*b"ICCP", &profile)?);
    }
    for (name, content) in kept {
        made.extend(as_chunk(name, content)?);
    }
    for (name, content) in [(*b"EXIF", exif), (*b"XMP ", xmp)] {
        if let Some(content) = content {
            made.extend(as_chunk(name, &content)?);
        }
    }
    as_chunk(*b"RIFF", &made)
}

/// The size of a picture of one chunk and whether it may be transparent.
fn size(name: [u8; 4], content: &[u8]) -> Option<(Pixels, bool)> {
    match &name {
        b"VP8 " => {
            let [w0, w1, h0, h1] = *content.get(6..)?.first_chunk()?;
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            Some((Pixels::new(side(w0, w1), side(h0, h1)), false))
        }
        b"VP8L" => {
            let packed = u32::from_le_bytes(*content.get(1..)?.first_chunk()?);
            let pixels = Pixels::new((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1);
            Some((pixels, packed >> 28 & 1 == 1))
        }
        _ => None,
    }
}

fn chunk(rest: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (name, after) = rest.split_first_chunk::<4>()?;
    let (length, after) = after.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let content = after.get(..length)?;
    Some((*name, content, after.get(length.next_multiple_of(2)..).unwrap_or_default()))
}

fn as_chunk(name: [u8; 4], content: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(content.len()).ok()?;
    let mut chunk = [&name[..], &length.to_le_bytes(), content].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    Some(chunk)
}

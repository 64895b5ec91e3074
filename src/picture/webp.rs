//! WebP: its chunks (WebP container specification, RFC 9649).

use std::io::{Read, Seek};

use super::Header;
use super::bytes::Bytes;
use super::error::Flaw;
use super::tags::Tags;
use crate::job::{Format, Pixels};

/// What its chunks say.
#[derive(Default)]
struct Chunks {
    canvas: Option<Pixels>,
    picture: Option<Pixels>,
    frames: bool,
    animated: bool,
    alpha: bool,
    tags: Tags,
}

/// Reads the size from whichever of the three picture chunks comes first, and EXIF from the end.
pub(super) fn header<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    let chunks = walk(bytes)?;
    let pixels = chunks.canvas.or(chunks.picture).ok_or(Flaw::Damaged("no picture data"))?;
    let header = Header { animated: chunks.animated, alpha: chunks.alpha, ..Header::plain(Format::Webp, pixels) };
    Ok(header.with(&chunks.tags))
}

/// Walks over all chunks, up to the length that the container announces.
pub(super) fn complete<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    let chunks = walk(bytes)?;
    if chunks.picture.is_some() || chunks.frames { Ok(()) } else { Err(Flaw::Damaged("no picture data")) }
}

fn walk<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Chunks, Flaw> {
    bytes.skip(4)?;
    let mut left = u64::from(bytes.le32()?);
    // The last chunk's padding is left out by some writers.
    if left > bytes.left() + 1 {
        return Err(Flaw::Short);
    }
    bytes.skip(4)?;
    left = left.saturating_sub(4);
    let mut chunks = Chunks::default();
    while left >= 8 && bytes.left() >= 8 {
        let name = bytes.array::<4>()?;
        let length = u64::from(bytes.le32()?);
        let padded = length + length % 2;
        if length > bytes.left() {
            return Err(Flaw::Short);
        }
        let read = read(bytes, &mut chunks, name, length)?;
        bytes.skip(padded.saturating_sub(read).min(bytes.left()))?;
        left = left.saturating_sub(8 + padded);
    }
    Ok(chunks)
}

/// Takes what it needs of a chunk; how many bytes it read.
fn read<R: Read + Seek>(bytes: &mut Bytes<R>, chunks: &mut Chunks, name: [u8; 4], length: u64) -> Result<u64, Flaw> {
    match &name {
        b"VP8X" if length >= 10 => {
            let flags = bytes.u8()?;
            chunks.animated = flags & 0x02 != 0;
            chunks.alpha |= flags & 0x10 != 0;
            bytes.skip(3)?;
            let [w0, w1, w2, h0, h1, h2] = bytes.array()?;
            let side = |low, middle, high| u32::from_le_bytes([low, middle, high, 0]) + 1;
            chunks.canvas = Some(Pixels::new(side(w0, w1, w2), side(h0, h1, h2)));
            Ok(10)
        }
        b"VP8 " if length >= 10 => {
            bytes.skip(3)?;
            if bytes.array()? != [0x9d, 0x01, 0x2a] {
                return Err(Flaw::Damaged("no key frame"));
            }
            // Two bits of each are a scale that nobody uses.
            let side = |raw: u16| u32::from(raw & 0x3fff);
            chunks.picture = Some(Pixels::new(side(bytes.le16()?), side(bytes.le16()?)));
            Ok(10)
        }
        b"VP8L" if length >= 5 => {
            if bytes.u8()? != 0x2f {
                return Err(Flaw::Damaged("no lossless picture"));
            }
            let packed = bytes.le32()?;
            chunks.alpha |= packed >> 28 & 1 != 0;
            chunks.picture = Some(Pixels::new((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1));
            Ok(5)
        }
        b"ANMF" => {
            chunks.frames = true;
            Ok(0)
        }
        b"EXIF" => chunks.tags.read_exif(bytes, length),
        b"XMP " => chunks.tags.read_xmp(bytes, length),
        b"ICCP" => {
            chunks.tags.carried.icc = true;
            Ok(0)
        }
        b"ALPH" => {
            chunks.alpha = true;
            Ok(0)
        }
        _ => Ok(0),
    }
}

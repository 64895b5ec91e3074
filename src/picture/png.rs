//! PNG: its chunks and rows (PNG specification, third edition).

use std::io::{BufRead, Read, Seek};

use memchr::memchr_iter;
use png::{ColorType, Decoder, DecodingError, Limits, Transformations};

use super::bytes::Bytes;
use super::error::Flaw;
use super::facts::Colour;
use super::pixels::sums::{Reduced, Sums, reduction};
use super::tags::{LONGEST, Tags, Text, text_chunk};
use super::{Header, Look};
use crate::job::{Format, Pixels};

const END: [u8; 12] = *b"\0\0\0\0IEND\xae\x42\x60\x82";
/// How much of a file's end is looked through for which way up it is, bytes: every PNG without EXIF pays for it.
const TAIL: u64 = 32 * 1024;
/// How large a small picture of it is at the least, px: enough to hold it against its photo.
const SEEN: Pixels = Pixels { width: 128, height: 128 };
/// Memory for one row and its neighbours, bytes: enough for rows of a million px.
const MOST_MEMORY: usize = 64 * 1024 * 1024;

/// Reads up to the picture data, which comes after the size and, mostly, after EXIF; where that has not come
/// yet, the file's end too, where some writers put it.
pub(super) fn header<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<Header, Flaw> {
    bytes.skip(8)?;
    let (length, name) = chunk(bytes)?;
    if (length, &name) != (13, b"IHDR") {
        return Err(Flaw::Damaged("no header chunk"));
    }
    let pixels = Pixels::new(bytes.be32()?, bytes.be32()?);
    let (depth, colour) = (bytes.u8()?, bytes.u8()?);
    bytes.skip(3 + 4)?;
    let mut header = Header { depth, ..Header::plain(Format::Png, pixels) };
    (header.colour, header.alpha) = match colour {
        0 => (Colour::Grey, false),
        3 => (Colour::Palette, false),
        4 => (Colour::Grey, true),
        6 => (Colour::Rgb, true),
        _ => (Colour::Rgb, false),
    };
    let mut tags = Tags::default();
    loop {
        let (length, name) = chunk(bytes)?;
        let read = match &name {
            b"IDAT" => break,
            b"IEND" => return Err(Flaw::Damaged("no picture data")),
            b"eXIf" => tags.read_exif(bytes, length)?,
            b"tEXt" | b"zTXt" | b"iTXt" => {
                let text = bytes.up_to(length.min(LONGEST))?;
                see(&mut tags, name, &text);
                text.len() as u64
            }
            other => {
                header.animated |= other == b"acTL";
                header.alpha |= other == b"tRNS";
                tags.carried.icc |= other == b"iCCP";
                0
            }
        };
        bytes.skip(length.saturating_sub(read) + 4)?;
    }
    if !tags.is_settled() {
        bytes.go_to_tail(bytes.left().min(TAIL))?;
        let tail = bytes.up_to(TAIL)?;
        for (name, body) in behind(&tail) {
            see(&mut tags, name, body);
        }
    }
    Ok(header.with(&tags))
}

/// Takes in what a chunk says.
fn see(tags: &mut Tags, name: [u8; 4], body: &[u8]) {
    if &name == b"eXIf" {
        return tags.exif(body);
    }
    match text_chunk(name, body) {
        Some(Text::Exif(block)) => tags.exif(&block),
        Some(Text::Xmp(packet)) => tags.xmp(&packet),
        Some(Text::Iptc(_)) => tags.carried.iptc = true,
        None => {}
    }
}

/// The chunks with metadata at a file's end: the first that leads from one to the next up to the end chunk.
/// Picture data, which may be hundreds of megabytes, is not stepped through for them.
pub(super) fn behind(tail: &[u8]) -> Vec<([u8; 4], &[u8])> {
    // All their names have an X near the front, which among compressed data is rare.
    let begins = memchr_iter(b'X', tail).filter_map(|x| {
        let at =
            |before: usize| x.checked_sub(before).filter(|at| is_kept(tail.get(at + 4..at + 8).unwrap_or_default()));
        at(5).or_else(|| at(6))
    });
    // More than a few are no chance any more, but somebody's wish to keep us busy.
    begins.take(64).find_map(|at| chain(tail.get(at..)?)).unwrap_or_default()
}

/// Whether a chunk of this name is one with metadata.
fn is_kept(name: &[u8]) -> bool {
    matches!(name, b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt")
}

fn chain(mut tail: &[u8]) -> Option<Vec<([u8; 4], &[u8])>> {
    let mut found = Vec::new();
    loop {
        let length = u32::from_be_bytes(*tail.first_chunk()?) as usize;
        let name = *tail.get(4..)?.first_chunk::<4>()?;
        if &name == b"IEND" {
            return Some(found);
        }
        found.push((name, tail.get(8..)?.get(..length)?));
        tail = tail.get(8..)?.get(length..)?.get(4..)?;
    }
}

/// Whether the end chunk is there: as the file's last bytes, or else by a walk over all chunks.
pub(super) fn ends_well<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(), Flaw> {
    bytes.go_to_tail(END.len() as u64)?;
    if bytes.array()? == END {
        return Ok(());
    }
    bytes.rewind()?;
    bytes.skip(8)?;
    loop {
        let (length, name) = chunk(bytes)?;
        bytes.skip(length + 4)?;
        if &name == b"IEND" {
            return Ok(());
        }
    }
}

/// Decodes it row by row, which checks every chunk's checksum and that the data fills all rows. It is read forwards only.
pub(super) fn complete(file: impl BufRead + Seek) -> Result<Look, Flaw> {
    let mut decoder = Decoder::new_with_limits(file, Limits { bytes: MOST_MEMORY });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info()?;
    let (colour, _) = reader.output_color_type();
    // Alpha is the last sample of a pixel and no colour.
    let samples = colour.samples();
    let colours = if matches!(colour, ColorType::Rgba | ColorType::GrayscaleAlpha) { samples - 1 } else { samples };
    let info = reader.info();
    let all = Pixels::new(info.width, info.height);
    let by = reduction(all, SEEN);
    // An interlaced one comes in passes, and one with frames in several pictures.
    let mut sums = (!info.interlaced && !info.is_animated()).then(|| Sums::new(all, by));
    let mut black = true;
    while let Some(row) = reader.next_interlaced_row()? {
        let dark = |pixel: &[u8]| pixel.iter().take(colours).all(|&byte| byte == 0);
        black = black && row.data().chunks_exact(samples).all(dark);
        if let Some(sums) = &mut sums {
            sums.add(row.data(), colour, 0);
        }
    }
    reader.finish()?;
    let reduced = sums.and_then(Sums::end).map(|pixels| Reduced { all, by, pixels });
    Ok(Look { black, reduced })
}

/// A chunk's length, without its checksum, and its name.
pub(super) fn chunk<R: Read + Seek>(bytes: &mut Bytes<R>) -> Result<(u64, [u8; 4]), Flaw> {
    Ok((bytes.be32()?.into(), bytes.array()?))
}

impl From<DecodingError> for Flaw {
    fn from(error: DecodingError) -> Self {
        match error {
            DecodingError::IoError(error) => error.into(),
            DecodingError::Format(_) => Self::Damaged("its data is not what its format says"),
            DecodingError::Parameter(_) | DecodingError::LimitsExceeded => Self::Damaged("its rows are too long"),
        }
    }
}

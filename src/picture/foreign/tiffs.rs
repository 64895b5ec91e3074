//! TIFF of inks and of CIE L*a*b*, which no decoder of colours makes right: as it is stored, then by its profile.

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek, SeekFrom};

use image::DynamicImage;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use crate::job::Pixels;
use crate::picture::pixels::{of_inks, of_lab};

/// What a TIFF's samples are (TIFF 6.0, `PhotometricInterpretation`): of CIE L*a*b* with pairs of colours around zero, or
/// as ICC has them.
const PHOTOMETRIC: u16 = 0x0106;
const COLOURS: u8 = 2;
const CIE_LAB: u8 = 8;
const ICC_LAB: u8 = 9;

/// One of L*a*b*: its size, px, and whether it has more than 8 bits.
pub(super) fn lab_header(file: &mut (impl Read + Seek)) -> Option<(Pixels, bool)> {
    file.rewind().ok()?;
    let (entries, little, _) = directory(file)?;
    let number = |wanted: u16| {
        let entry = entries.chunks_exact(12).find(|entry| u16_of(entry, little) == Some(wanted))?;
        match u16_of(entry.get(2..)?, little)? {
            3 => Some(u16_of(entry.get(8..)?, little)?.into()),
            _ => u32_of(entry.get(8..)?, little),
        }
    };
    if !matches!(number(PHOTOMETRIC), Some(8 | 9)) {
        return None;
    }
    let pixels = Pixels::new(number(0x0100)?, number(0x0101)?);
    // Where there are three depths the number says where they stand.
    let rows = entries.chunks_exact(12).find(|entry| u16_of(entry, little) == Some(0x0102))?;
    let at = u32_of(rows.get(8..)?, little)?;
    file.seek(SeekFrom::Start(at.into())).ok()?;
    let mut depth = [0; 2];
    let deep = file.read_exact(&mut depth).is_ok() && u16_of(&depth, little) == Some(16);
    Some((pixels, deep))
}

/// Whether a page follows the first: a directory of another picture than a smaller one of it (`NewSubfileType`), or than
/// its mask.
pub(super) fn has_pages(file: &mut (impl Read + Seek)) -> Option<bool> {
    const SMALLER_OR_MASK: u32 = 0b101;

    file.rewind().ok()?;
    let (entries, little, start) = directory(file)?;
    file.seek(SeekFrom::Start((start + entries.len()) as u64)).ok()?;
    let mut next = [0; 4];
    file.read_exact(&mut next).ok()?;
    let next = u32_of(&next, little).filter(|next| *next > 0)?;
    let (entries, ..) = directory_at(file, next, little)?;
    let kind = entries.chunks_exact(12).find(|entry| u16_of(entry, little) == Some(0x00fe));
    Some(kind.and_then(|entry| u32_of(entry.get(8..)?, little)).unwrap_or(0) & SMALLER_OR_MASK == 0)
}

/// The entries of the first directory, whether bytes go from the small end, and where the entries are.
fn directory(file: &mut (impl Read + Seek)) -> Option<(Vec<u8>, bool, usize)> {
    let mut head = [0; 8];
    file.read_exact(&mut head).ok()?;
    let little = head.starts_with(b"II*\0");
    if !little && !head.starts_with(b"MM\0*") {
        return None;
    }
    directory_at(file, u32_of(head.get(4..)?, little)?, little)
}

fn directory_at(file: &mut (impl Read + Seek), at: u32, little: bool) -> Option<(Vec<u8>, bool, usize)> {
    file.seek(SeekFrom::Start(at.into())).ok()?;
    let mut count = [0; 2];
    file.read_exact(&mut count).ok()?;
    let mut entries = Vec::new();
    file.take(12 * u64::from(u16_of(&count, little)?)).read_to_end(&mut entries).ok()?;
    Some((entries, little, usize::try_from(at).ok()? + 2))
}

fn u16_of(bytes: &[u8], little: bool) -> Option<u16> {
    let bytes = *bytes.first_chunk()?;
    Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
}

fn u32_of(bytes: &[u8], little: bool) -> Option<u32> {
    let bytes = *bytes.first_chunk()?;
    Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
}

/// The same file with L*a*b* called colours, so that its samples are read as they are; and what they are.
fn unnamed(bytes: &[u8]) -> Option<(Vec<u8>, u8)> {
    let (entries, little, start) = directory(&mut Cursor::new(bytes))?;
    let number = entries.chunks_exact(12).position(|entry| u16_of(entry, little) == Some(PHOTOMETRIC))?;
    let at = start + 12 * number + if little { 8 } else { 9 };
    let said = *bytes.get(at)?;
    if !matches!(said, CIE_LAB | ICC_LAB) {
        return None;
    }
    let mut bytes = bytes.to_vec();
    *bytes.get_mut(at)? = COLOURS;
    Some((bytes, said))
}

/// One of them in sRGB; `None` of any other, or if it cannot be decoded so.
pub(super) fn decode(bytes: &[u8], most: u64) -> Option<DynamicImage> {
    let (bytes, lab) = match unnamed(bytes) {
        Some((bytes, said)) => (Cow::Owned(bytes), Some(said)),
        None => (Cow::Borrowed(bytes), None),
    };
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(most).ok()?;
    let mut decoder = Decoder::new(Cursor::new(&bytes)).ok()?.with_limits(limits);
    let samples = match (decoder.colortype().ok()?, lab) {
        (ColorType::RGB(8 | 16), Some(_)) => 3,
        (ColorType::CMYK(8 | 16), None) => 4,
        (ColorType::CMYKA(8 | 16), None) => 5,
        _ => return None,
    };
    // Planes of their own are for others.
    if decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).ok()?.unwrap_or(1) != 1 {
        return None;
    }
    let sides = decoder.dimensions().ok()?;
    let profile = decoder.find_tag(Tag::IccProfile).ok().flatten().and_then(|value| value.into_u8_vec().ok());
    let mut stored = match decoder.read_image().ok()? {
        DecodingResult::U8(stored) => stored,
        DecodingResult::U16(stored) => stored.into_iter().map(|sample| sample.to_be_bytes()[0]).collect(),
        _ => return None,
    };
    if samples == 5 {
        stored = stored.chunks_exact(5).filter_map(|ink| ink.get(..4)).flatten().copied().collect();
    }
    match lab {
        None => of_inks(&stored, sides, profile.as_deref()).map(Into::into),
        Some(said) => {
            if said == CIE_LAB {
                for sample in stored.chunks_exact_mut(3).filter_map(|sample| sample.get_mut(1..)).flatten() {
                    *sample ^= 0x80;
                }
            }
            of_lab(&stored, sides).map(Into::into)
        }
    }
}

//! TIFF that no decoder of colours makes right: of inks and of CIE L*a*b*, of places in a list of colours, and of what JPEG
//! keeps instead of colours. It is read as it is stored, then made colours.

mod directory;
mod frames;
mod multiplied;

pub(super) use frames::claim_too_much;

use std::borrow::Cow;
use std::io::{Cursor, Read, Seek};

use image::{DynamicImage, RgbImage};
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use crate::picture::facts::Header;
use crate::picture::pixels::{of_inks, of_lab};
use directory::{CIE_LAB, COLOURS, Directory, GREY, ICC_LAB, PALETTE, PHOTOMETRIC, YCBCR};

/// The header of one of them.
pub(super) fn header(file: &mut (impl Read + Seek)) -> Option<Header> {
    Directory::first(file)?.header(file)
}

/// Whether it lies in planes that nobody reads here.
pub(super) fn has_unread_planes(file: &mut (impl Read + Seek)) -> bool {
    Directory::first(file).is_some_and(|directory| directory.has_unread_planes())
}

/// A TIFF's picture with its colours as they were before they were multiplied by its mask, if they were.
pub(super) fn as_it_was(picture: DynamicImage, bytes: &[u8]) -> DynamicImage {
    let is_multiplied = Directory::first(&mut Cursor::new(bytes)).is_some_and(|directory| directory.is_multiplied());
    if is_multiplied { multiplied::divided(picture) } else { picture }
}

/// What a TIFF is compressed with, if that is not read here.
pub(super) fn unread(file: &mut (impl Read + Seek)) -> Option<&'static str> {
    Directory::first(file)?.unread()
}

/// Whether a page follows the first.
pub(super) fn has_pages(file: &mut (impl Read + Seek)) -> bool {
    Directory::first(file).is_some_and(|directory| directory.has_more(file))
}

/// The same file with its samples called what a decoder gives as they are; and what they are.
fn unnamed(bytes: &[u8]) -> Option<(Cow<'_, [u8]>, u8)> {
    let directory = Directory::first(&mut Cursor::new(bytes))?;
    let said = u8::try_from(directory.number(PHOTOMETRIC)?).ok()?;
    let called = match said {
        CIE_LAB | ICC_LAB => COLOURS,
        PALETTE => GREY,
        _ => return Some((Cow::Borrowed(bytes), said)),
    };
    let at = directory.start + 12 * directory.position(PHOTOMETRIC)? + if directory.little { 8 } else { 9 };
    let mut bytes = bytes.to_vec();
    *bytes.get_mut(at)? = called;
    Some((Cow::Owned(bytes), said))
}

/// One of them as colours, and their profile where it is not sRGB's; `None` of any other, or if it cannot be decoded so.
pub(super) fn decode(bytes: &[u8], most: u64) -> Option<(DynamicImage, Option<Vec<u8>>)> {
    let (bytes, said) = unnamed(bytes)?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(most).ok()?;
    let mut decoder = Decoder::new(Cursor::new(&bytes)).ok()?.with_limits(limits);
    let kind = decoder.colortype().ok()?;
    let is_read = match (kind, said) {
        (ColorType::RGB(8 | 16), CIE_LAB | ICC_LAB)
        | (ColorType::Gray(1 | 2 | 4 | 8 | 16), PALETTE)
        | (ColorType::YCbCr(8), YCBCR) => true,
        (ColorType::CMYK(8 | 16) | ColorType::CMYKA(8 | 16), said) => !matches!(said, CIE_LAB | ICC_LAB),
        _ => false,
    };
    // Planes of their own are for others.
    if !is_read || decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).ok()?.unwrap_or(1) != 1 {
        return None;
    }
    let sides = decoder.dimensions().ok()?;
    let profile = decoder.find_tag(Tag::IccProfile).ok().flatten().and_then(|value| value.into_u8_vec().ok());
    let colours = decoder.find_tag(Tag::ColorMap).ok().flatten().and_then(|value| value.into_u16_vec().ok());
    let stored = decoder.read_image().ok()?;
    if let (PALETTE, ColorType::Gray(depth)) = (said, kind) {
        return Some((of_places(&stored, depth, sides, &colours?)?.into(), profile));
    }
    let mut stored = match stored {
        DecodingResult::U8(stored) => stored,
        DecodingResult::U16(stored) => stored.into_iter().map(|sample| sample.to_be_bytes()[0]).collect(),
        _ => return None,
    };
    match (kind, said) {
        (_, YCBCR) => {
            stored.as_chunks_mut().0.iter_mut().for_each(|pixel| *pixel = of_ycbcr(*pixel));
            Some((RgbImage::from_raw(sides.0, sides.1, stored)?.into(), profile))
        }
        (_, CIE_LAB | ICC_LAB) => {
            if said == CIE_LAB {
                for sample in stored.chunks_exact_mut(3).filter_map(|sample| sample.get_mut(1..)).flatten() {
                    *sample ^= 0x80;
                }
            }
            of_lab(&stored, sides).map(|picture| (DynamicImage::from(picture), None))
        }
        (ColorType::CMYKA(_), _) => {
            let inks: Vec<u8> = stored.chunks_exact(5).filter_map(|ink| ink.get(..4)).flatten().copied().collect();
            of_inks(&inks, sides, profile.as_deref()).map(|picture| (picture.into(), None))
        }
        _ => of_inks(&stored, sides, profile.as_deref()).map(|picture| (picture.into(), None)),
    }
}

/// Colours by their places in a list, which has all shades of red first, then of green, then of blue.
fn of_places(stored: &DecodingResult, depth: u8, (width, height): (u32, u32), colours: &[u16]) -> Option<RgbImage> {
    let many = 1 << depth;
    // Some write 8 bits where 16 are meant.
    let shift = if colours.iter().any(|shade| *shade > 0xff) { 8 } else { 0 };
    let shade = |plane: usize, place: usize| u8::try_from(colours.get(plane * many + place)? >> shift).ok();
    let row_of_bytes = (usize::try_from(width).ok()? * usize::from(depth)).div_ceil(8);
    let place = |x: u32, y: u32| {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        match stored {
            DecodingResult::U16(places) => {
                places.get(y * usize::try_from(width).ok()? + x).map(|place| usize::from(*place))
            }
            DecodingResult::U8(places) => {
                let bit = x * usize::from(depth);
                let byte = *places.get(y * row_of_bytes + bit / 8)?;
                Some(usize::from(byte) >> (8 - usize::from(depth) - bit % 8) & (many - 1))
            }
            _ => None,
        }
    };
    let mut picture = RgbImage::new(width, height);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let place = place(x, y)?;
        pixel.0 = [shade(0, place)?, shade(1, place)?, shade(2, place)?];
    }
    Some(picture)
}

/// Brightness and its two differences as red, green and blue (ITU-T T.871, in 65,536ths).
fn of_ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    let shade = |shade: i32| u8::try_from((shade + 0x8000) >> 16).unwrap_or(if shade < 0 { 0 } else { u8::MAX });
    [shade(y + 91_881 * cr), shade(y - 22_554 * cb - 46_802 * cr), shade(y + 116_130 * cb)]
}

//! A picture's format and size, from its first bytes.

use std::io::{Read, Seek};

use super::bytes::Bytes;
use super::error::Flaw;
use super::facts::Header;
use super::{HEAD, Kind, PictureError, avif, gif, jpeg, png, sniff, webp};
use crate::job::{Format, Pixels};

/// What is read at a time: most headers fit, and little is read in vain.
const PAGE: usize = 4096;

/// Reads a picture's header: a few kilobytes, wherever in the file they are.
///
/// # Errors
/// If it is no picture that fal takes, has no header that makes sense, or cannot be read.
pub fn header(file: impl Read + Seek) -> Result<Header, PictureError> {
    let mut bytes = Bytes::new(file, PAGE).map_err(PictureError::Unreadable)?;
    let length = bytes.left();
    let head = bytes.peek().map_err(PictureError::Unreadable)?;
    let format = match sniff(head.get(..HEAD).unwrap_or(head)) {
        Kind::Picture(format) => format,
        Kind::Other(other) => return Err(PictureError::Other(other)),
    };
    let read = match format {
        Format::Jpeg => jpeg::header(&mut bytes),
        Format::Png => png::header(&mut bytes),
        Format::Webp => webp::header(&mut bytes),
        Format::Gif => gif::header(&mut bytes),
        Format::Avif => avif::header(bytes),
    };
    let header = read.map_err(|flaw| flaw.of(format))?;
    let Pixels { width, height } = header.pixels;
    if header.pixels.count() == 0 {
        return Err(Flaw::Damaged("its size is zero").of(format));
    }
    if width.max(height) > longest_side(format) {
        return Err(PictureError::TooLarge { format, most: longest_side(format) });
    }
    if header.pixels.count() > most_pixels(format, length) {
        return Err(Flaw::Damaged("its data cannot hold the size that it claims").of(format));
    }
    Ok(header)
}

/// The longest side that a format can have, px; of a PNG, whose own limit is 2³¹, what others can, since
/// no decoder that fal is known to run takes more.
fn longest_side(format: Format) -> u32 {
    match format {
        // VP8 and VP8L have 14 bits for a side.
        Format::Webp => 1 << 14,
        Format::Jpeg | Format::Png | Format::Gif | Format::Avif => (1 << 16) - 1,
    }
}

/// The most pixels that so many bytes of a format can hold, so that a header alone drives no price.
fn most_pixels(format: Format, bytes: u64) -> u64 {
    match format {
        // Deflate makes a byte of 1,032 at the most, and a byte is eight pixels at the most.
        Format::Png => bytes.saturating_mul(1032 * 8),
        // A block of 8 × 8 px takes a bit at the least.
        Format::Jpeg => bytes.saturating_mul(8 * 64),
        // One colour all over takes next to nothing.
        Format::Webp | Format::Gif | Format::Avif => u64::MAX,
    }
}

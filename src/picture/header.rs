//! A picture's format and size, from its first bytes.

use std::io::{Read, Seek};

use super::bytes::Bytes;
use super::error::Flaw;
use super::{HEAD, Kind, PictureError, avif, gif, jpeg, png, sniff, webp};
use crate::job::{Format, Pixels};

/// What is read at a time: most headers fit, and little is read in vain.
const PAGE: usize = 4096;

/// What a picture's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Its format.
    pub format: Format,
    /// Its size as stored, px.
    pub pixels: Pixels,
    /// Whether EXIF says that it is to be turned by 90° before it is shown.
    pub swaps_sides: bool,
}

impl Header {
    /// Its size as people see it and as models work on it, px.
    #[must_use]
    pub fn upright(self) -> Pixels {
        let Pixels { width, height } = self.pixels;
        if self.swaps_sides { Pixels::new(height, width) } else { self.pixels }
    }
}

/// Reads a picture's header: a few kilobytes, wherever in the file they are.
///
/// # Errors
/// If it is no picture that fal takes, has no header that makes sense, or cannot be read.
pub fn header(file: impl Read + Seek) -> Result<Header, PictureError> {
    let mut bytes = Bytes::new(file, PAGE).map_err(PictureError::Unreadable)?;
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
    let sized = |header: Header| {
        if header.pixels.count() == 0 { Err(Flaw::Damaged("its size is zero")) } else { Ok(header) }
    };
    read.and_then(sized).map_err(|flaw| flaw.of(format))
}

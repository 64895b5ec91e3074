//! Whether a picture is all there.

use std::io::{BufRead, Read, Seek};

use super::bytes::Bytes;
use super::error::Flaw;
use super::facts::Look;
use super::{PictureError, avif, gif, jpeg, png, webp};
use crate::job::Format;

/// What is read at a time when a file is read through.
const CHUNK: usize = 128 * 1024;
/// What is read at a time when most of a file is stepped over.
const PAGE: usize = 4096;

/// Reads a whole picture and checks that it is what it claims to be, from the first byte to the
/// last. Memory does not grow with its size.
///
/// PNG is decoded row by row. The others are followed along their structure to its end, which finds
/// what is missing; decoders of JPEG say nothing about it and fill up with grey.
///
/// # Errors
/// If it ends too early, breaks the rules of its format, or cannot be read.
pub fn complete(file: impl Read + Seek, format: Format) -> Result<Look, PictureError> {
    let mut bytes = Bytes::new(file, CHUNK).map_err(PictureError::Unreadable)?;
    let seen = match format {
        Format::Png => bytes.into_inner().map_err(Flaw::from).and_then(png::complete),
        Format::Jpeg => jpeg::complete(&mut bytes).map(|()| Look::default()),
        Format::Webp => webp::complete(&mut bytes).map(|()| Look::default()),
        Format::Gif => gif::complete(&mut bytes).map(|()| Look::default()),
        Format::Avif => avif::complete(&mut bytes).map(|()| Look::default()),
    };
    seen.map_err(|flaw| flaw.of(format))
}

/// The same for a PNG that comes piece by piece, from where nothing can be read twice.
///
/// # Errors
/// As [`complete`].
pub fn complete_as_it_comes(file: impl BufRead + Seek, format: Format) -> Result<Look, PictureError> {
    png::complete(file).map_err(|flaw| flaw.of(format))
}

/// Checks that a picture has its end, reading a few bytes of most files and more only of those
/// with something behind it.
///
/// # Errors
/// If it ends too early, breaks the rules of its format, or cannot be read.
pub fn ends_well(mut file: impl Read + Seek, format: Format) -> Result<(), PictureError> {
    let mut bytes = Bytes::new(&mut file, PAGE).map_err(PictureError::Unreadable)?;
    let ended = match format {
        Format::Jpeg => match jpeg::ends_well(&mut bytes) {
            Ok(false) => return complete(file, format).map(drop),
            Ok(true) => Ok(()),
            Err(flaw) => Err(flaw),
        },
        Format::Png => png::ends_well(&mut bytes),
        Format::Webp => webp::complete(&mut bytes),
        Format::Gif => gif::complete(&mut bytes),
        Format::Avif => avif::complete(&mut bytes),
    };
    ended.map_err(|flaw| flaw.of(format))
}

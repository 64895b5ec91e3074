//! A picture made ready to be sent: in a format that fal takes, and upright in its pixels, for a service that may look at
//! nothing else.

mod encode;
mod source;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Write};

pub use source::{SOURCE_WITHIN, Sourced, source_of};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::facts::Colour;
use super::kind::Other;
use super::{Header, Orientation, foreign};
use crate::job::Format;

/// The most memory that one picture may take to be made ready, bytes.
const MOST_MEMORY: u64 = 3 << 29;

/// Why a picture cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// It is damaged behind its header, or in a way that no header tells.
    #[error("cannot be turned upright or converted: {0}")]
    Damaged(Box<str>),
    /// It could not be written.
    #[error("cannot be turned upright or converted: no room for it, {0}")]
    Disk(#[source] std::io::Error),
}

impl Header {
    /// Whether its pixels have to be turned, or written in another format, before it is sent. AVIF cannot be decoded
    /// here and goes as it is.
    #[must_use]
    pub fn is_to_be_made(&self) -> bool {
        let turns = self.orientation != Orientation::Upright && !matches!(self.format, Format::Avif | Format::Gif);
        turns || self.converts.is_some()
    }

    /// The memory that making it ready takes, bytes, with the file of this length in it.
    #[must_use]
    pub fn memory(&self, file: u64) -> u64 {
        let samples = match self.colour {
            Colour::Grey => 1,
            Colour::Rgb | Colour::Palette | Colour::Cmyk => 3,
        };
        let pixel = (samples + u64::from(self.alpha)) * if self.depth > 8 { 2 } else { 1 };
        // As it is stored and as it is turned; of a progressive JPEG its coefficients, of HEIC its planes, too.
        let besides = if self.format == Format::Jpeg || self.converts == Some(Other::Heic) { 6 } else { 0 };
        let pixel = pixel * 2 + besides;
        self.pixels.count().saturating_mul(pixel).saturating_add(file)
    }

    /// Whether that is more than is given to one picture.
    #[must_use]
    pub fn is_too_large_to_make(&self, file: u64) -> bool {
        self.is_to_be_made() && self.memory(file) > MOST_MEMORY
    }
}

/// Makes a picture upright, and one that fal takes, and writes it: without loss but for JPEG, which is written so that
/// none is to be seen; with its colour profile. It blocks for as long as that takes.
///
/// # Errors
/// If it cannot be decoded or written.
pub fn ready(bytes: &[u8], header: &Header, into: impl Write) -> Result<(), Unready> {
    let (mut picture, profile) = decode(bytes, header)?;
    picture.apply_orientation(header.orientation.into());
    encode::encode(picture, header.format, profile, into)
}

/// Decodes a picture as it is stored, with its colour profile.
///
/// # Errors
/// If it cannot be decoded.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<(DynamicImage, Option<Vec<u8>>), Unready> {
    if let Some(other) = header.converts {
        return foreign::decode(bytes, other, MOST_MEMORY).map_err(|error| Unready::Damaged(error.into()));
    }
    let kind = match header.format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        Format::Avif => ImageFormat::Avif,
    };
    let damaged = |error: image::ImageError| Unready::Damaged(error.to_string().into());
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    // Inks were made colours by the decoder.
    Ok((picture, profile.filter(|_| header.colour != Colour::Cmyk)))
}

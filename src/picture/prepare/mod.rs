//! A picture made ready to be sent: upright in its pixels, for a service that may look at nothing else.

mod encode;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Seek, Write};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::facts::Colour;
use super::{Header, Orientation};
use crate::job::Format;

/// The most memory that one picture may take to be made ready, bytes.
const MOST_MEMORY: u64 = 3 << 29;

/// Why a picture cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum Unready {
    /// It is damaged behind its header, or in a way that no header tells.
    #[error("cannot be turned upright, which it is not stored: {0}")]
    Damaged(Box<str>),
    /// It could not be written.
    #[error("cannot be turned upright, which it is not stored: no room for it, {0}")]
    Disk(#[source] std::io::Error),
}

impl Header {
    /// Whether its pixels have to be turned before it is sent. AVIF cannot be decoded here and goes as it is.
    #[must_use]
    pub fn is_to_be_turned(&self) -> bool {
        self.orientation != Orientation::Upright && !matches!(self.format, Format::Avif | Format::Gif)
    }

    /// The memory that making it ready takes, bytes, with the file of this length in it.
    #[must_use]
    pub fn memory(&self, file: u64) -> u64 {
        let samples = match self.colour {
            Colour::Grey => 1,
            Colour::Rgb | Colour::Palette | Colour::Cmyk => 3,
        };
        let pixel = (samples + u64::from(self.alpha)) * if self.depth > 8 { 2 } else { 1 };
        // As it is stored and as it is turned; of a progressive JPEG its coefficients, too.
        let pixel = pixel * 2 + if self.format == Format::Jpeg { 6 } else { 0 };
        self.pixels.count().saturating_mul(pixel).saturating_add(file)
    }

    /// Whether that is more than is given to one picture.
    #[must_use]
    pub fn is_too_large_to_turn(&self, file: u64) -> bool {
        self.is_to_be_turned() && self.memory(file) > MOST_MEMORY
    }
}

/// Turns a picture upright and writes it in its own format, without loss but for JPEG, which is written so that
/// none is to be seen; with its colour profile. It blocks for as long as that takes.
///
/// # Errors
/// If it cannot be decoded or written.
pub fn turn(bytes: &[u8], header: &Header, into: impl Write + Seek) -> Result<(), Unready> {
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
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(header.orientation.into());
    // Inks were made colours by the decoder.
    let profile = profile.filter(|_| header.colour != Colour::Cmyk);
    encode::encode(picture, header.format, profile, into)
}

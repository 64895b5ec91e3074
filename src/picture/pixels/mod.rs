//! Pixels out of a file and into one.

#[cfg(feature = "avif")]
mod av1;
mod colour;
mod encode;
mod inks;
#[cfg(feature = "avif")]
mod planes;
mod reduced;
pub(super) mod sums;
#[cfg(test)]
mod tests;
mod turn;

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::facts::Colour;
use super::{Header, foreign};
use crate::job::Format;

pub(super) use colour::{cicp_profile, coloured, eight_bits, of_inks, of_lab, srgb_profile};
pub use encode::MOST_AVIF;
pub(super) use encode::encode;
pub(super) use reduced::reduced;
pub(super) use turn::turned;

/// Whether AVIF is decoded and written here: a matter of how this program was built.
pub const READS_AVIF: bool = cfg!(feature = "avif");

/// The most memory that one picture may take, bytes.
pub(super) const MOST_MEMORY: u64 = 3 << 29;

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

/// The pixels of a picture as they are stored.
///
/// # Errors
/// If it cannot be decoded.
pub fn stored(bytes: &[u8], header: &Header) -> Result<DynamicImage, Unready> {
    decode(bytes, header).map(|(picture, _)| picture)
}

/// Decodes a picture as it is stored, with its colour profile.
///
/// # Errors
/// If it cannot be decoded.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<(DynamicImage, Option<Vec<u8>>), Unready> {
    if let Some(other) = header.converts {
        return foreign::decode(bytes, other, MOST_MEMORY).map_err(|error| Unready::Damaged(error.into()));
    }
    let damaged = |error: image::ImageError| Unready::Damaged(error.to_string().into());
    let kind = match header.format {
        Format::Jpeg if header.colour == Colour::Cmyk => {
            let picture = inks::decode(bytes, MOST_MEMORY).ok_or_else(|| Unready::Damaged("its inks".into()))?;
            return Ok((picture.into(), None));
        }
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        #[cfg(feature = "avif")]
        Format::Avif => return av1::decode(bytes, MOST_MEMORY).map_err(|error| Unready::Damaged(error.into())),
        #[cfg(not(feature = "avif"))]
        Format::Avif => return Err(Unready::Damaged("AVIF is not read by this build".into())),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let profile = decoder.icc_profile().ok().flatten();
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok((picture, profile))
}

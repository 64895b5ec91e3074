//! What is transparent in a photo: models see colours alone, so that they get it over colours that do not bleed, and
//! its mask is put back into what they make of it.

mod cover;
mod look;
#[cfg(test)]
mod tests;

use image::{DynamicImage, GrayImage};

use super::{Header, pixels};
use crate::job::Format;

pub(super) use cover::covered;
pub use look::is_transparent;

/// What becomes of a photo's transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alpha {
    /// It is put back into the result.
    #[default]
    Keep,
    /// The photo goes as it is, and what comes back is opaque.
    Drop,
}

impl Header {
    /// Whether a mask can be had of it: it may be transparent, is a still picture, and can be decoded here.
    #[must_use]
    pub fn may_have_mask(&self) -> bool {
        self.alpha && !self.animated && (self.format != Format::Avif || pixels::READS_AVIF)
    }
}

/// The mask of a photo, upright and as large as it is: 255 where it is opaque. `None` if it is opaque all over, or
/// cannot be decoded. It blocks for as long as decoding takes.
#[must_use]
pub fn mask(bytes: &[u8], header: &Header) -> Option<GrayImage> {
    if !header.may_have_mask() {
        return None;
    }
    let (picture, _) = pixels::decode(bytes, header).ok()?;
    let mut mask = DynamicImage::from(alpha_of(picture)?);
    mask.apply_orientation(header.orientation.into());
    Some(mask.into_luma8())
}

/// What a decoded picture says of opacity; `None` if it is opaque all over.
fn alpha_of(picture: DynamicImage) -> Option<GrayImage> {
    if !picture.color().has_alpha() {
        return None;
    }
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    let alpha: Vec<u8> = picture.as_raw().iter().skip(3).step_by(4).copied().collect();
    GrayImage::from_raw(width, height, alpha).filter(|mask| mask.as_raw().iter().any(|alpha| *alpha < u8::MAX))
}

/// Whether a decoded picture is transparent anywhere.
pub(super) fn is_seen_through(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageLumaA8(picture) => picture.pixels().any(|pixel| pixel.0[1] < u8::MAX),
        DynamicImage::ImageRgba8(picture) => picture.pixels().any(|pixel| pixel.0[3] < u8::MAX),
        DynamicImage::ImageLumaA16(picture) => picture.pixels().any(|pixel| pixel.0[1] < u16::MAX),
        DynamicImage::ImageRgba16(picture) => picture.pixels().any(|pixel| pixel.0[3] < u16::MAX),
        other => other.color().has_alpha(),
    }
}

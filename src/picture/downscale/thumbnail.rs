//! A small picture of a file, as JPEG.

use std::path::Path;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use super::{Downscaled, Part, Unseen};
use crate::job::Pixels;

/// How well it is written.
const QUALITY: u8 = 75;

/// A picture of so many px, upright, at most `most` px on its longer side. It blocks for as long as decoding takes;
/// `stop` is asked now and then.
///
/// # Errors
/// If it cannot be read or decoded, is too large, or `stop` says so.
pub(in crate::picture) fn thumbnail(
    file: &Path,
    pixels: Pixels,
    most: u32,
    stop: &dyn Fn() -> bool,
) -> Result<Vec<u8>, Unseen> {
    let longer = pixels.width.max(pixels.height).max(1);
    let scaled = |length: u32| {
        let length = u64::from(length) * u64::from(most.min(longer)) / u64::from(longer);
        u32::try_from(length).unwrap_or(most).max(1)
    };
    let size = Pixels::new(scaled(pixels.width), scaled(pixels.height));
    let whole = Part::whole(pixels);
    let small = Downscaled::expose(file, whole, size, stop)?.cut(whole, size).ok_or(Unseen::Damaged)?;
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode(small.as_raw(), size.width, size.height, ExtendedColorType::Rgb8)
        .map_err(|_| Unseen::Damaged)?;
    Ok(jpeg)
}

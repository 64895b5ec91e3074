//! A result written anew: with its photo's mask, or in another format.

mod bands;
#[cfg(test)]
mod tests;

use std::io::{BufWriter, Write};

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

use super::pixels::{READS_AVIF, decode, encode};
use super::{Header, Unready, alpha};
use crate::job::Format;
use bands::Bands;

/// How a result is written anew.
#[derive(Debug, Clone)]
pub struct Finish {
    /// In which format.
    pub format: Format,
    /// How well, 1 to 100, where the format loses something.
    pub quality: u8,
    /// What is put into it, at whatever size, where the format holds it.
    pub mask: Option<GrayImage>,
}

/// The memory that writing a picture of so many pixels anew, as AVIF or otherwise, takes, bytes, with the file of this length in it.
#[must_use]
pub fn memory_to_finish(pixels: u64, file: u64, is_avif: bool) -> u64 {
    // As it is and with its mask; its encoder works on planes of its own.
    pixels.saturating_mul(if is_avif { 33 } else { 7 }).saturating_add(file)
}

/// Writes a result anew, with its colour profile and without its metadata. It blocks for as long as that takes.
///
/// # Errors
/// If it cannot be decoded or written.
pub fn finish(bytes: &[u8], header: &Header, finish: &Finish, into: impl Write) -> Result<(), Unready> {
    let (mut picture, profile) = decode(bytes, header)?;
    picture.apply_orientation(header.orientation.into());
    if finish.format == Format::Jpeg && alpha::is_seen_through(&picture) {
        return Err(Unready::Damaged("it is transparent, which JPEG does not hold".into()));
    }
    let mask = finish.mask.as_ref().filter(|_| finish.format != Format::Jpeg);
    match (mask, finish.format) {
        (None, format) => encode(picture, format, finish.quality, profile, into),
        (Some(mask), Format::Png) => png(&picture.into_rgb8(), mask, profile, into),
        (Some(mask), format) => {
            encode(masked(&picture.into_rgb8(), mask)?.into(), format, finish.quality, profile, into)
        }
    }
}

/// Written band by band, so that it is in memory but once.
fn png(picture: &RgbImage, mask: &GrayImage, profile: Option<Vec<u8>>, into: impl Write) -> Result<(), Unready> {
    let mut into = BufWriter::with_capacity(1 << 16, into);
    let mut about = png::Info::with_size(picture.width(), picture.height());
    about.color_type = png::ColorType::Rgba;
    about.icc_profile = profile.map(Into::into);
    let write = || {
        let mut encoder = png::Encoder::with_info(&mut into, about)?;
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        let mut rows = writer.stream_writer_with_size(1 << 16)?;
        let mut bands = Bands::new(mask, (picture.width(), picture.height()));
        let mut row = Vec::new();
        for colours in picture.as_raw().chunks_exact(3 * picture.width().max(1) as usize) {
            let alpha = bands.next_row().ok_or(png::EncodingError::LimitsExceeded)?;
            join(colours, alpha, &mut row);
            rows.write_all(&row)?;
        }
        rows.finish()?;
        writer.finish()
    };
    let written: Result<(), png::EncodingError> = write();
    written.map_err(|error| match error {
        png::EncodingError::IoError(error) => Unready::Disk(error),
        other => Unready::Damaged(other.to_string().into()),
    })?;
    into.flush().map_err(Unready::Disk)
}

fn masked(picture: &RgbImage, mask: &GrayImage) -> Result<RgbaImage, Unready> {
    let (width, height) = picture.dimensions();
    let mut bands = Bands::new(mask, (width, height));
    let (mut samples, mut row) = (Vec::with_capacity(picture.as_raw().len() / 3 * 4), Vec::new());
    for colours in picture.as_raw().chunks_exact(3 * width.max(1) as usize) {
        let alpha = bands.next_row().ok_or_else(|| Unready::Damaged("its mask cannot be enlarged".into()))?;
        join(colours, alpha, &mut row);
        samples.extend_from_slice(&row);
    }
    Ok(RgbaImage::from_raw(width, height, samples).unwrap_or_default())
}

/// A row of colours and one of opacity, three samples of it a pixel.
fn join(colours: &[u8], alpha: &[u8], row: &mut Vec<u8>) {
    row.clear();
    for (colour, alpha) in colours.chunks_exact(3).zip(alpha.chunks_exact(3)) {
        row.extend_from_slice(colour);
        row.extend(alpha.first());
    }
}

/// Whether a picture can be written in a format here.
#[must_use]
pub fn is_written(format: Format) -> bool {
    matches!(format, Format::Png | Format::Jpeg | Format::Webp) || format == Format::Avif && READS_AVIF
}

/// Whether a picture of this kind holds what a mask says.
#[must_use]
pub fn holds_mask(format: Format) -> bool {
    matches!(format, Format::Png | Format::Webp) || format == Format::Avif && READS_AVIF
}

/// A picture reduced to a size, by Lanczos.
pub(super) fn reduced(picture: DynamicImage, (width, height): (u32, u32)) -> Option<DynamicImage> {
    let is_grey = !picture.color().has_color();
    let has_alpha = picture.color().has_alpha();
    if !has_alpha {
        let colours = DynamicImage::from(bands::resized(&picture.into_rgb8(), width, height)?);
        return Some(if is_grey { colours.into_luma8().into() } else { colours });
    }
    let picture = picture.into_rgba8();
    let three = |samples: fn([u8; 4]) -> [u8; 3]| {
        let samples = picture.pixels().flat_map(|pixel| samples(pixel.0)).collect();
        RgbImage::from_raw(picture.width(), picture.height(), samples)
    };
    let colours = bands::resized(&three(|[red, green, blue, _]| [red, green, blue])?, width, height)?;
    let alpha = bands::resized(&three(|[.., alpha]| [alpha; 3])?, width, height)?;
    let mut row = Vec::new();
    join(colours.as_raw(), alpha.as_raw(), &mut row);
    RgbaImage::from_raw(width, height, row).map(DynamicImage::from)
}

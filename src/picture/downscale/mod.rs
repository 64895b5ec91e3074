//! A picture decoded for the eye: a part of it, reduced while it is read, in memory that is bounded
//! whatever the file claims.

mod against;
mod part;
mod rows;
mod thumbnail;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};

pub use against::{Against, against};
pub use part::Part;
use part::Shares;
pub(in crate::picture) use thumbnail::thumbnail;

use super::facts::Colour;
use super::pixels::sums::{Reduced, over_grey, reduction};
use super::pixels::{READS_AVIF, decode, reduced};
use super::{Header, Orientation, PictureError, photo};
use crate::job::{Format, Pixels};

/// Most pixels of a picture that has to be decoded as a whole. PNG is read row by row and may be larger.
const MOST_WHOLE: u64 = 64_000_000;
/// Memory that a decoder may take, bytes.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// The longest file that is read into memory, bytes.
const LONGEST: u64 = 256 * 1024 * 1024;
/// The longest JPEG of which only what is wanted is decoded, bytes.
const LONGEST_REDUCED: u64 = 64 * 1024 * 1024;

/// Why a picture cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum Unseen {
    /// A format that fal takes and that we cannot decode.
    #[error("{0} cannot be shown here")]
    Format(Format),
    /// Decoding it would take more memory than a look is worth.
    #[error("too large to show: {:.0} megapixels", .0.megapixels())]
    TooLarge(Pixels),
    /// It is no picture, or a damaged one.
    #[error("{0}")]
    Picture(#[from] PictureError),
    /// Its header is fine and the rest is not.
    #[error("its data are damaged")]
    Damaged,
    /// It lies at an address: it is not fetched to be looked at.
    #[error("it is not on this machine")]
    Elsewhere,
    /// Nobody waits for it any more.
    #[error("no longer wanted")]
    Stopped,
}

/// A part of a picture, upright, at the size at which it is needed or somewhat larger.
#[derive(Debug, Clone)]
pub struct Downscaled {
    part: Part,
    /// Of which part of the picture the pixels are: the same, but for fractions of a px.
    shares: Shares,
    pixels: RgbImage,
}

impl Downscaled {
    /// Decodes a part of a picture, not much smaller than `wanted` px where the file has so many.
    /// `stop` is asked now and then. It blocks for as long as decoding takes.
    ///
    /// # Errors
    /// If it cannot be read or decoded, is too large, or `stop` says so.
    pub fn expose(file: &Path, part: Part, wanted: Pixels, stop: &dyn Fn() -> bool) -> Result<Self, Unseen> {
        if file.to_str().is_some_and(|text| text.starts_with("https://") || text.starts_with("http://")) {
            return Err(Unseen::Elsewhere);
        }
        let mut open = File::open(file).map_err(PictureError::Unreadable)?;
        let header = photo(&mut open)?;
        Self::exposed(open, header, part, wanted, MOST_WHOLE, stop)
    }

    /// The same of a file that is open, and whose header is read; of `most` px if it has to be decoded as a whole.
    fn exposed(
        mut open: File,
        header: Header,
        part: Part,
        wanted: Pixels,
        most: u64,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, Unseen> {
        if header.format == Format::Avif && !READS_AVIF {
            return Err(Unseen::Format(header.format));
        }
        open.rewind().map_err(PictureError::Unreadable)?;
        if header.converts.is_none()
            && header.format == Format::Png
            && header.orientation == Orientation::Upright
            && let Some((pixels, shares)) = rows::read(BufReader::new(&open), part, wanted, stop)?
        {
            return Ok(Self { part, shares, pixels });
        }
        let stored = part.as_stored(header.orientation);
        let turned = Pixels::new(wanted.height, wanted.width);
        let wanted = if header.orientation.swaps_sides() { turned } else { wanted };
        let pixels = match of_blocks(&mut open, header, stored, wanted) {
            Some(pixels) => pixels,
            None => whole(&mut open, header, stored, wanted, most)?,
        };
        if stop() {
            return Err(Unseen::Stopped);
        }
        let mut upright = DynamicImage::ImageRgb8(pixels);
        upright.apply_orientation(header.orientation.into());
        Ok(Self { part, shares: part.shares(), pixels: upright.into_rgb8() })
    }

    /// What was reduced while the file was read for another purpose.
    fn of(seen: &Reduced) -> Self {
        let share = |kept: u32, all: u32| f64::from(kept.saturating_mul(seen.by)) / f64::from(all.max(1));
        let shares = Shares {
            left: 0.0,
            top: 0.0,
            width: share(seen.pixels.width(), seen.all.width),
            height: share(seen.pixels.height(), seen.all.height),
        };
        Self { part: Part::whole(seen.all), shares, pixels: seen.pixels.clone() }
    }

    /// A picture that is decoded already, all of it.
    pub(in crate::picture) fn decoded(pixels: RgbImage) -> Self {
        let part = Part::whole(Pixels::new(pixels.width(), pixels.height()));
        Self { part, shares: part.shares(), pixels }
    }

    /// Whether another part can be cut from this one without loss at so many px.
    #[must_use]
    pub fn holds(&self, part: Part, wanted: Pixels) -> bool {
        let whole = Pixels::new(self.part.of.width, self.part.of.height);
        // How many of our pixels a part has.
        let kept = part.scaled_to(Pixels::new(
            scale(self.pixels.width(), whole.width, self.part.width),
            scale(self.pixels.height(), whole.height, self.part.height),
        ));
        let sharp = self.is_full(whole) || (kept.width >= wanted.width && kept.height >= wanted.height);
        self.part.contains(part) && sharp
    }

    /// Whether nothing of it was reduced.
    fn is_full(&self, whole: Pixels) -> bool {
        self.pixels.width() >= self.part.width.min(whole.width)
            && self.pixels.height() >= self.part.height.min(whole.height)
    }

    /// Cuts a part and brings it to exactly `size` px; `None` if it has no such part.
    #[must_use]
    pub fn cut(&self, part: Part, size: Pixels) -> Option<RgbImage> {
        self.cut_by(FilterType::Lanczos3, part, size)
    }

    /// The same with another filter.
    fn cut_by(&self, filter: FilterType, part: Part, size: Pixels) -> Option<RgbImage> {
        let within = self.part.contains(part).then(|| part.shares().within(self.shares))?;
        resized(&self.pixels, filter, within, size)
    }

    /// The memory that it takes, bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pixels.as_raw().len()
    }
}

/// `kept` px stand for `part` px; how many would stand for `whole` px.
fn scale(kept: u32, whole: u32, part: u32) -> u32 {
    u32::try_from(u64::from(kept) * u64::from(whole) / u64::from(part.max(1))).unwrap_or(u32::MAX)
}

/// A part of a JPEG, in px as stored, of which only what is wanted is decoded; `None` if that is most of it.
fn of_blocks(file: &mut File, header: Header, part: Part, wanted: Pixels) -> Option<RgbImage> {
    let is_one = header.format == Format::Jpeg && header.converts.is_none() && header.colour != Colour::Cmyk;
    let length = file.metadata().ok()?.len();
    let by = reduction(part.scaled_to(header.pixels), wanted);
    if !is_one || length > LONGEST_REDUCED || by < 2 {
        return None;
    }
    file.rewind().ok()?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).ok()?);
    file.read_to_end(&mut bytes).ok()?;
    kept(&reduced(&bytes, by)?, part, wanted)
}

/// Decodes a picture as a whole and keeps a part of it, both as stored.
fn whole(file: &mut File, header: Header, part: Part, wanted: Pixels, most: u64) -> Result<RgbImage, Unseen> {
    let Header { format, pixels: stored, .. } = header;
    let length = file.metadata().map_err(PictureError::Unreadable)?.len();
    if stored.count() > most || length > LONGEST {
        return Err(Unseen::TooLarge(stored));
    }
    file.rewind().map_err(PictureError::Unreadable)?;
    let is_of_ours = header.converts.is_some() || format == Format::Avif || header.colour == Colour::Cmyk;
    let picture = if is_of_ours {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(PictureError::Unreadable)?;
        decode(&bytes, &header).map_err(|_| Unseen::Damaged)?.0
    } else {
        decoded(file, format)?
    };
    let picture = if picture.color().has_alpha() { flattened(picture.into_rgba8()) } else { picture.into_rgb8() };
    kept(&picture, part, wanted).ok_or(Unseen::Damaged)
}

/// A part of a picture, not much smaller than wanted.
fn kept(picture: &RgbImage, part: Part, wanted: Pixels) -> Option<RgbImage> {
    let there = part.scaled_to(Pixels::new(picture.width(), picture.height()));
    resized(picture, FilterType::Lanczos3, part.shares(), there.shrunk(reduction(there, wanted)))
}

fn decoded(file: &File, format: Format) -> Result<DynamicImage, Unseen> {
    let kind = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        Format::Avif => return Err(Unseen::Format(format)),
    };
    let mut reader = ImageReader::with_format(BufReader::new(file), kind);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| Unseen::Damaged)?;
    DynamicImage::from_decoder(decoder).map_err(|_| Unseen::Damaged)
}

/// A part of a picture brought to a size.
fn resized(source: &RgbImage, filter: FilterType, part: Shares, size: Pixels) -> Option<RgbImage> {
    let (width, height) = (size.width.max(1), size.height.max(1));
    let (across, down) = (f64::from(source.width()), f64::from(source.height()));
    let (left, top) = ((part.left * across).clamp(0.0, across - 1.0), (part.top * down).clamp(0.0, down - 1.0));
    let right = (part.width * across).max(1.0).min(across - left);
    let bottom = (part.height * down).max(1.0).min(down - top);
    let filter = ResizeAlg::Convolution(filter);
    let options = ResizeOptions::new().resize_alg(filter).crop(left, top, right, bottom);
    let mut target = RgbImage::new(width, height);
    let from = TypedImageRef::<U8x3>::from_buffer(source.width(), source.height(), source.as_raw()).ok()?;
    let mut into = TypedImage::<U8x3>::from_buffer(width, height, &mut target).ok()?;
    // For this one kind of pixel: each further one is a megabyte of program.
    Resizer::new().resize_typed(&from, &mut into, &options).ok()?;
    Some(target)
}

/// What is transparent becomes grey, in the memory that the picture takes already.
fn flattened(picture: RgbaImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let mut samples = picture.into_raw();
    let pixels = samples.len() / 4;
    for pixel in 0..pixels {
        let from = samples.get(pixel * 4..pixel * 4 + 4).and_then(|from| <[u8; 4]>::try_from(from).ok());
        let into = samples.get_mut(pixel * 3..pixel * 3 + 3);
        if let (Some([r, g, b, a]), Some(into)) = (from, into) {
            into.copy_from_slice(&[r, g, b].map(|colour| over_grey(colour, a)));
        }
    }
    samples.truncate(pixels * 3);
    RgbImage::from_raw(width, height, samples).unwrap_or_default()
}

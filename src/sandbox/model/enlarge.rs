//! Enlarges a picture with Lanczos, band by band, so that memory holds the source and never the result.

use std::fs::File;
use std::io::{BufWriter, Cursor, Write};
use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{ResizeOptions, Resizer};
use image::{ImageFormat, ImageReader, RgbImage};

use crate::job::Format;
use crate::picture::{READS_AVIF, header, stored};

/// The most pixels that are taken in, as fal's own toolkit limits them.
const MAX_INPUT_PIXELS: u64 = 100_000_000;
/// The most pixels that come out.
const MAX_OUTPUT_PIXELS: u64 = 400_000_000;
/// How many pixels of the result are made at once.
const BAND_PIXELS: usize = 2_000_000;

/// What came out.
#[derive(Debug)]
pub(crate) struct Enlarged {
    /// Width, px.
    pub(crate) width: u32,
    /// Height, px.
    pub(crate) height: u32,
    /// The file's length, bytes.
    pub(crate) len: u64,
    /// The file's hash.
    pub(crate) hash: blake3::Hash,
}

/// Why a picture cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    /// It is no picture that we can read.
    #[error("Failed to load the image. Please ensure the image file is not corrupted and is in a supported format.")]
    Load,
    /// fal reads AVIF; no decoder for it may be in here.
    #[error("This sandbox cannot decode AVIF. fal can: nothing is said against the image.")]
    Avif,
    /// It has too many pixels, or would have.
    #[error("Image has too many pixels: at most {max} are supported")]
    TooLarge {
        /// The most pixels.
        max: u64,
    },
    /// The sandbox's own disk failed.
    #[error("Internal server error")]
    Disk(#[from] std::io::Error),
}

/// A picture's size as it is stored, px, from its header.
pub(crate) fn measure(path: &Path) -> Result<(u32, u32), Unusable> {
    let header = header(File::open(path)?).map_err(|_| Unusable::Load)?;
    if header.format == Format::Avif && !READS_AVIF {
        return Err(Unusable::Avif);
    }
    if header.pixels.count() > MAX_INPUT_PIXELS {
        return Err(Unusable::TooLarge { max: MAX_INPUT_PIXELS });
    }
    Ok((header.pixels.width, header.pixels.height))
}

/// Decodes a picture that was measured; turned upright, if it is to be.
pub(crate) fn open(path: &Path, turns: bool) -> Result<RgbImage, Unusable> {
    let bytes = std::fs::read(path)?;
    let read = header(Cursor::new(&bytes)).map_err(|_| Unusable::Load)?;
    if read.format == Format::Avif {
        let mut picture = stored(&bytes, &read).map_err(|_| Unusable::Load)?;
        if turns {
            picture.apply_orientation(read.orientation.into());
        }
        return Ok(picture.into_rgb8());
    }
    let mut reader = ImageReader::new(Cursor::new(bytes.as_slice())).with_guessed_format()?;
    if reader.format() == Some(ImageFormat::Jpeg) && !super::jpeg::is_whole(&bytes) {
        return Err(Unusable::Load);
    }
    // The size is known to be fine; the default would refuse large photos for their bytes.
    reader.no_limits();
    let mut picture = reader.decode().map_err(|_| Unusable::Load)?;
    if turns {
        picture.apply_orientation(read.orientation.into());
    }
    Ok(picture.into_rgb8())
}

/// Enlarges `source` by `factor` and writes it to `target` as PNG.
pub(crate) fn enlarge(source: &RgbImage, factor: f64, target: &Path) -> Result<Enlarged, Unusable> {
    let (width, height) = (scaled(source.width(), factor), scaled(source.height(), factor));
    if u64::from(width) * u64::from(height) > MAX_OUTPUT_PIXELS {
        return Err(Unusable::TooLarge { max: MAX_OUTPUT_PIXELS });
    }
    let out = Hashing { file: BufWriter::new(File::create(target)?), hasher: blake3::Hasher::new(), len: 0 };
    let (len, hash) = encode(source, width, height, out).map_err(std::io::Error::other)?;
    Ok(Enlarged { width, height, len, hash })
}

/// A side times a factor, px, at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and a cast saturates")]
pub(crate) fn scaled(side: u32, factor: f64) -> u32 {
    ((f64::from(side) * factor).round() as u32).max(1)
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

fn encode(source: &RgbImage, width: u32, height: u32, mut out: Hashing) -> Result<(u64, blake3::Hash), AnyError> {
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_deflate_compression(png::DeflateCompression::FdeflateUltraFast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    let mut rows = writer.stream_writer_with_size(1 << 16)?;

    let from = TypedImageRef::<U8x3>::from_buffer(source.width(), source.height(), source.as_raw())?;
    let mut resizer = Resizer::new();
    let step = f64::from(source.height()) / f64::from(height);
    let band = u32::try_from(BAND_PIXELS / width.max(1) as usize).unwrap_or(u32::MAX).clamp(16, height.max(16));
    let mut piece = vec![0; 3 * width as usize * band.min(height) as usize];
    let mut top = 0;
    while top < height {
        let rows_now = band.min(height - top);
        piece.truncate(3 * width as usize * rows_now as usize);
        let mut into = TypedImage::<U8x3>::from_buffer(width, rows_now, &mut piece)?;
        let from_top = f64::from(top) * step;
        let from_rows = (f64::from(rows_now) * step).min(f64::from(source.height()) - from_top);
        let crop = ResizeOptions::new().crop(0.0, from_top, f64::from(source.width()), from_rows);
        // For this one kind of pixel: the resizer for all kinds is four megabytes of program.
        resizer.resize_typed(&from, &mut into, &crop)?;
        rows.write_all(&piece)?;
        top += rows_now;
    }
    rows.finish()?;
    writer.finish()?;
    out.file.flush()?;
    Ok((out.len, out.hasher.finalize()))
}

/// A file that is hashed as it is written.
#[derive(Debug)]
struct Hashing {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    len: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or_default());
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_join_without_a_seam() {
        let dir = tempfile::tempdir().unwrap();
        // Wide enough that the result needs several bands, with a gradient that would show a seam.
        #[expect(clippy::cast_possible_truncation)]
        let source = RgbImage::from_fn(2000, 300, |x, y| image::Rgb([(x / 8) as u8, (y / 2) as u8, 90]));
        let target = dir.path().join("out.png");
        let made = enlarge(&source, 4.0, &target).unwrap();
        assert_eq!((made.width, made.height), (8000, 1200));
        assert_eq!(made.len, std::fs::metadata(&target).unwrap().len());
        assert_eq!(made.hash, blake3::hash(&std::fs::read(&target).unwrap()));
        let out = image::open(&target).unwrap().into_rgb8();
        for y in 1..1200 {
            let jump = i32::from(out.get_pixel(4000, y)[1]) - i32::from(out.get_pixel(4000, y - 1)[1]);
            assert!((-1..=2).contains(&jump), "row {y} jumps by {jump}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jpg");
        for bytes in [&b""[..], b"hello", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x00\x00\x00\x1cftypavif\0\0\0\0avif"] {
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(open(&path, true), Err(Unusable::Load)), "{bytes:?}");
        }
        assert!(matches!(measure(&path), Err(Unusable::Load)));
        let (.., avif) = crate::picture::samples::all().pop().unwrap();
        std::fs::write(&path, avif).unwrap();
        if READS_AVIF {
            assert_eq!(measure(&path).unwrap(), (40, 24));
            assert_eq!(open(&path, true).unwrap().dimensions(), (40, 24));
        } else {
            assert!(matches!(measure(&path), Err(Unusable::Avif)), "it may well be one that fal reads");
        }
    }
}

//! Pixels written to a file so that nothing is to be seen of it.

use std::io::{BufWriter, Write};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, ImageError};

use super::Unready;
use crate::job::Format;
#[cfg(feature = "avif")]
use crate::picture::metadata::avif::with_profile;

/// Writes a picture in a format, as well as `quality` says, 1 to 100, where that loses something; with its colour profile.
pub(in crate::picture) fn encode(
    picture: DynamicImage,
    format: Format,
    quality: u8,
    profile: Option<Vec<u8>>,
    into: impl Write,
) -> Result<(), Unready> {
    let mut into = BufWriter::with_capacity(1 << 16, into);
    match format {
        Format::Jpeg => {
            let picture = match picture {
                DynamicImage::ImageLuma8(_) => picture,
                other => other.into_rgb8().into(),
            };
            write(&picture, JpegEncoder::new_with_quality(&mut into, quality), profile)
        }
        Format::Webp => {
            let picture =
                if picture.color().has_alpha() { picture.into_rgba8().into() } else { picture.into_rgb8().into() };
            write(&picture, WebPEncoder::new_lossless(&mut into), profile)
        }
        #[cfg(feature = "avif")]
        Format::Avif => {
            let made = avif(picture, quality)?;
            // Numbers say sRGB beside it: a profile goes before.
            let tagged = profile.and_then(|profile| with_profile(&made, profile));
            let made = tagged.unwrap_or(made);
            into.write_all(&made).map_err(Unready::Disk)
        }
        #[cfg(not(feature = "avif"))]
        Format::Avif => Err(Unready::Damaged("AVIF is not written by this build".into())),
        Format::Png | Format::Gif => {
            let encoder = PngEncoder::new_with_quality(&mut into, CompressionType::Fast, FilterType::Adaptive);
            write(&picture, encoder, profile)
        }
    }?;
    into.flush().map_err(Unready::Disk)
}

/// The most pixels of a picture that is written as AVIF, since that takes 30 bytes of memory for each.
pub const MOST_AVIF: u64 = 50_000_000;

/// Written by the fastest way of several, which still takes a second for each megapixel.
#[cfg(feature = "avif")]
fn avif(picture: DynamicImage, quality: u8) -> Result<Vec<u8>, Unready> {
    use ravif::{BitDepth, Encoder, Img, RGB8, RGBA8};

    let (width, height) = (picture.width() as usize, picture.height() as usize);
    if width as u64 * height as u64 > MOST_AVIF {
        return Err(Unready::Damaged("it has more than 50 megapixels".into()));
    }
    let quality = f32::from(quality);
    let encoder = Encoder::new().with_quality(quality).with_alpha_quality(quality);
    let encoder = encoder.with_speed(10).with_bit_depth(BitDepth::Eight);
    let made = if picture.color().has_alpha() {
        let pixels: Vec<_> = picture.into_rgba8().pixels().map(|pixel| RGBA8::from(pixel.0)).collect();
        encoder.encode_rgba(Img::new(&pixels, width, height))
    } else {
        let pixels: Vec<_> = picture.into_rgb8().pixels().map(|pixel| RGB8::from(pixel.0)).collect();
        encoder.encode_rgb(Img::new(&pixels, width, height))
    };
    made.map(|made| made.avif_file).map_err(|error| Unready::Damaged(error.to_string().into()))
}

fn write(picture: &DynamicImage, mut encoder: impl ImageEncoder, profile: Option<Vec<u8>>) -> Result<(), Unready> {
    if let Some(profile) = profile {
        // A format that holds none is not among ours.
        let _ = encoder.set_icc_profile(profile);
    }
    let (width, height, colour) = (picture.width(), picture.height(), picture.color());
    encoder.write_image(picture.as_bytes(), width, height, colour.into()).map_err(|error| match error {
        ImageError::IoError(error) => Unready::Disk(error),
        other => Unready::Damaged(other.to_string().into()),
    })
}

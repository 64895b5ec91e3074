//! Pixels written to a file so that nothing is to be seen of it.

use std::io::{BufWriter, Write};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, ImageError};

use super::Unready;
use crate::job::Format;

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
        Format::Png | Format::Gif | Format::Avif => {
            let encoder = PngEncoder::new_with_quality(&mut into, CompressionType::Fast, FilterType::Adaptive);
            write(&picture, encoder, profile)
        }
    }?;
    into.flush().map_err(Unready::Disk)
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

//! A JPEG decoded at a part of its size, straight from its blocks: the memory of its file and of what comes out.

use std::panic::catch_unwind;

use image::RgbImage;
use libjpeg_turbo_rs::{DecodeLimits, Decoder, PixelFormat, ScalingFactor};

/// The most memory that it may take beside its file, bytes: of a progressive JPEG the blocks are kept.
const MOST_MEMORY: u64 = 160 << 20;

/// All of a JPEG, as it is stored, with sides divided by up to `by`; `None` if it is no such that is decoded so.
pub(in crate::picture) fn reduced(bytes: &[u8], by: u32) -> Option<RgbImage> {
    let by = [8, 4, 2].into_iter().find(|step| *step <= by)?;
    // Whoever wants it has another way.
    catch_unwind(|| decoded(bytes, by)).ok().flatten()
}

fn decoded(bytes: &[u8], by: u32) -> Option<RgbImage> {
    let mut decoder = Decoder::new(bytes).ok()?;
    let header = decoder.header();
    let blocks = u64::from(header.width) * u64::from(header.height) * 6;
    if header.is_progressive && blocks > MOST_MEMORY || header.components.len() > 3 {
        return None;
    }
    decoder.set_limits(DecodeLimits { max_memory: Some(MOST_MEMORY), ..DecodeLimits::default() });
    decoder.set_scale(ScalingFactor::try_new(1, by).ok()?);
    decoder.set_output_format(PixelFormat::Rgb);
    // As other decoders do, what is missing is filled up.
    decoder.set_lenient(true);
    let made = decoder.decode_image().ok()?;
    RgbImage::from_raw(u32::try_from(made.width).ok()?, u32::try_from(made.height).ok()?, made.data)
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat};

    use super::*;
    use crate::picture::samples::{encoded, photo};

    #[test]
    fn it_looks_like_the_whole_one_reduced() {
        let cat = image::open(photo("chelsea.png")).unwrap();
        let bytes = encoded(&cat, ImageFormat::Jpeg);
        for by in [2, 3, 4, 8, 30] {
            let made = reduced(&bytes, by).unwrap();
            let wanted = cat.resize_exact(made.width(), made.height(), image::imageops::Triangle).into_rgb8();
            let off: u64 = made.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(made.width() <= cat.width() / 2 + 1, "{by}");
            assert!(off / (made.as_raw().len() as u64) < 8, "{by}: {off}");
        }
        let grey = reduced(&encoded(&DynamicImage::from(cat.to_luma8()), ImageFormat::Jpeg), 4).unwrap();
        assert!(grey.pixels().all(|pixel| pixel.0[0] == pixel.0[1]));
        assert!(reduced(&bytes, 1).is_none() && reduced(b"\xff\xd8\xff\xe0", 8).is_none());
        assert!(reduced(&bytes[..bytes.len() / 2], 8).is_some(), "what is missing is grey");
    }
}

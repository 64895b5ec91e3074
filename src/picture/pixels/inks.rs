//! JPEG of four inks: as they are stored, for no decoder of colours knows their profile.

use std::panic::catch_unwind;

use image::RgbImage;
use libjpeg_turbo_rs::{DecodeLimits, Decoder, PixelFormat};

use super::colour::of_inks;

/// A JPEG of inks as colours; `None` if it cannot be decoded.
pub(super) fn decode(bytes: &[u8], most: u64) -> Option<RgbImage> {
    catch_unwind(|| decoded(bytes, most)).ok().flatten()
}

fn decoded(bytes: &[u8], most: u64) -> Option<RgbImage> {
    let mut decoder = Decoder::new(bytes).ok()?;
    decoder.set_limits(DecodeLimits { max_memory: Some(most), ..DecodeLimits::default() });
    decoder.set_output_format(PixelFormat::Cmyk);
    decoder.set_lenient(true);
    let mut made = decoder.decode_image().ok()?;
    // Whoever writes such stores what is left of the light, as Adobe began to.
    made.data.iter_mut().for_each(|ink| *ink = u8::MAX - *ink);
    let sides = (u32::try_from(made.width).ok()?, u32::try_from(made.height).ok()?);
    of_inks(&made.data, sides, made.icc_profile.as_deref())
}

//! Colours brought to sRGB of 8 bits, by the profile that says what they are.

use image::{DynamicImage, ImageBuffer, Luma, LumaA, Pixel, Rgb, RgbImage, Rgba};
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, MatrixCoefficients, TransferCharacteristics,
    TransformOptions,
};

/// Pixels that are brought over at once.
const AT_ONCE: usize = 1 << 16;

/// A picture with 8 bits a sample: in sRGB if it had more, by its profile or as if it had been in sRGB; as it is if it had
/// not. Says whether it was brought to sRGB, so that its profile holds no longer.
pub(in crate::picture) fn eight_bits(picture: DynamicImage, profile: Option<&[u8]>) -> (DynamicImage, bool) {
    let profile = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok());
    let profile = profile.as_ref();
    let made = match &picture {
        DynamicImage::ImageLuma16(deep) => converted::<_, Luma<u8>>(deep, profile).map(Into::into),
        DynamicImage::ImageLumaA16(deep) => converted::<_, LumaA<u8>>(deep, profile).map(Into::into),
        DynamicImage::ImageRgb16(deep) => converted::<_, Rgb<u8>>(deep, profile).map(Into::into),
        DynamicImage::ImageRgba16(deep) => converted::<_, Rgba<u8>>(deep, profile).map(Into::into),
        DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_) => None,
        _ => return (picture, false),
    };
    let made = made.unwrap_or_else(|| match picture {
        DynamicImage::ImageLuma16(_) => picture.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => picture.into_luma_alpha8().into(),
        other if other.color().has_alpha() => other.into_rgba8().into(),
        other => other.into_rgb8().into(),
    });
    (made, true)
}

/// `None` without a profile that is for such pixels.
fn converted<From, Into>(
    deep: &ImageBuffer<From, Vec<u16>>,
    profile: Option<&ColorProfile>,
) -> Option<ImageBuffer<Into, Vec<u8>>>
where
    From: Pixel<Subpixel = u16>,
    Into: Pixel<Subpixel = u8>,
{
    let profile = profile?;
    let samples = usize::from(From::CHANNEL_COUNT);
    let (layout, is_grey) = match samples {
        1 => (Layout::Gray, true),
        2 => (Layout::GrayAlpha, true),
        3 => (Layout::Rgb, false),
        _ => (Layout::Rgba, false),
    };
    let (wanted, target) =
        if is_grey { (DataColorSpace::Gray, grey()) } else { (DataColorSpace::Rgb, ColorProfile::new_srgb()) };
    if profile.color_space != wanted {
        return None;
    }
    let transform = profile.create_transform_16bit(layout, &target, layout, TransformOptions::default()).ok()?;
    let mut made = Vec::with_capacity(deep.as_raw().len());
    let mut row = vec![0; AT_ONCE * samples];
    for some in deep.as_raw().chunks(AT_ONCE * samples) {
        let into = row.get_mut(..some.len())?;
        transform.transform(some, into).ok()?;
        made.extend(into.iter().map(|sample| rounded(*sample)));
    }
    ImageBuffer::from_raw(deep.width(), deep.height(), made)
}

/// Of 16 bits the nearest of 8.
fn rounded(sample: u16) -> u8 {
    u8::try_from((u32::from(sample) + 128) / 257).unwrap_or(u8::MAX)
}

/// Grey as bright as sRGB is.
fn grey() -> ColorProfile {
    let mut grey = ColorProfile::new_gray_with_gamma(2.2);
    grey.gray_trc = ColorProfile::new_srgb().red_trc;
    grey
}

/// What pixels in sRGB are tagged with.
pub(in crate::picture) fn srgb_profile(is_grey: bool) -> Option<Vec<u8>> {
    let profile = if is_grey { grey() } else { ColorProfile::new_srgb() };
    written(&profile)
}

/// A profile for colours whose greys are as bright as those of a profile for grey.
pub(in crate::picture) fn coloured(grey: &[u8]) -> Option<Vec<u8>> {
    let curve = ColorProfile::new_from_slice(grey).ok()?.gray_trc?;
    let mut profile = ColorProfile::new_srgb();
    (profile.red_trc, profile.green_trc) = (Some(curve.clone()), Some(curve.clone()));
    profile.blue_trc = Some(curve);
    // It says no more what the numbers of H.273 do.
    profile.cicp = None;
    profile.description = None;
    written(&profile)
}

/// The same bytes each time: a profile says when it was written.
fn written(profile: &ColorProfile) -> Option<Vec<u8>> {
    let mut bytes = profile.encode().ok()?;
    // Year, month and day, hours, minutes and seconds (ICC.1, 7.2.10).
    let date = [2026_u16, 1, 1, 0, 0, 0].map(u16::to_be_bytes).concat();
    bytes.get_mut(24..36)?.copy_from_slice(&date);
    Some(bytes)
}

/// A profile that says the same as two numbers of H.273, of primaries and of the curve; `None` where that is sRGB, or not
/// known.
pub(in crate::picture) fn cicp_profile(primaries: u8, transfer: u8) -> Option<Vec<u8>> {
    // What is not told is sRGB, and television's curve is shown as its.
    if matches!((primaries, transfer), (1 | 2, 1 | 2 | 6 | 13)) {
        return None;
    }
    let transfer = if matches!(transfer, 1 | 2 | 6) { 13 } else { transfer };
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(transfer).ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    written(&profile)
}

/// Samples of four inks, 255 being all of one, as colours: by their profile, or as if each took its own light away.
pub(in crate::picture) fn of_inks(
    inks: &[u8],
    (width, height): (u32, u32),
    profile: Option<&[u8]>,
) -> Option<RgbImage> {
    let profile = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok());
    let profile = profile.filter(|profile| profile.color_space == DataColorSpace::Cmyk);
    let transform = profile.and_then(|profile| {
        let options = TransformOptions::default();
        profile.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()
    });
    let mut colours = vec![0; inks.len() / 4 * 3];
    let pieces = inks.chunks(4 * AT_ONCE).zip(colours.chunks_mut(3 * AT_ONCE));
    for (some, into) in pieces {
        match &transform {
            Some(transform) => transform.transform(some, into).ok()?,
            None => plain(some, into),
        }
    }
    RgbImage::from_raw(width, height, colours)
}

fn plain(inks: &[u8], colours: &mut [u8]) {
    for (inks, colours) in inks.chunks_exact(4).zip(colours.chunks_exact_mut(3)) {
        let [cyan, magenta, yellow, black] = *inks else { continue };
        let left = |ink: u8| u16::from(u8::MAX - ink);
        let colour = |ink| u8::try_from((left(ink) * left(black) + 127) / 255).unwrap_or(u8::MAX);
        colours.copy_from_slice(&[cyan, magenta, yellow].map(colour));
    }
}

/// Samples of CIE L*a*b* as ICC stores them in 8 bits, D50, as colours.
pub(in crate::picture) fn of_lab(samples: &[u8], (width, height): (u32, u32)) -> Option<RgbImage> {
    let colours = samples.chunks_exact(3).flat_map(|sample| match *sample {
        [l, a, b] => lab(f32::from(l) / 2.55, f32::from(a) - 128.0, f32::from(b) - 128.0),
        _ => [0; 3],
    });
    RgbImage::from_raw(width, height, colours.collect())
}

/// One of them (CIE 15:2004, 8.2.1; IEC 61966-2-1, its primaries adapted to D50 by Bradford's way).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
fn lab(l: f32, a: f32, b: f32) -> [u8; 3] {
    const TO_SRGB: [[f32; 3]; 3] =
        [[3.133_856, -1.616_867, -0.490_615], [-0.978_768, 1.916_142, 0.033_454], [0.071_945, -0.228_991, 1.405_243]];
    let y = (l + 16.0) / 116.0;
    let straight = |bent: f32| if bent > 6.0 / 29.0 { bent.powi(3) } else { (bent - 16.0 / 116.0) / 7.787 };
    let xyz = [0.9642 * straight(y + a / 500.0), straight(y), 0.8249 * straight(y - b / 200.0)];
    TO_SRGB.map(|row| {
        let linear: f32 = row.iter().zip(xyz).map(|(by, of)| by * of).sum();
        let bent = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
        (255.0 * bent + 0.5) as u8
    })
}

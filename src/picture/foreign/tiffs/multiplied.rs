//! Colours that were multiplied by their mask (TIFF 6.0, `ExtraSamples` of 1), as Photoshop writes them.

use image::{DynamicImage, Pixel};

/// The same picture with its colours divided by its mask; those of what is not to be seen stay.
pub(super) fn divided(mut picture: DynamicImage) -> DynamicImage {
    match &mut picture {
        DynamicImage::ImageLumaA8(deep) => deep.pixels_mut().for_each(|pixel| divide(pixel, u8::MAX.into())),
        DynamicImage::ImageRgba8(deep) => deep.pixels_mut().for_each(|pixel| divide(pixel, u8::MAX.into())),
        DynamicImage::ImageLumaA16(deep) => deep.pixels_mut().for_each(|pixel| divide(pixel, u16::MAX.into())),
        DynamicImage::ImageRgba16(deep) => deep.pixels_mut().for_each(|pixel| divide(pixel, u16::MAX.into())),
        _ => {}
    }
    picture
}

fn divide<P>(pixel: &mut P, most: u32)
where
    P: Pixel,
    P::Subpixel: Into<u32> + TryFrom<u32> + Copy,
{
    let Some((alpha, colours)) = pixel.channels_mut().split_last_mut() else { return };
    let alpha: u32 = (*alpha).into();
    if alpha == 0 || alpha == most {
        return;
    }
    for colour in colours {
        let whole: u32 = (*colour).into();
        // Of 16 bits the product has 32.
        let divided = u64::from(whole) * u64::from(most) + u64::from(alpha / 2);
        let divided = u32::try_from(divided / u64::from(alpha)).unwrap_or(most).min(most);
        *colour = P::Subpixel::try_from(divided).unwrap_or(*colour);
    }
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};

    use super::*;

    #[test]
    fn colours_are_what_they_were() {
        let mut pixel = Rgba([100_u8, 50, 0, 128]);
        divide(&mut pixel, 255);
        assert_eq!(pixel.0, [199, 100, 0, 128]);
        let mut deep = Rgba([0x4000_u16, 0xffff, 1, 0x8000]);
        divide(&mut deep, 0xffff);
        assert_eq!(deep.0, [0x8000, 0xffff, 2, 0x8000]);
        let unseen: RgbaImage = RgbaImage::from_pixel(1, 1, Rgba([9, 8, 7, 0]));
        assert_eq!(divided(unseen.clone().into()), unseen.into());
    }
}

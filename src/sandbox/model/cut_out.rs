//! Takes away a background: what looks like the border of the picture becomes transparent.

use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};

/// Up to so far from the border's colour a pixel is background, of 441; twice as far it is the subject.
const NEAR: f64 = 40.0;

/// The picture with a transparent background, and its mask: white where the subject is.
pub(super) fn cut_out(picture: &RgbImage) -> (RgbaImage, GrayImage) {
    let border = border(picture);
    let opacity = |pixel: &Rgb<u8>| {
        let square = |(ours, theirs): (&u8, &f64)| (f64::from(*ours) - theirs).powi(2);
        let distance = pixel.0.iter().zip(&border).map(square).sum::<f64>().sqrt();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let opacity = (((distance - NEAR) / NEAR).clamp(0.0, 1.0) * 255.0) as u8;
        opacity
    };
    let (width, height) = picture.dimensions();
    let mask = GrayImage::from_fn(width, height, |x, y| Luma([opacity(picture.get_pixel(x, y))]));
    let cut = RgbaImage::from_fn(width, height, |x, y| {
        let Rgb([red, green, blue]) = *picture.get_pixel(x, y);
        let Luma([opacity]) = *mask.get_pixel(x, y);
        Rgba([red, green, blue, opacity])
    });
    (cut, mask)
}

/// The mean colour of the outermost pixels.
fn border(picture: &RgbImage) -> [f64; 3] {
    let (width, height) = picture.dimensions();
    let (right, bottom) = (width.saturating_sub(1), height.saturating_sub(1));
    let across = (0..width).flat_map(|x| [(x, 0), (x, bottom)]);
    let down = (0..height).flat_map(|y| [(0, y), (right, y)]);
    let (mut sum, mut count) = ([0.0; 3], 0.0_f64);
    for (x, y) in across.chain(down) {
        for (sum, value) in sum.iter_mut().zip(picture.get_pixel(x, y).0) {
            *sum += f64::from(value);
        }
        count += 1.0;
    }
    sum.map(|sum| sum / count.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_like_the_border_becomes_transparent_and_the_rest_stays() {
        let inside = |x: u32, y: u32| (8..16).contains(&x) && (8..16).contains(&y);
        let colour = |x, y| if inside(x, y) { Rgb([200, 30, 30]) } else { Rgb([240, 240, 240]) };
        let (cut, mask) = cut_out(&RgbImage::from_fn(24, 24, colour));
        assert_eq!((cut.get_pixel(2, 2).0[3], cut.get_pixel(12, 12).0), (0, [200, 30, 30, 255]));
        assert_eq!((mask.get_pixel(2, 2).0, mask.get_pixel(12, 12).0), ([0], [255]));
    }
}

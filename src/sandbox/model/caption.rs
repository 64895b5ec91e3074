//! Describes a picture from what can be measured of it: true, modest, and signed.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Who wrote it, at the end of every caption.
const SIGNATURE: &str = "(caption by the fal-tui sandbox)";

/// One sentence on a picture: orientation, size in px, brightness, main colours, and who says so.
pub(crate) fn describe(picture: &RgbImage) -> String {
    let (width, height) = picture.dimensions();
    let samples = sample(picture);
    let shape = match width.cmp(&height) {
        std::cmp::Ordering::Greater => "landscape-format",
        std::cmp::Ordering::Less => "portrait-format",
        std::cmp::Ordering::Equal => "square",
    };
    let light = brightness(&samples);
    let colours = main_colours(&samples);
    format!("A {shape} picture of {width} by {height} pixels, {light}, {colours} {SIGNATURE}")
}

/// The picture as at most 24 × 24 pixels, each the mean of its place.
fn sample(picture: &RgbImage) -> Vec<[u8; 3]> {
    let (width, height) = picture.dimensions();
    let mut small = TypedImage::<U8x3>::new(width.clamp(1, 24), height.clamp(1, 24));
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box));
    let resized = TypedImageRef::<U8x3>::from_buffer(width, height, picture.as_raw())
        .map_err(|_| ())
        .and_then(|from| Resizer::new().resize_typed(&from, &mut small, &options).map_err(|_| ()));
    if resized.is_err() {
        return Vec::new();
    }
    small.pixels().iter().map(|pixel| pixel.0).collect()
}

fn brightness(samples: &[[u8; 3]]) -> &'static str {
    let sum: f64 = samples.iter().copied().map(luma).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred samples")]
    let mean = sum / samples.len().max(1) as f64;
    match mean {
        ..40.0 => "very dark",
        ..90.0 => "dark",
        ..165.0 => "of medium brightness",
        ..215.0 => "bright",
        _ => "very bright",
    }
}

fn luma([red, green, blue]: [u8; 3]) -> f64 {
    0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue)
}

/// The colours that at least a sixth of the picture has, most frequent first.
fn main_colours(samples: &[[u8; 3]]) -> String {
    let mut counts: Vec<(usize, &'static str)> = Vec::new();
    for sample in samples {
        let name = colour(*sample);
        match counts.iter_mut().find(|(_, known)| *known == name) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, name)),
        }
    }
    counts.sort_by(|a, b| b.cmp(a));
    let main: Vec<_> =
        counts.iter().take(3).filter(|(count, _)| count * 6 >= samples.len()).map(|(_, name)| *name).collect();
    match main.as_slice() {
        [] => "in many colours".to_owned(),
        [only] => format!("mostly {only}"),
        [first, second] => format!("mostly {first} and {second}"),
        [first, second, third, ..] => format!("mostly {first}, {second} and {third}"),
    }
}

/// What people would call a colour.
fn colour([red, green, blue]: [u8; 3]) -> &'static str {
    let (red, green, blue) = (f64::from(red), f64::from(green), f64::from(blue));
    let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
    let (light, spread) = (f64::midpoint(max, min), max - min);
    if spread < 28.0 || (light < 40.0 && spread < 40.0) {
        return match light {
            ..35.0 => "black",
            ..95.0 => "dark grey",
            ..160.0 => "grey",
            ..220.0 => "light grey",
            _ => "white",
        };
    }
    let hue = if max <= red {
        ((green - blue) / spread).rem_euclid(6.0)
    } else if max <= green {
        (blue - red) / spread + 2.0
    } else {
        (red - green) / spread + 4.0
    } * 60.0;
    match hue {
        ..18.0 | 345.0.. if light > 165.0 => "pink",
        ..18.0 | 345.0.. if light < 70.0 => "dark red",
        ..18.0 | 345.0.. => "red",
        ..45.0 if light < 130.0 => "brown",
        ..45.0 if light > 180.0 => "beige",
        ..45.0 => "orange",
        ..70.0 if light < 100.0 => "olive",
        ..70.0 => "yellow",
        ..165.0 if light < 80.0 => "dark green",
        ..165.0 => "green",
        ..195.0 => "turquoise",
        ..255.0 if light < 80.0 => "dark blue",
        ..255.0 if light > 165.0 => "light blue",
        ..255.0 => "blue",
        ..290.0 => "purple",
        _ => "magenta",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_says_what_is_true() {
        let sky_over_soil =
            RgbImage::from_fn(
                300,
                200,
                |_, y| if y < 100 { image::Rgb([120, 180, 255]) } else { image::Rgb([110, 70, 30]) },
            );
        assert_eq!(
            describe(&sky_over_soil),
            "A landscape-format picture of 300 by 200 pixels, of medium brightness, mostly light blue and brown \
             (caption by the fal-tui sandbox)"
        );
        let night = describe(&RgbImage::new(2, 3));
        assert!(night.starts_with("A portrait-format picture of 2 by 3 pixels, very dark, mostly black"), "{night}");
    }
}

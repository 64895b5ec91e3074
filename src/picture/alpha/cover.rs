//! Colours where a picture has none: those at its edge go on outwards, ever smoother, so that nothing bleeds into what
//! is seen of it.

use image::{RgbImage, RgbaImage};

/// A picture at half the size of the one before: red, green and blue by their opacity, and that.
struct Level {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

/// The picture with what is transparent filled from what is not. What is opaque stays to the bit.
pub(in crate::picture) fn covered(picture: RgbaImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let fill = filled(levels(&picture));
    let mut samples = picture.into_raw();
    let across = width as usize;
    let pixels = samples.len() / 4;
    for at in 0..pixels {
        let from = samples.get(at * 4..at * 4 + 4).and_then(|from| <[u8; 4]>::try_from(from).ok());
        let into = samples.get_mut(at * 3..at * 3 + 3);
        let Some(([red, green, blue, alpha], into)) = from.zip(into) else { continue };
        let colours = [red, green, blue];
        if alpha == u8::MAX {
            into.copy_from_slice(&colours);
            continue;
        }
        let beneath = fill.as_ref().map_or([0.0; 4], |fill| fill.between(at % across.max(1), at / across.max(1)));
        let opacity = f32::from(alpha) / 255.0;
        for ((into, colour), beneath) in into.iter_mut().zip(colours).zip(beneath) {
            *into = rounded(f32::from(colour) * opacity + beneath * (1.0 - opacity));
        }
    }
    samples.truncate(pixels * 3);
    RgbImage::from_raw(width, height, samples).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
fn rounded(value: f32) -> u8 {
    value.round() as u8
}

/// Ever smaller pictures, the smallest of one pixel.
fn levels(picture: &RgbaImage) -> Vec<Level> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let samples = picture.as_raw();
    let of_picture = |x: usize, y: usize| {
        let at = (y * width + x) * 4;
        let [red, green, blue, alpha] = samples.get(at..at + 4).and_then(|p| p.try_into().ok()).unwrap_or([0; 4]);
        let opacity = f32::from(alpha) / 255.0;
        [f32::from(red) * opacity, f32::from(green) * opacity, f32::from(blue) * opacity, opacity]
    };
    let mut levels = vec![Level::of(width, height, of_picture)];
    while let Some(last) = levels.last().filter(|last| last.width > 1 || last.height > 1) {
        let next = Level::of(last.width, last.height, |x, y| last.at(x, y));
        levels.push(next);
    }
    levels
}

/// The largest of them, each pixel of it of full opacity; `None` if the picture is all transparent.
fn filled(mut levels: Vec<Level>) -> Option<Level> {
    let mut beneath = levels.pop()?;
    for pixel in &mut beneath.pixels {
        let [.., opacity] = *pixel;
        *pixel = if opacity > 0.0 { pixel.map(|value| value / opacity) } else { return None };
    }
    while let Some(mut level) = levels.pop() {
        let width = level.width.max(1);
        for (at, pixel) in level.pixels.iter_mut().enumerate() {
            let [.., opacity] = *pixel;
            if opacity < 1.0 {
                let under = beneath.between(at % width, at / width);
                for (value, under) in pixel.iter_mut().zip(under) {
                    *value += under * (1.0 - opacity);
                }
            }
        }
        beneath = level;
    }
    Some(beneath)
}

impl Level {
    /// Half of a picture of this size, each pixel of four: one that is opaque is enough for it to be so.
    fn of(width: usize, height: usize, from: impl Fn(usize, usize) -> [f32; 4]) -> Self {
        let (across, down) = (width.div_ceil(2), height.div_ceil(2));
        let mut pixels = Vec::with_capacity(across * down);
        for y in 0..down {
            for x in 0..across {
                let mut sum = [0.0_f32; 4];
                for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, under)| (2 * x + right, 2 * y + under)) {
                    if x < width && y < height {
                        for (sum, value) in sum.iter_mut().zip(from(x, y)) {
                            *sum += value;
                        }
                    }
                }
                let [.., opacity] = sum;
                pixels.push(sum.map(|sum| sum / opacity.max(1.0)));
            }
        }
        Self { width: across, height: down, pixels }
    }

    fn at(&self, x: usize, y: usize) -> [f32; 4] {
        let (x, y) = (x.min(self.width.saturating_sub(1)), y.min(self.height.saturating_sub(1)));
        self.pixels.get(y * self.width + x).copied().unwrap_or_default()
    }

    /// What lies at a pixel of the picture twice as large, between the four pixels that are nearest.
    fn between(&self, x: usize, y: usize) -> [f32; 4] {
        let beside = |at: usize| if at.is_multiple_of(2) { (at / 2).saturating_sub(1) } else { at / 2 + 1 };
        let corners =
            [(x / 2, y / 2, 9.0), (beside(x), y / 2, 3.0), (x / 2, beside(y), 3.0), (beside(x), beside(y), 1.0)];
        let mut sum = [0.0_f32; 4];
        for (x, y, weight) in corners {
            for (sum, value) in sum.iter_mut().zip(self.at(x, y)) {
                *sum += value * weight / 16.0;
            }
        }
        sum
    }
}

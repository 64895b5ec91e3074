//! Colours and tones that a terminal has, in place of those of a picture.

use image::RgbImage;
use ratatui::style::Color;

use crate::tui::caps::Depth;

/// xterm's sixteen colours. A terminal's theme may bend them; nobody can know how.
const SIXTEEN: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// Steps of a colour in xterm's cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colours of a picture's pixels, row by row, as the terminal has them.
pub(super) fn colours(picture: &RgbImage, depth: Depth) -> Vec<Color> {
    match depth {
        Depth::Rgb => picture.pixels().map(|pixel| Color::Rgb(pixel.0[0], pixel.0[1], pixel.0[2])).collect(),
        Depth::Ansi256 => picture.pixels().map(|pixel| Color::Indexed(of_256(pixel.0))).collect(),
        Depth::Ansi16 | Depth::Mono => {
            let nearest = |wanted: [i32; 3]| {
                let (index, colour) = nearest(&SIXTEEN, wanted);
                (Color::Indexed(index), colour.map(i32::from))
            };
            dithered(picture, |pixel| pixel.map(i32::from), nearest)
        }
    }
}

/// Which pixels are light, row by row, so dithered that tones stay.
pub(super) fn lights(picture: &RgbImage) -> Vec<bool> {
    let (darkest, lightest) = range(picture);
    let tone = |pixel: [u8; 3]| [stretched(luma(pixel), darkest, lightest), 0, 0];
    dithered(picture, tone, |[tone, ..]| if tone >= 128 { (true, [255, 0, 0]) } else { (false, [0; 3]) })
}

/// A character as dense as each pixel is light.
pub(super) fn letters(picture: &RgbImage) -> Vec<char> {
    const RAMP: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];
    let (darkest, lightest) = range(picture);
    let letter = |pixel: [u8; 3]| {
        let place = usize::try_from(stretched(luma(pixel), darkest, lightest)).unwrap_or(0) * RAMP.len() / 256;
        RAMP.get(place).copied().unwrap_or('@')
    };
    picture.pixels().map(|pixel| letter(pixel.0)).collect()
}

/// How light a pixel looks, 0 to 255 (ITU-R BT.601).
fn luma([r, g, b]: [u8; 3]) -> i32 {
    (299 * i32::from(r) + 587 * i32::from(g) + 114 * i32::from(b)) / 1000
}

/// The darkest and the lightest tone.
fn range(picture: &RgbImage) -> (i32, i32) {
    let tones = || picture.pixels().map(|pixel| luma(pixel.0));
    (tones().min().unwrap_or(0), tones().max().unwrap_or(255))
}

/// A tone in the whole range that two tones give; a picture of one tone keeps it.
fn stretched(tone: i32, darkest: i32, lightest: i32) -> i32 {
    if lightest - darkest < 16 { tone } else { (tone - darkest) * 255 / (lightest - darkest) }
}

/// The nearest of xterm's 256: of its cube, or of its greys.
fn of_256(pixel: [u8; 3]) -> u8 {
    let step = |value: u8| {
        let places = STEPS.iter().zip(0_u8..);
        places.min_by_key(|(step, _)| step.abs_diff(value)).map_or((0, 0), |(step, place)| (place, *step))
    };
    let steps = pixel.map(step);
    let [(r, _), (g, _), (b, _)] = steps;
    let grey = (u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2])) / 3;
    let place = u8::try_from(grey.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let [wanted, cube, grey] = [pixel, steps.map(|(_, step)| step), [8 + 10 * place; 3]].map(|c| c.map(i32::from));
    if distance(wanted, grey) < distance(wanted, cube) { 232 + place } else { 16 + 36 * r + 6 * g + b }
}

fn nearest(palette: &[[u8; 3]; 16], wanted: [i32; 3]) -> (u8, [u8; 3]) {
    let places = palette.iter().zip(0_u8..);
    places
        .min_by_key(|(colour, _)| distance(wanted, colour.map(i32::from)))
        .map_or((0, [0; 3]), |(colour, place)| (place, *colour))
}

/// How different two colours look, more or less: eyes see green best.
fn distance(a: [i32; 3], b: [i32; 3]) -> i32 {
    let [r, g, b] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    2 * r * r + 4 * g * g + 3 * b * b
}

/// Puts the nearest thing there is in each pixel's place and hands what it misses on to its
/// neighbours (Floyd and Steinberg, 1976).
fn dithered<T>(
    picture: &RgbImage,
    tone: impl Fn([u8; 3]) -> [i32; 3],
    nearest: impl Fn([i32; 3]) -> (T, [i32; 3]),
) -> Vec<T> {
    let width = picture.width() as usize;
    let mut chosen = Vec::with_capacity(width * picture.height() as usize);
    // What the row above handed on, in sixteenths; a column of air at either side.
    let mut below = vec![[0_i32; 3]; width + 2];
    for row in picture.rows() {
        let here = std::mem::replace(&mut below, vec![[0; 3]; width + 2]);
        let mut right = [0; 3];
        for (x, pixel) in row.enumerate() {
            let handed = here.get(x + 1).copied().unwrap_or_default();
            let wanted = tone(pixel.0);
            let wanted: [i32; 3] = std::array::from_fn(|c| at(&wanted, c) + (at(&handed, c) + at(&right, c)) / 16);
            let (thing, got) = nearest(wanted);
            chosen.push(thing);
            let missed: [i32; 3] = std::array::from_fn(|c| (at(&wanted, c) - at(&got, c)).clamp(-255, 255));
            right = missed.map(|part| part * 7);
            for (place, share) in [(x, 3), (x + 1, 5), (x + 2, 1)] {
                for (sum, part) in below.get_mut(place).into_iter().flatten().zip(missed) {
                    *sum += part * share;
                }
            }
        }
    }
    chosen
}

fn at(colour: &[i32; 3], channel: usize) -> i32 {
    colour.get(channel).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn a_colour_becomes_the_nearest_that_there_is() {
        for (pixel, index) in [
            ([0, 0, 0], 16),
            ([255, 255, 255], 231),
            ([255, 0, 0], 196),
            ([95, 135, 175], 67),
            ([128, 128, 128], 244),
            ([11, 9, 10], 232),
        ] {
            assert_eq!(of_256(pixel), index, "{pixel:?}");
        }
        let picture = RgbImage::from_pixel(1, 1, Rgb([250, 4, 9]));
        assert_eq!(colours(&picture, Depth::Ansi16), [Color::Indexed(9)]);
        assert_eq!(colours(&picture, Depth::Rgb), [Color::Rgb(250, 4, 9)]);
    }

    #[test]
    fn dithering_keeps_the_tone_of_an_area() {
        for grey in [32_u8, 96, 128, 200] {
            let mut picture = RgbImage::from_pixel(40, 40, Rgb([grey; 3]));
            // Black and white in it, so that tones are not stretched.
            picture.put_pixel(0, 0, Rgb([0; 3]));
            picture.put_pixel(39, 39, Rgb([255; 3]));
            let lights = lights(&picture).into_iter().filter(|light| *light).count();
            let expected = 1600 * usize::from(grey) / 255;
            assert!(lights.abs_diff(expected) < 40, "{lights} of {expected} for {grey}");
        }
    }

    #[test]
    fn a_dull_picture_uses_the_whole_ramp() {
        let picture = RgbImage::from_fn(10, 1, |x, _| Rgb([100 + 4 * u8::try_from(x).unwrap(); 3]));
        assert_eq!(letters(&picture).into_iter().collect::<String>(), " .:-=+*#%@");
    }
}

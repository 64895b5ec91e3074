//! Draws a picture anew as an SVG: a mosaic of rectangles, each the mean colour of its place.

use std::fmt::Write;

use image::RgbImage;
use image::imageops::{FilterType, resize};

/// Rectangles along the longer side.
const SIDE: u32 = 48;
/// Colours that differ by less are one, of 256.
const STEP: u8 = 16;

/// The drawing, as large as the picture.
pub(super) fn trace(picture: &RgbImage) -> String {
    let (width, height) = picture.dimensions();
    let longer = width.max(height).max(1);
    let side = |of: u32| (of * SIDE.min(longer) / longer).max(1);
    let (columns, rows) = (side(width), side(height));
    let small = resize(picture, columns, rows, FilterType::Triangle);
    let (across, down) = (f64::from(width) / f64::from(columns), f64::from(height) / f64::from(rows));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
    );
    for y in 0..rows {
        let colour = |x: u32| small.get_pixel(x, y).0.map(|value| value / STEP * STEP + STEP / 2);
        let mut x = 0;
        while x < columns {
            let [red, green, blue] = colour(x);
            let run = (x..columns).take_while(|next| colour(*next) == [red, green, blue]).count();
            let run = u32::try_from(run).unwrap_or(1).max(1);
            let (left, top, wide) = (f64::from(x) * across, f64::from(y) * down, f64::from(run) * across);
            // Writing to a String cannot fail.
            let _ = writeln!(
                svg,
                "<rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{wide:.2}\" height=\"{down:.2}\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>"
            );
            x += run;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn runs_of_a_colour_are_one_rectangle() {
        let picture = RgbImage::from_fn(96, 48, |x, _| if x < 48 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
        let svg = trace(&picture);
        assert!(svg.starts_with("<svg xmlns") && svg.ends_with("</svg>\n") && svg.contains("viewBox=\"0 0 96 48\""));
        assert!((48..=96).contains(&svg.matches("<rect").count()), "{}", svg.matches("<rect").count());
    }
}

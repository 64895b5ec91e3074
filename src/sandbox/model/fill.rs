//! Fills what a mask marks with what a prompt asks for, and leaves the rest as it is.

use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};

use super::edit::edit;

/// What is filled in where nothing of the prompt can be done.
const PLAIN: Rgb<u8> = Rgb([128, 128, 128]);
/// From this brightness on the mask marks a pixel.
const MARKED: u8 = 128;

/// The picture with the bright part of the mask filled in; the mask is brought to its size. The strength, 1 or more,
/// tells several results apart.
pub(super) fn fill(picture: &RgbImage, mask: &RgbImage, prompt: &str, strength: u8) -> RgbImage {
    let (edited, _) = edit(picture, prompt, strength);
    let is_done = edited != *picture;
    let mask = resize(mask, picture.width(), picture.height(), FilterType::Nearest);
    let mut made = picture.clone();
    for ((pixel, marked), edited) in made.pixels_mut().zip(mask.pixels()).zip(edited.pixels()) {
        if marked.0.iter().all(|value| *value >= MARKED) {
            *pixel = if is_done { *edited } else { PLAIN };
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_is_another() {
        let picture = RgbImage::from_pixel(4, 2, Rgb([10, 20, 30]));
        let mask = RgbImage::from_fn(2, 1, |x, _| Rgb([if x == 0 { 255 } else { 0 }; 3]));
        let red = fill(&picture, &mask, "make it red", 1);
        assert_eq!((red.get_pixel(3, 1), red.get_pixel(0, 0).0[0] > 40), (&Rgb([10, 20, 30]), true));
        assert_eq!(fill(&picture, &mask, "a hat", 1).get_pixel(1, 1), &PLAIN);
    }
}

//! Results written anew, against what they were.

use std::io::Cursor;

use image::imageops::{FilterType, resize};
use image::{ImageFormat, Luma, Rgb};

use super::*;
use crate::picture::header;
use crate::picture::samples::{encoded, photo, small};

fn finished(bytes: &[u8], how: &Finish) -> Vec<u8> {
    let mut made = Vec::new();
    finish(bytes, &header(Cursor::new(bytes)).unwrap(), how, &mut made).unwrap();
    made
}

#[test]
fn a_mask_is_put_back_at_the_size_of_the_result() {
    let mask = GrayImage::from_fn(30, 20, |x, y| Luma([u8::try_from((x * 8 + y) % 256).unwrap()]));
    let result = DynamicImage::from(RgbImage::from_fn(120, 80, |x, _| Rgb([u8::try_from(x).unwrap(), 80, 200])));
    let enlarged = resize(&mask, 120, 80, FilterType::Lanczos3);
    for (format, kind) in [(Format::Png, ImageFormat::Png), (Format::Webp, ImageFormat::WebP)] {
        let how = Finish { format, quality: 90, mask: Some(mask.clone()) };
        let made = finished(&encoded(&result, ImageFormat::Png), &how);
        assert!(header(Cursor::new(&made)).unwrap().alpha);
        let made = image::load_from_memory_with_format(&made, kind).unwrap();
        assert_eq!(made.to_rgb8(), result.to_rgb8(), "colours stay");
        for (pixel, wanted) in made.to_rgba8().pixels().zip(enlarged.pixels()) {
            assert!(pixel.0[3].abs_diff(wanted.0[0]) <= 2, "{pixel:?} {wanted:?}");
        }
    }
}

#[test]
fn bands_of_a_mask_join_without_a_seam() {
    #[expect(clippy::cast_possible_truncation)]
    let mask = GrayImage::from_fn(1000, 160, |_, y| Luma([y as u8]));
    let mut bands = Bands::new(&mask, (4000, 640));
    let mut before = 0;
    for row in 0..640 {
        let alpha = bands.next_row().unwrap()[6000];
        assert!(alpha.abs_diff(before) <= 1, "row {row}");
        before = alpha;
    }
    assert!(bands.next_row().is_none());
}

#[test]
fn another_format_shows_the_same() {
    let picture = small();
    let png = encoded(&picture, ImageFormat::Png);
    for (format, kind, most) in [(Format::Jpeg, ImageFormat::Jpeg, 40), (Format::Webp, ImageFormat::WebP, 0)] {
        let made = finished(&png, &Finish { format, quality: 92, mask: None });
        let made = image::load_from_memory_with_format(&made, kind).unwrap().into_rgb8();
        let furthest = made.as_raw().iter().zip(picture.to_rgb8().as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(furthest <= most, "{format}: {furthest}");
    }
    let size = |quality| finished(&png, &Finish { format: Format::Jpeg, quality, mask: None }).len();
    assert!(size(30) < size(95));
}

#[test]
fn what_is_reduced_keeps_its_kind() {
    let picture = image::open(photo("chelsea.png")).unwrap();
    let size = (90, 60);
    let grey = reduced(picture.clone().into_luma8().into(), size).unwrap();
    assert!(matches!(grey, DynamicImage::ImageLuma8(_)));
    let clear = reduced(picture.to_rgba8().into(), size).unwrap();
    assert!(clear.color().has_alpha() && clear.to_rgba8().pixels().all(|pixel| pixel.0[3] == 255));
    let colours = reduced(picture.clone(), size).unwrap().into_rgb8();
    let wanted = resize(&picture.into_rgb8(), 90, 60, FilterType::Lanczos3);
    let furthest = colours.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(furthest <= 3, "{furthest}");
}

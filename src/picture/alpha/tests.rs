//! Masks and what is put beneath them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Luma, Rgba, RgbaImage};

use super::*;
use crate::picture::header;
use crate::picture::samples::{encoded, tagged};

/// A red disc with a soft edge, on nothing that is black or any other colour.
fn disc(nothing: [u8; 3]) -> RgbaImage {
    RgbaImage::from_fn(60, 40, |x, y| {
        let from_middle = (f64::from(x) - 30.0).hypot(f64::from(y) - 20.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let alpha = ((14.0 - from_middle) / 4.0 * 255.0).clamp(0.0, 255.0) as u8;
        let [red, green, blue] = if alpha == 0 { nothing } else { [220, 40, 30] };
        Rgba([red, green, blue, alpha])
    })
}

#[test]
fn nothing_bleeds_into_what_is_seen() {
    for nothing in [[0, 0, 0], [255, 255, 255], [0, 255, 0]] {
        let filled = covered(disc(nothing));
        for (x, y, pixel) in filled.enumerate_pixels() {
            let is_near = pixel.0.iter().zip([220, 40, 30]).all(|(a, b)| a.abs_diff(b) <= 1);
            assert!(is_near, "{pixel:?} at {x}, {y}");
        }
    }
}

#[test]
fn what_is_opaque_stays_and_what_is_all_transparent_is_black() {
    let mut picture = disc([9, 9, 9]);
    picture.put_pixel(3, 3, Rgba([1, 2, 250, 255]));
    let filled = covered(picture.clone());
    for (x, y, pixel) in picture.enumerate_pixels().filter(|(.., pixel)| pixel.0[3] == 255) {
        assert_eq!(filled.get_pixel(x, y).0, pixel.0[..3]);
    }
    assert!(covered(RgbaImage::new(5, 3)).pixels().all(|pixel| pixel.0 == [0; 3]));
    assert_eq!(covered(RgbaImage::new(1, 1)).dimensions(), (1, 1));
}

#[test]
fn a_channel_that_says_nothing_is_no_transparency() {
    let opaque = DynamicImage::from(RgbaImage::from_pixel(6, 4, Rgba([1, 2, 3, 255])));
    let clear = DynamicImage::from(disc([0; 3]));
    for (picture, is) in [(&opaque, false), (&clear, true)] {
        let bytes = encoded(picture, ImageFormat::Png);
        let read = header(Cursor::new(&bytes)).unwrap();
        assert!(read.alpha);
        assert_eq!(is_transparent(Cursor::new(&bytes), &read), is);
        assert_eq!(is_seen_through(picture), is);
        assert_eq!(mask(&bytes, &read).is_some(), is);
    }
    let sixteen = encoded(&DynamicImage::from(clear.to_rgba16()), ImageFormat::Png);
    assert!(is_transparent(Cursor::new(&sixteen), &header(Cursor::new(&sixteen)).unwrap()));
}

#[test]
fn a_mask_is_upright() {
    let mut picture = RgbaImage::from_pixel(6, 4, Rgba([1, 2, 3, 255]));
    picture.put_pixel(0, 3, Rgba([1, 2, 3, 40]));
    let bytes = tagged(encoded(&picture.into(), ImageFormat::Png), Format::Png, 6);
    let mask = mask(&bytes, &header(Cursor::new(&bytes)).unwrap()).unwrap();
    assert_eq!((mask.dimensions(), mask.get_pixel(0, 0)), ((4, 6), &Luma([40])));
}

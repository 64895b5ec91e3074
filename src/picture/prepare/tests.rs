//! Pictures turned upright, against what they show.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage};

use super::*;
use crate::job::Pixels;
use crate::picture::samples::{encoded, tagged};
use crate::picture::{complete, header};

/// What is wished where nothing is.
fn as_it_is(header: &Header) -> Wish {
    Wish { alpha: Alpha::Drop, size: header.upright() }
}

/// A picture with a corner of its own colour each.
fn upright() -> DynamicImage {
    let colour = |x, y| match (x < 24, y < 16) {
        (true, true) => Rgb([230, 200, 20]),
        (false, true) => Rgb([200, 30, 30]),
        (true, false) => Rgb([20, 160, 40]),
        (false, false) => Rgb([20, 60, 200]),
    };
    RgbImage::from_fn(48, 32, colour).into()
}

/// The same as it is stored with an orientation.
fn stored(orientation: Orientation) -> DynamicImage {
    let mut picture = upright();
    let undoing = match orientation {
        Orientation::TurnRight => Orientation::TurnLeft,
        Orientation::TurnLeft => Orientation::TurnRight,
        other => other,
    };
    picture.apply_orientation(undoing.into());
    picture
}

#[test]
fn every_orientation_of_every_format_comes_out_upright() {
    for orientation in Orientation::ALL.into_iter().skip(1) {
        for (format, kind) in
            [(Format::Jpeg, ImageFormat::Jpeg), (Format::Png, ImageFormat::Png), (Format::Webp, ImageFormat::WebP)]
        {
            let bytes = tagged(encoded(&stored(orientation), kind), format, orientation.tag());
            let read = header(Cursor::new(&bytes)).unwrap();
            assert_eq!((read.orientation, read.upright()), (orientation, Pixels::new(48, 32)), "{format}");
            let mut turned = Cursor::new(Vec::new());
            ready(&bytes, &read, as_it_is(&read), &mut turned).unwrap();
            let turned = turned.into_inner();
            let again = header(Cursor::new(&turned)).unwrap();
            assert_eq!((again.format, again.pixels), (format, Pixels::new(48, 32)));
            assert!(!again.is_to_be_made());
            complete(Cursor::new(&turned), format).unwrap();
            let turned = image::load_from_memory(&turned).unwrap();
            // Within a block of each corner.
            for (x, y) in [(4, 4), (44, 4), (4, 28), (44, 28)] {
                let (found, wanted) = (turned.get_pixel(x, y), upright().get_pixel(x, y));
                let is_near = found.0.iter().zip(wanted.0).all(|(a, b)| a.abs_diff(b) < 6);
                assert!(is_near, "{format} {orientation:?} at {x}, {y}: {found:?}, not {wanted:?}");
            }
        }
    }
}

#[test]
fn sixteen_bits_become_eight_and_grey_stays_what_it_is() {
    let deep = DynamicImage::from(stored(Orientation::TurnRight).into_rgb16());
    let bytes = tagged(encoded(&deep, ImageFormat::Png), Format::Png, 6);
    let mut turned = Cursor::new(Vec::new());
    let read = header(Cursor::new(&bytes)).unwrap();
    ready(&bytes, &read, as_it_is(&read), &mut turned).unwrap();
    assert_eq!(image::load_from_memory(turned.get_ref()).unwrap(), upright());
    let grey = DynamicImage::from(stored(Orientation::HalfTurn).into_luma8());
    let bytes = tagged(encoded(&grey, ImageFormat::Jpeg), Format::Jpeg, 3);
    let mut turned = Cursor::new(Vec::new());
    let read = header(Cursor::new(&bytes)).unwrap();
    ready(&bytes, &read, as_it_is(&read), &mut turned).unwrap();
    assert_eq!(header(turned).unwrap().colour, Colour::Grey);
}

#[test]
fn what_is_too_large_is_known_from_its_header() {
    let size = |width, height| Header {
        orientation: Orientation::HalfTurn,
        ..Header::plain(Format::Jpeg, Pixels::new(width, height))
    };
    assert!(!size(12_000, 9_000).is_too_large_to_make(40_000_000));
    assert!(size(20_000, 10_000).is_too_large_to_make(40_000_000));
    let upright = Header { orientation: Orientation::Upright, ..size(20_000, 10_000) };
    assert!(!upright.is_too_large_to_make(40_000_000), "it goes as it is");
}

#[test]
fn what_is_damaged_behind_its_header_says_so() {
    let bytes = tagged(encoded(&stored(Orientation::TurnRight), ImageFormat::Png), Format::Png, 6);
    let read = header(Cursor::new(&bytes)).unwrap();
    let cut = &bytes[..bytes.len() - 60];
    assert!(matches!(ready(cut, &read, as_it_is(&read), Cursor::new(Vec::new())), Err(Unready::Damaged(_))));
}

#[test]
fn what_is_transparent_is_covered_and_what_is_wished_smaller_is() {
    let mut clear = upright().into_rgba8();
    for pixel in clear.pixels_mut().step_by(2) {
        pixel.0 = [0; 4];
    }
    let bytes = encoded(&clear.into(), ImageFormat::Png);
    let read = header(Cursor::new(&bytes)).unwrap();
    let made = |wish: Wish| {
        let mut made = Cursor::new(Vec::new());
        ready(&bytes, &read, wish, &mut made).unwrap().then(|| image::load_from_memory(made.get_ref()).unwrap())
    };
    let (alpha, size) = (Alpha::Keep, read.upright());
    let covered = made(Wish { alpha, size }).unwrap();
    assert!(!covered.color().has_alpha());
    assert_eq!(covered.get_pixel(2, 2).0, upright().get_pixel(3, 2).0);
    assert!(made(Wish { alpha: Alpha::Drop, size }).is_none(), "it goes as it is");
    let small = made(Wish { alpha, size: Pixels::new(24, 16) }).unwrap();
    assert_eq!((small.dimensions(), small.color().has_alpha()), ((24, 16), false));
    let opaque = encoded(&upright().into_rgba8().into(), ImageFormat::Png);
    let read = header(Cursor::new(&opaque)).unwrap();
    assert!(read.may_be_made(Wish { alpha, size }));
    assert!(!ready(&opaque, &read, Wish { alpha, size }, Cursor::new(Vec::new())).unwrap(), "its channel says nothing");
}

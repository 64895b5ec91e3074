use std::path::Path;

use image::{DynamicImage, GenericImageView as _, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;

use super::{Downscaled, Part, Unseen};
use crate::job::Pixels;
use crate::picture::Orientation;
use crate::picture::samples;

fn never() -> bool {
    false
}

fn gradient(width: u32, height: u32) -> RgbImage {
    let shade = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([shade(x, width), shade(y, height), 90]))
}

fn of(picture: &RgbImage) -> Pixels {
    Pixels::new(picture.width(), picture.height())
}

fn written(dir: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The largest difference of a colour between two pictures.
fn difference(a: &RgbImage, b: &RgbImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn every_format_that_can_be_decoded_is_seen_at_the_size_that_is_wanted() {
    let dir = tempfile::tempdir().unwrap();
    for (name, format, (width, height), bytes) in samples::all() {
        let path = written(dir.path(), name, &bytes);
        let (part, wanted) = (Part::whole(Pixels::new(width, height)), Pixels::new(20, 12));
        let seen = Downscaled::expose(&path, part, wanted, &never);
        if format == crate::job::Format::Avif && !crate::picture::READS_AVIF {
            assert_eq!(seen.unwrap_err().to_string(), "AVIF cannot be shown here");
            continue;
        }
        let shot = seen.unwrap_or_else(|error| panic!("{name}: {error}")).cut(part, wanted).unwrap();
        let whole = crate::picture::header(std::io::Cursor::new(&bytes)).unwrap();
        let expected =
            crate::picture::stored(&bytes, &whole).unwrap().resize_exact(20, 12, image::imageops::Triangle).into_rgb8();
        assert!(difference(&shot, &expected) < 48, "{name}");
    }
}

#[test]
fn the_same_place_is_found_in_a_picture_and_in_one_twice_its_size() {
    let dir = tempfile::tempdir().unwrap();
    let small = gradient(120, 80);
    let large = image::imageops::resize(&small, 240, 160, image::imageops::Triangle);
    let part = Part { x: 100, y: 40, width: 60, height: 50, of: of(&large) };
    let size = Pixels::new(60, 50);
    let shots = [("small.png", &small), ("large.png", &large)].map(|(name, picture)| {
        let path = dir.path().join(name);
        picture.save(&path).unwrap();
        Downscaled::expose(&path, part, size, &never).unwrap().cut(part, size).unwrap()
    });
    assert!(difference(&shots[0], &shots[1]) < 8);
    assert!(difference(&shots[1], &large.view(100, 40, 60, 50).to_image()) < 2, "1:1 shows the very pixels");
}

#[test]
fn a_large_result_is_reduced_while_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let picture = gradient(4000, 3000);
    let path = dir.path().join("large.png");
    picture.save(&path).unwrap();
    let (part, wanted) = (Part::whole(of(&picture)), Pixels::new(100, 75));
    let downscaled = Downscaled::expose(&path, part, wanted, &never).unwrap();
    assert!(downscaled.bytes() as u64 <= 40 * wanted.count(), "{} bytes", downscaled.bytes());
    let shot = downscaled.cut(part, wanted).unwrap();
    let expected = image::imageops::thumbnail(&picture, 100, 75);
    assert!(difference(&shot, &expected) < 12);
    assert!(downscaled.holds(part, wanted) && !downscaled.holds(part, Pixels::new(2000, 1500)));
    // Even what is wanted whole is not kept whole.
    let downscaled = Downscaled::expose(&path, part, of(&picture), &never).unwrap();
    assert!(downscaled.bytes() as u64 <= crate::picture::pixels::sums::MOST_KEPT * 3);
}

#[test]
fn nobody_waits_for_a_picture_that_is_no_longer_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let picture = gradient(200, 300);
    let path = dir.path().join("a.png");
    picture.save(&path).unwrap();
    let asked = std::cell::Cell::new(0);
    let stop = || asked.replace(asked.get() + 1) == 2;
    let seen = Downscaled::expose(&path, Part::whole(of(&picture)), Pixels::new(10, 10), &stop);
    assert!(matches!(seen, Err(Unseen::Stopped)));
    assert_eq!(asked.get(), 3, "after so many rows");
}

#[test]
fn a_file_that_claims_to_be_huge_takes_no_memory() {
    let dir = tempfile::tempdir().unwrap();
    for (name, format) in [("a.jpg", ImageFormat::Jpeg), ("a.gif", ImageFormat::Gif)] {
        let mut bytes = samples::encoded(&samples::small(), format);
        // The size stands behind JPEG's start-of-frame marker, and at GIF's sixth byte.
        let at = if format == ImageFormat::Gif {
            6
        } else {
            bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap() + 5
        };
        bytes[at..at + 4].copy_from_slice(&[0xff; 4]);
        // As long as it must be for its size to be believed.
        bytes.resize(9 << 20, 0);
        let path = written(dir.path(), name, &bytes);
        let of = Pixels::new(65535, 65535);
        let seen = Downscaled::expose(&path, Part::whole(of), Pixels::new(10, 10), &never);
        assert!(matches!(seen, Err(Unseen::TooLarge(pixels)) if pixels == of), "{name}");
    }
}

#[test]
fn what_is_transparent_is_grey() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.png");
    image::RgbaImage::from_pixel(8, 8, image::Rgba([255, 0, 0, 0])).save(&path).unwrap();
    let part = Part::whole(Pixels::new(8, 8));
    let shot =
        Downscaled::expose(&path, part, Pixels::new(4, 4), &never).unwrap().cut(part, Pixels::new(4, 4)).unwrap();
    assert!(shot.pixels().all(|pixel| pixel.0 == [128; 3]));
}

/// Half a pixel of the smaller picture is a whole one of the larger, and would be seen to jump.
#[test]
fn odd_places_do_not_shift() {
    let dir = tempfile::tempdir().unwrap();
    let small = gradient(101, 77);
    let large = image::imageops::resize(&small, 202, 154, image::imageops::Triangle);
    let paths = [("small.png", &small), ("large.png", &large)].map(|(name, picture)| {
        let path = dir.path().join(name);
        picture.save(&path).unwrap();
        path
    });
    for (x, y) in [(31, 17), (32, 17), (33, 18)] {
        let part = Part { x, y, width: 80, height: 60, of: of(&large) };
        let shots = paths.each_ref().map(|path| {
            let downscaled = Downscaled::expose(path, part.widened(), Pixels::new(80, 60), &never).unwrap();
            downscaled.cut(part, Pixels::new(80, 60)).unwrap()
        });
        let middle = |shot: &RgbImage| shot.view(10, 10, 60, 40).to_image();
        assert!(difference(&middle(&shots[0]), &middle(&shots[1])) < 3, "{x}, {y}");
    }
}

proptest! {
    #[test]
    fn a_part_is_found_whichever_way_the_file_stores_it(
        exif in 1_u16..=8, x in 0_u32..20, y in 0_u32..12, width in 1_u32..12, height in 1_u32..9,
    ) {
        let orientation = Orientation::from_tag(exif).unwrap();
        let mut upright = DynamicImage::ImageRgb8(gradient(32, 21));
        // To be turned is to be its own undoing, but for the two that turn each into the other.
        let undoing = match orientation {
            Orientation::TurnRight => Orientation::TurnLeft,
            Orientation::TurnLeft => Orientation::TurnRight,
            other => other,
        };
        let part = Part { x, y, width, height, of: Pixels::new(32, 21) };
        let expected = upright.crop_imm(x, y, width, height).into_rgb8();
        upright.apply_orientation(undoing.into());
        let stored = part.as_stored(orientation);
        prop_assert_eq!(stored.of, Pixels::new(upright.width(), upright.height()));
        let mut found = upright.crop_imm(stored.x, stored.y, stored.width, stored.height);
        found.apply_orientation(orientation.into());
        prop_assert_eq!(found.into_rgb8(), expected);
    }

    #[test]
    fn any_bytes_and_any_part_are_answered(
        bytes in prop::collection::vec(any::<u8>(), 0..200), x: u32, y: u32, width: u32, height: u32, all: u32,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut whole = samples::encoded(&samples::small(), ImageFormat::Png);
        let part = Part { x, y, width, height, of: Pixels::new(all, all) };
        let good = written(dir.path(), "good.png", &whole);
        if let Ok(downscaled) = Downscaled::expose(&good, part, Pixels::new(7, 5), &never) {
            drop(downscaled.cut(part, Pixels::new(7, 5)));
        }
        let at = whole.len().saturating_sub(bytes.len());
        whole.splice(at.., bytes);
        let path = written(dir.path(), "a.png", &whole);
        drop(Downscaled::expose(&path, part, Pixels::new(7, 5), &never));
    }
}

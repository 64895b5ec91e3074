//! Colours and turns, against what is right.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use libjpeg_turbo_rs::{PixelFormat, Subsampling, compress};
use moxcms::ColorProfile;

use super::*;
use crate::picture::samples::{encoded, photo, small};
use crate::picture::{Orientation, header};

/// A JPEG of 48 × 32 px in colours of full and of half size.
fn jpegs() -> Vec<Vec<u8>> {
    let cat = image::open(photo("chelsea.png")).unwrap().resize_exact(48, 32, image::imageops::Triangle).into_rgb8();
    let written = |sampling| compress(cat.as_raw(), 48, 32, PixelFormat::Rgb, 90, sampling).unwrap();
    let grey = DynamicImage::from(DynamicImage::from(cat.clone()).into_luma8());
    vec![written(Subsampling::S444), written(Subsampling::S420), encoded(&grey, ImageFormat::Jpeg)]
}

#[test]
fn a_jpeg_is_turned_without_loss_and_back_to_the_same() {
    for bytes in jpegs() {
        let whole = image::load_from_memory(&bytes).unwrap();
        for orientation in Orientation::ALL {
            let made = turned(&bytes, orientation).unwrap();
            let mut wanted = whole.clone();
            wanted.apply_orientation(orientation.into());
            let shown = image::load_from_memory(&made).unwrap().into_rgb8();
            let off = shown.as_raw().iter().zip(wanted.to_rgb8().as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(off <= 6, "{orientation:?}: {off}, for rounding");
            let undoing = match orientation {
                Orientation::TurnRight => Orientation::TurnLeft,
                Orientation::TurnLeft => Orientation::TurnRight,
                other => other,
            };
            let again = image::load_from_memory(&turned(&made, undoing).unwrap()).unwrap();
            assert_eq!(again, whole, "{orientation:?}");
        }
    }
}

#[test]
fn what_would_lose_something_is_not_turned_so() {
    let odd = encoded(&small().crop_imm(0, 0, 45, 33), ImageFormat::Jpeg);
    assert!(turned(&odd, Orientation::TurnRight).is_none());
    assert!(turned(&odd, Orientation::Transpose).is_some(), "its edges stay where they are");
    for bytes in [&b""[..], b"\xff\xd8\xff\xe0", &odd[..odd.len() / 3]] {
        let _ = turned(bytes, Orientation::HalfTurn);
    }
}

#[test]
fn inks_without_a_profile_take_light_away() {
    // Adobe stores what is left: no ink, cyan, half a black, all.
    let inks = [[255, 255, 255, 255], [0, 255, 255, 255], [255, 255, 255, 127], [0, 0, 0, 0]];
    let samples: Vec<u8> = (0..16 * 64).flat_map(|at: usize| inks[at % 64 / 16]).collect();
    let bytes = compress(&samples, 64, 16, PixelFormat::Cmyk, 100, Subsampling::S444).unwrap();
    let read = header(Cursor::new(&bytes)).unwrap();
    assert!(read.is_made_plain() && read.made_format() == Format::Png);
    let (picture, profile) = decode(&bytes, &read).unwrap();
    assert_eq!(profile, None);
    let picture = picture.into_rgb8();
    for (at, wanted) in [(8, [255; 3]), (24, [0, 255, 255]), (40, [127; 3]), (56, [0; 3])] {
        let found = picture.get_pixel(at, 8).0;
        assert!(found.iter().zip(wanted).all(|(a, b): (&u8, u8)| a.abs_diff(b) < 3), "{found:?}, not {wanted:?}");
    }
}

#[test]
fn deep_colours_become_srgb_by_their_profile() {
    let adobe = ColorProfile::new_adobe_rgb().encode().unwrap();
    // Of Adobe RGB's values and sRGB's that are the same colour.
    let deep = image::ImageBuffer::from_fn(3, 1, |x, _| image::Rgb([[32_768_u16; 3], [65_535; 3], [0; 3]][x as usize]));
    let (picture, is_srgb) = eight_bits(DynamicImage::ImageRgb16(deep.clone()), Some(&adobe));
    assert!(is_srgb);
    let found: Vec<_> = picture.into_rgb8().pixels().map(|pixel| pixel.0[0]).collect();
    assert!(found[0].abs_diff(128) <= 1 && found[1] >= 254 && found[2] == 0, "{found:?}");
    let one = RgbImage::from_pixel(1, 1, image::Rgb([219, 111, 60]));
    let of_adobe = DynamicImage::from(one).into_rgb16();
    let (picture, _) = eight_bits(DynamicImage::ImageRgb16(of_adobe), Some(&adobe));
    let found = picture.into_rgb8().get_pixel(0, 0).0;
    assert!(found[0] > 245 && found[1].abs_diff(111) < 4, "redder than in Adobe's numbers: {found:?}");
    // Without one, and with nonsense for one, the numbers are sRGB's.
    for profile in [None, Some(&b"nonsense"[..])] {
        let (picture, _) = eight_bits(DynamicImage::ImageRgb16(deep.clone()), profile);
        assert_eq!(picture.into_rgb8().get_pixel(0, 0).0, [128; 3]);
    }
    let grey = DynamicImage::from(small().into_luma16());
    let (made, _) = eight_bits(grey.clone(), srgb_profile(true).as_deref());
    let off = made.to_luma8().as_raw().iter().zip(grey.to_luma8().as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    assert!(off <= 1, "{off}");
    let (same, is_srgb) = eight_bits(small(), Some(&adobe));
    assert_eq!((same, is_srgb), (small(), false));
}

#[test]
fn a_profile_is_the_same_bytes_whenever_it_is_written() {
    let profile = srgb_profile(false).unwrap();
    assert_eq!(profile.get(24..30), Some(&[0x07, 0xea, 0, 1, 0, 1][..]));
    assert!(ColorProfile::new_from_slice(&profile).is_ok());
    assert!(cicp_profile(1, 13).is_none() && cicp_profile(12, 13).is_some() && cicp_profile(9, 16).is_some());
}

/// Written by libavif: of each of three colours a third, in full and in limited range, turned and not.
#[cfg(feature = "avif")]
#[test]
fn avif_is_read_as_it_was_written() {
    let cat = image::open(photo("chelsea.png")).unwrap().thumbnail(90, 60);
    let mut clear = cat.to_rgba8();
    clear.pixels_mut().take(900).for_each(|pixel| pixel.0[3] = 40);
    for picture in [cat, DynamicImage::from(clear)] {
        let mut made = Vec::new();
        encode(picture.clone(), Format::Avif, 95, ColorProfile::new_display_p3().encode().ok(), &mut made).unwrap();
        let read = header(Cursor::new(&made)).unwrap();
        assert_eq!((read.pixels.width, read.pixels.height), (picture.width(), picture.height()));
        assert_eq!((read.alpha, read.carried.icc), (picture.color().has_alpha(), true));
        let (again, profile) = decode(&made, &read).unwrap();
        assert!(profile.is_some_and(|profile| ColorProfile::new_from_slice(&profile).is_ok()));
        let (again, picture) = (again.into_rgba8(), picture.into_rgba8());
        let off: u64 = again.as_raw().iter().zip(picture.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(off / (again.as_raw().len() as u64) < 4, "{off}");
    }
}

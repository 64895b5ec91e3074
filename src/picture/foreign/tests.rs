//! Pictures of other formats, made here, and what is read and made of them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::*;
use crate::picture::samples::{encoded, small};
use crate::picture::{Metadata, ready};

fn heic(exif: Option<Vec<u8>>) -> Vec<u8> {
    let small = small().into_rgba8();
    let options = heifer::EncodeOptions { quality: 90, ..heifer::EncodeOptions::default() };
    let data = small.iter().map(|sample| u16::from(*sample)).collect();
    let picture = heifer::Image { width: small.width(), height: small.height(), bit_depth: 8, has_alpha: false, data };
    let metadata = heifer::Metadata { exif, ..heifer::Metadata::default() };
    heifer::encode_with_metadata(&picture, &metadata, &options).unwrap()
}

fn made(bytes: &[u8], header: &Header) -> DynamicImage {
    let mut made = Cursor::new(Vec::new());
    let wish = crate::picture::Wish { alpha: crate::picture::Alpha::Drop, size: header.upright() };
    ready(bytes, header, wish, &mut made).unwrap();
    let made = made.into_inner();
    let again = crate::picture::header(Cursor::new(&made)).unwrap();
    assert_eq!((again.format, again.depth), (Format::Png, 8));
    image::load_from_memory(&made).unwrap()
}

#[test]
fn each_is_read_and_becomes_a_png_of_the_same_pixels() {
    let small = small().into_rgb8();
    for (format, other) in [
        (ImageFormat::Tiff, Other::Tiff),
        (ImageFormat::Bmp, Other::Bmp),
        (ImageFormat::Pnm, Other::Netpbm),
        (ImageFormat::Tga, Other::Tga),
        (ImageFormat::Qoi, Other::Qoi),
    ] {
        let bytes = encoded(&small.clone().into(), format);
        let read = photo(Cursor::new(&bytes)).unwrap();
        assert_eq!(
            (read.converts, read.pixels),
            (Some(other), Pixels::new(small.width(), small.height())),
            "{other:?}"
        );
        assert_eq!(made(&bytes, &read).into_rgb8(), small, "{other:?}");
    }
}

#[test]
fn heic_is_read_with_its_metadata() {
    let bytes = heic(Some(crate::picture::samples::exif(1)));
    let read = photo(Cursor::new(&bytes)).unwrap();
    let small = small().into_rgb8();
    assert_eq!((read.converts, read.pixels), (Some(Other::Heic), Pixels::new(small.width(), small.height())));
    assert!(read.carried.exif);
    photo_ends_well(Cursor::new(&bytes), &read).unwrap();
    assert!(photo_ends_well(Cursor::new(&bytes[..bytes.len() - 9]), &read).is_err());
    let made = made(&bytes, &read).into_rgb8();
    let off: u64 = made.as_raw().iter().zip(small.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    assert!(off / (made.as_raw().len() as u64) < 6, "{off}");
    assert_ne!(Metadata::of(Cursor::new(&bytes)).unwrap(), Metadata::default());
}

#[test]
fn sixteen_bits_become_eight_and_a_turned_tiff_upright() {
    let deep = DynamicImage::from(small().into_rgb16());
    let mut bytes = encoded(&deep, ImageFormat::Tiff);
    let read = photo(Cursor::new(&bytes)).unwrap();
    assert_eq!(read.depth, 16);
    assert_eq!(made(&bytes, &read).into_rgb8(), small().into_rgb8());
    // A directory with an entry for orientation instead of one that says nothing of pixels.
    let first = u32::from_le_bytes(*bytes[4..].first_chunk().unwrap()) as usize;
    let count = usize::from(u16::from_le_bytes(*bytes[first..].first_chunk().unwrap()));
    let entries = first + 2..first + 2 + count * 12;
    let at = entries.step_by(12).find(|at| bytes[*at..*at + 2] == 0x011a_u16.to_le_bytes()).unwrap();
    let entry = [&0x0112_u16.to_le_bytes()[..], &[3, 0, 1, 0, 0, 0, 6, 0, 0, 0]].concat();
    bytes[at..at + 12].copy_from_slice(&entry);
    let read = photo(Cursor::new(&bytes)).unwrap();
    assert_eq!(read.orientation, Orientation::TurnRight);
    assert_eq!(made(&bytes, &read).into_rgb8(), image::imageops::rotate90(&small().into_rgb8()));
}

#[test]
fn raw_pictures_and_nonsense_are_called_what_they_are() {
    let directory = |tag: u16, value: u32| {
        let entry = [&tag.to_le_bytes()[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat();
        [b"II*\0\x08\0\0\0\x01\0".as_slice(), &entry, &[0; 4]].concat()
    };
    for bytes in [directory(0xfe, 1), directory(0xc612, 1), directory(0x100, 5), b"qoif".to_vec(), b"P6 x".to_vec()] {
        assert!(photo(Cursor::new(&bytes)).is_err(), "{bytes:?}");
    }
    let mut cut = heic(None);
    cut.truncate(60);
    assert!(matches!(photo(Cursor::new(&cut)), Err(PictureError::Other(Other::Heic))));
}

#[test]
fn tiff_holds_the_pixels_that_another_decoder_reads_in_it() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/tiff");
    for (name, most, turned) in [
        ("palette-8", 0, Orientation::Upright),
        ("palette-4", 0, Orientation::TurnRight),
        // Decoders of JPEG may differ by a shade or two, and by how they spread its colours.
        ("jpeg", 2, Orientation::Upright),
        ("ycbcr-jpeg", 12, Orientation::Upright),
    ] {
        let bytes = std::fs::read(cases.join(format!("{name}.tif"))).unwrap();
        let wanted = image::open(cases.join(format!("{name}.png"))).unwrap().into_rgb8();
        let read = photo(Cursor::new(&bytes)).unwrap();
        assert_eq!(
            (read.orientation, read.upright()),
            (turned, Pixels::new(wanted.width(), wanted.height())),
            "{name}"
        );
        let made = made(&bytes, &read).into_rgb8();
        let off = made.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(most), "{name}: {off:?}");
    }
    let packed = photo(Cursor::new(std::fs::read(cases.join("zstd.tif")).unwrap())).unwrap_err();
    assert!(matches!(packed, PictureError::Packed("ZSTD")), "{packed}");
}

//! Pictures with metadata in them, built by hand: what is right is known of each.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// The formats that they are made in.
pub(crate) const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

/// The colours of the corners of [`upright`], from the left, the upper ones first.
pub(crate) const CORNERS: [[u8; 3]; 4] = [[230, 200, 20], [200, 30, 30], [20, 160, 40], [20, 60, 200]];

/// A picture of 48 × 32 px, each quarter of a colour of its own.
pub(crate) fn upright() -> DynamicImage {
    let colour = |x: u32, y: u32| Rgb(CORNERS[usize::from(x >= 24) + 2 * usize::from(y >= 16)]);
    RgbImage::from_fn(48, 32, colour).into()
}

/// The same as it is stored with an EXIF orientation.
pub(crate) fn stored(orientation: u8) -> DynamicImage {
    // Each undoes itself, but for the two quarter turns.
    let undoing = match orientation {
        6 => 8,
        8 => 6,
        other => other,
    };
    let mut picture = upright();
    picture.apply_orientation(image::metadata::Orientation::from_exif(undoing).unwrap());
    picture
}

pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A block of EXIF, little-endian, that says just this.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

/// The picture with a block of EXIF in it.
pub(crate) fn with_exif(mut bytes: Vec<u8>, format: ImageFormat, block: &[u8]) -> Vec<u8> {
    match format {
        ImageFormat::Jpeg => {
            let body = [b"Exif\0\0".as_slice(), block].concat();
            let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
            bytes.splice(2..2, [&[0xff, 0xe1][..], &length, &body].concat());
        }
        ImageFormat::Png => drop(bytes.splice(33..33, png_chunk(*b"eXIf", block))),
        _ => {
            bytes.extend([b"EXIF", &u32::try_from(block.len()).unwrap().to_le_bytes()[..], block].concat());
            let riff = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
            bytes[4..8].copy_from_slice(&riff);
        }
    }
    bytes
}

/// A chunk of a PNG, with its checksum.
pub(crate) fn png_chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&named);
    [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &named, &sum.sum().to_be_bytes()].concat()
}

/// Asserts that a picture has the corners of [`upright`], whatever its size.
pub(crate) fn assert_upright(picture: &DynamicImage, what: &str) {
    let picture = picture.to_rgb8();
    let (right, bottom) = (picture.width() - 3, picture.height() - 3);
    assert!(right > bottom, "{what}: {}×{}", picture.width(), picture.height());
    for ((x, y), wanted) in [(2, 2), (right, 2), (2, bottom), (right, bottom)].into_iter().zip(CORNERS) {
        let found = picture.get_pixel(x, y).0;
        let is_near = found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) < 12);
        assert!(is_near, "{what}: {found:?} at {x}, {y}, not {wanted:?}");
    }
}

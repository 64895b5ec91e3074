//! Pictures that are not what they should be.

use std::io::Cursor;

use image::imageops::{flip_horizontal, rotate90, rotate180};
use image::{DynamicImage, ImageFormat, RgbImage};

use super::effect::Picture;

/// A file's bytes as the fault has them, with their media type where that changes. A file that is
/// no picture stays as it is where only a picture could be painted over.
pub(in crate::sandbox) fn repaint(bytes: Vec<u8>, how: Picture) -> (Vec<u8>, Option<&'static str>) {
    match how {
        Picture::Truncated => {
            let mut bytes = bytes;
            bytes.truncate(bytes.len() / 2);
            (bytes, None)
        }
        Picture::Corrupt => (corrupted(bytes), None),
        Picture::Html => {
            (b"<!DOCTYPE html>\n<html><body><h1>Just a moment...</h1></body></html>\n".to_vec(), Some("text/html"))
        }
        Picture::Empty => (Vec::new(), None),
        whole => {
            let Ok(picture) = image::load_from_memory(&bytes) else { return (bytes, None) };
            let mut painted = Cursor::new(Vec::new());
            let picture = match whole {
                Picture::HalfSize => {
                    picture.thumbnail_exact((picture.width() / 2).max(1), (picture.height() / 2).max(1))
                }
                _ => DynamicImage::ImageRgb8(redone(picture.into_rgb8(), whole)),
            };
            match picture.write_to(&mut painted, ImageFormat::Png) {
                Ok(()) => (painted.into_inner(), Some("image/png")),
                Err(_) => (bytes, None),
            }
        }
    }
}

/// A picture as a fault shows it, at the same size.
pub(in crate::sandbox) fn redone(picture: RgbImage, how: Picture) -> RgbImage {
    let (width, height) = picture.dimensions();
    match how {
        Picture::Black => RgbImage::new(width, height),
        Picture::Flat => RgbImage::from_pixel(width, height, image::Rgb([119, 136, 153])),
        Picture::Mirrored => flip_horizontal(&picture),
        Picture::UpsideDown => rotate180(&picture),
        Picture::OnSide => rotate90(&picture),
        Picture::Truncated | Picture::Corrupt | Picture::Html | Picture::Empty | Picture::HalfSize => picture,
    }
}

impl Picture {
    /// Whether it is a picture still, which a model could make.
    pub(super) fn is_whole(self) -> bool {
        !matches!(self, Self::Truncated | Self::Corrupt | Self::Html | Self::Empty)
    }
}

/// Changes bytes in the middle: the length stays, the header stays, checksums and pixels do not.
fn corrupted(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    for byte in bytes.iter_mut().skip(middle).take(16) {
        *byte ^= 0x5a;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png() -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(40, 30, image::Rgb([200, 10, 90])).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn only_what_is_meant_to_be_whole_can_be_opened() {
        let open = |how| image::load_from_memory(&repaint(png(), how).0);
        for how in [Picture::Truncated, Picture::Corrupt, Picture::Html, Picture::Empty] {
            assert!(open(how).is_err(), "{how:?}");
        }
        assert!(open(Picture::Black).unwrap().into_rgb8().pixels().all(|pixel| pixel.0 == [0, 0, 0]));
        assert_eq!(open(Picture::HalfSize).unwrap().into_rgb8().dimensions(), (20, 15));
    }
}

//! Headers and bodies of pictures.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use base64::Engine as _;
use fal_tui::job::Format;
use fal_tui::picture;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::mutate::Damage;
use super::{INPUTS, assert_small};

/// A file that counts what is asked of it: who asks for more than it holds many times over goes in circles.
struct Counted {
    file: Cursor<Vec<u8>>,
    calls: usize,
}

impl Counted {
    fn new(bytes: Vec<u8>) -> Self {
        Self { file: Cursor::new(bytes), calls: 0 }
    }

    fn count(&mut self) {
        self.calls += 1;
        let length = self.file.get_ref().len();
        assert!(self.calls < 1_000 + 8 * length, "asked {} times of {length} bytes", self.calls);
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.count();
        self.file.read(buffer)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.count();
        self.file.seek(to)
    }
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let picture =
        RgbImage::from_fn(24, 16, |x, y| image::Rgb([(x * 10).to_le_bytes()[0], (y * 15).to_le_bytes()[0], 90]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A block of EXIF that turns the picture by 90°.
fn exif() -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x01\0\0\0A\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
    block.extend([0; 4]);
    block
}

/// A JPEG that says in EXIF how it lies.
fn turned_jpeg() -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Jpeg);
    let block = [b"Exif\0\0".as_slice(), &exif()].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    let segment = [b"\xff\xe1".as_slice(), &length, &block].concat();
    bytes.splice(2..2, segment);
    bytes
}

/// A WebP with a header of its own, EXIF with the prefix that older programs write, and the picture.
fn turned_webp() -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP);
    let chunk = |name: &[u8], body: &[u8]| {
        let mut chunk = [name, &u32::try_from(body.len()).unwrap().to_le_bytes(), body].concat();
        chunk.extend(vec![0; body.len() % 2]);
        chunk
    };
    let head = [&[8, 0, 0, 0][..], &[23, 0, 0], &[15, 0, 0]].concat();
    let exif = [b"Exif\0\0".as_slice(), &exif()].concat();
    let body = [b"WEBP".as_slice(), &chunk(b"VP8X", &head), &plain[12..], &chunk(b"EXIF", &exif)].concat();
    chunk(b"RIFF", &body)
}

/// An AVIF of 40×24 px.
const AVIF: &str = "\
    AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAA\
    AAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAARwAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEA\
    AGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAKAAAABgAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwA\
    AAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAT21kYXQSAAoJGBUnu0QENBoQMjgdh4eFndxxxwLF\
    QIDZcOYRUhmV/nwoAeg0VmrH62xhvSaZ3sQ7IJnsMNh2JbEne9w74A4iMnNj7A==";

fn avif() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(AVIF).unwrap()
}

/// Reads whatever can be read of what may be a picture of a format.
fn read(bytes: &[u8], format: Format) {
    let _ = picture::sniff(bytes.get(..picture::HEAD).unwrap_or(bytes));
    if let Ok(header) = picture::header(Counted::new(bytes.to_vec())) {
        assert!(header.upright().count() > 0, "a picture of no pixels was taken for one");
    }
    let _ = picture::complete(Counted::new(bytes.to_vec()), format);
    let _ = picture::ends_well(Counted::new(bytes.to_vec()), format);
}

fn take(samples: &[Vec<u8>], format: Format, seed: u64) {
    for sample in samples {
        picture::header(Cursor::new(sample)).expect("the sample itself is a picture");
    }
    Damage::of(samples, seed).take(INPUTS).for_each(|bytes| read(&bytes, format));
    assert_small();
}

#[test]
fn jpegs_may_be_anything() {
    take(&[encoded(ImageFormat::Jpeg), turned_jpeg()], Format::Jpeg, 1);
}

#[test]
fn pngs_may_be_anything() {
    take(&[encoded(ImageFormat::Png)], Format::Png, 2);
}

#[test]
fn webps_may_be_anything() {
    take(&[encoded(ImageFormat::WebP), turned_webp()], Format::Webp, 3);
}

#[test]
fn gifs_may_be_anything() {
    take(&[encoded(ImageFormat::Gif)], Format::Gif, 4);
}

#[test]
fn avifs_may_be_anything() {
    take(&[avif()], Format::Avif, 5);
}

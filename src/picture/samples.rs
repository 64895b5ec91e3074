//! Pictures for tests.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use image::{DynamicImage, ImageFormat};

use crate::job::Format;

/// A real photo of `tests/photos`.
pub(crate) fn photo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photos").join(name)
}

/// Its bytes.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    fs::read(photo(name)).unwrap()
}

/// A little-endian EXIF block with an orientation in it.
pub(crate) fn exif(orientation: u16) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
    block.extend(b"\x0f\x01\x02\0\x01\0\0\0A\0\0\0");
    block.extend(b"\x12\x01\x03\0\x01\0\0\0");
    block.extend(orientation.to_le_bytes());
    block.extend([0; 6]);
    block
}

/// A chunk of a PNG, with its checksum.
pub(crate) fn png_chunk(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&named);
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes(), &named[..], &sum.sum().to_be_bytes()].concat()
}

/// A segment of a JPEG.
pub(crate) fn jpeg_segment(code: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap();
    [&[0xff, code][..], &length.to_be_bytes(), body].concat()
}

/// A chunk of a WebP.
pub(crate) fn webp_chunk(name: &[u8], body: &[u8]) -> Vec<u8> {
    let mut chunk = [name, &u32::try_from(body.len()).unwrap().to_le_bytes(), body].concat();
    chunk.extend(vec![0; body.len() % 2]);
    chunk
}

/// A picture with something put where metadata stand: behind a PNG's header, a JPEG's beginning, a WebP's data.
pub(crate) fn with(mut bytes: Vec<u8>, format: Format, added: &[u8]) -> Vec<u8> {
    match format {
        Format::Jpeg => drop(bytes.splice(2..2, added.iter().copied())),
        Format::Png => drop(bytes.splice(33..33, added.iter().copied())),
        Format::Webp => {
            bytes.extend(added);
            let riff = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
            bytes[4..8].copy_from_slice(&riff);
        }
        Format::Gif | Format::Avif => panic!("nowhere to put it"),
    }
    bytes
}

/// A picture that says in EXIF which way up it is.
pub(crate) fn tagged(bytes: Vec<u8>, format: Format, orientation: u16) -> Vec<u8> {
    let block = exif(orientation);
    let added = match format {
        Format::Jpeg => jpeg_segment(0xe1, &[b"Exif\0\0".as_slice(), &block].concat()),
        Format::Png => png_chunk(*b"eXIf", &block),
        _ => webp_chunk(b"EXIF", &block),
    };
    with(bytes, format, &added)
}

/// Bytes that are written down here, since nothing at hand makes such.
pub(crate) fn decoded(base64: &str) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(base64).unwrap()
}

/// A picture in a format that we have an encoder for.
pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A cat, so small that tests are quick.
pub(crate) fn small() -> DynamicImage {
    image::open(photo("chelsea.png")).unwrap().thumbnail(60, 60)
}

/// Its name, format, size in px, and bytes.
pub(crate) type Sample = (&'static str, Format, (u32, u32), Vec<u8>);

/// One picture in each way of writing it that we know of, with its size.
pub(crate) fn all() -> Vec<Sample> {
    let small = small();
    let size = (small.width(), small.height());
    vec![
        ("jpeg", Format::Jpeg, size, encoded(&small, ImageFormat::Jpeg)),
        ("progressive jpeg", Format::Jpeg, (40, 24), decoded(PROGRESSIVE_JPEG)),
        ("png", Format::Png, size, encoded(&small, ImageFormat::Png)),
        ("gif", Format::Gif, size, encoded(&small, ImageFormat::Gif)),
        ("lossless webp", Format::Webp, size, encoded(&small, ImageFormat::WebP)),
        ("lossy webp", Format::Webp, (40, 24), decoded(LOSSY_WEBP)),
        ("avif", Format::Avif, (40, 24), decoded(AVIF)),
    ]
}

/// A progressive JPEG of 40×24 px: several scans.
const PROGRESSIVE_JPEG: &str = "\
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAKBueIx4ZKCMgoy0qqC+8P//8Nzc8P//////////////////////////////////////\
    ////////////////////2wBDAaq0tPDS8P//////////////////////////////////////////////////////////////////\
    ////////////wgARCAAYACgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAH/xAAVAQEBAAAAAAAAAAAAAAAAAAAAAf/a\
    AAwDAQACEAMQAAABQhYCqCJQCv/EABQQAQAAAAAAAAAAAAAAAAAAADD/2gAIAQEAAQUCf//EABQRAQAAAAAAAAAAAAAAAAAAACD/\
    2gAIAQMBAT8BX//EABQRAQAAAAAAAAAAAAAAAAAAACD/2gAIAQIBAT8BX//EABQQAQAAAAAAAAAAAAAAAAAAADD/2gAIAQEABj8C\
    f//EABcQAAMBAAAAAAAAAAAAAAAAAAEgMEH/2gAIAQEAAT8hMNf/2gAMAwEAAgADAAAAEH78Q4/f/8QAFBEBAAAAAAAAAAAAAAAA\
    AAAAIP/aAAgBAwEBPxBf/8QAFBEBAAAAAAAAAAAAAAAAAAAAIP/aAAgBAgEBPxBf/8QAHBABAQACAgMAAAAAAAAAAAAAAQARIRAx\
    QXGh/9oACAEBAAE/ENGbEGJMt7nca1w0+GNl1P2I7v/Z";

/// A lossy WebP of 40×24 px.
const LOSSY_WEBP: &str = "\
    UklGRpQAAABXRUJQVlA4IIgAAADwBACdASooABgAP5m+zmG5MCgmKqoDIDMJQBgFAWUGcQWOl/d5AsvztDYUUY/WmyAAy4vNMU0D\
    uvap5VM7frq+j/z4TqOXTCNk4Cs5idbnbN03iBmIlwhFFvXmjBN2HSGDUWPGYZiGzGwABrWvsMuBIukzIwURf/nlrM5ziF9ntsfA\
    SGFDgAAA";

/// An AVIF of 40×24 px.
const AVIF: &str = "\
    AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAA\
    AAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAARwAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEA\
    AGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAKAAAABgAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwA\
    AAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAT21kYXQSAAoJGBUnu0QENBoQMjgdh4eFndxxxwLF\
    QIDZcOYRUhmV/nwoAeg0VmrH62xhvSaZ3sQ7IJnsMNh2JbEne9w74A4iMnNj7A==";

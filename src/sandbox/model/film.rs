//! A video of a picture: it comes nearer, a frame a second, each a JPEG, in an MP4 file (ISO/IEC 14496-12).

use std::io::Cursor;

use image::imageops::{FilterType, crop_imm, resize};
use image::{ImageFormat, RgbImage};

/// The longest side of a frame, px.
const LARGEST: u32 = 320;
/// How much nearer each frame is, in hundredths.
const NEARER: u32 = 3;
/// A second in the file's own time.
const SECOND: u32 = 1000;

/// The video, and the size of its frames, px.
pub(super) fn film(picture: &RgbImage, seconds: u32) -> std::io::Result<(Vec<u8>, (u32, u32))> {
    let (width, height) = picture.dimensions();
    let longest = width.max(height).max(1);
    let reduced = |side: u32| (side * LARGEST.min(longest) / longest).max(1);
    let size = (reduced(width), reduced(height));
    let mut frames = Vec::new();
    for second in 0..seconds {
        let left = 100_u32.saturating_sub(second * NEARER).max(10);
        let (of_width, of_height) = ((width * left / 100).max(1), (height * left / 100).max(1));
        let part = crop_imm(picture, (width - of_width) / 2, (height - of_height) / 2, of_width, of_height).to_image();
        let mut jpeg = Cursor::new(Vec::new());
        resize(&part, size.0, size.1, FilterType::Triangle)
            .write_to(&mut jpeg, ImageFormat::Jpeg)
            .map_err(std::io::Error::other)?;
        frames.push(jpeg.into_inner());
    }
    Ok((mp4(&frames, size), size))
}

fn mp4(frames: &[Vec<u8>], (width, height): (u32, u32)) -> Vec<u8> {
    let brands = boxed(b"ftyp", b"isom\0\0\x02\0isommp41");
    let begins = len(&brands) + 8;
    let mut places = Vec::new();
    let mut at = begins;
    for frame in frames {
        places.push(at);
        at += len(frame);
    }
    let data = boxed(b"mdat", &frames.concat());
    [brands, data, boxed(b"moov", &movie(frames, &places, (width, height)))].concat()
}

fn movie(frames: &[Vec<u8>], places: &[u32], (width, height): (u32, u32)) -> Vec<u8> {
    let count = u32::try_from(frames.len()).unwrap_or(u32::MAX);
    let duration = count * SECOND;
    let matrix = words(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]);
    let header = full(
        b"mvhd",
        0,
        &[words(&[0, 0, SECOND, duration, 0x1_0000, 0x0100_0000, 0, 0]), matrix.clone(), words(&[0, 0, 0, 0, 0, 0, 2])],
    );
    let track =
        full(b"tkhd", 3, &[words(&[0, 0, 1, 0, duration, 0, 0, 0, 0]), matrix, words(&[width << 16, height << 16])]);
    let media = full(b"mdhd", 0, &[words(&[0, 0, SECOND, duration, 0x55c4_0000])]);
    let handler = full(b"hdlr", 0, &[words(&[0]), b"vide".to_vec(), words(&[0, 0, 0]), b"video\0".to_vec()]);
    let link = full(b"url ", 1, &[]);
    let information = boxed(b"dinf", &full(b"dref", 0, &[words(&[1]), link]));
    let short = |side: u32| u16::try_from(side).unwrap_or(u16::MAX).to_be_bytes().to_vec();
    let codec = boxed(
        b"jpeg",
        &[
            words(&[0, 1, 0, 0, 0, 0]),
            short(width),
            short(height),
            words(&[0x48_0000, 0x48_0000, 0]),
            vec![0, 1],
            vec![0; 32],
            vec![0, 24, 0xff, 0xff],
        ]
        .concat(),
    );
    let sizes: Vec<u32> = frames.iter().map(|frame| len(frame)).collect();
    let samples = boxed(
        b"stbl",
        &[
            full(b"stsd", 0, &[words(&[1]), codec]),
            full(b"stts", 0, &[words(&[1, count, SECOND])]),
            full(b"stsc", 0, &[words(&[1, 1, 1, 1])]),
            full(b"stsz", 0, &[words(&[0, count]), words(&sizes)]),
            full(b"stco", 0, &[words(&[count]), words(places)]),
        ]
        .concat(),
    );
    let shown = boxed(b"minf", &[full(b"vmhd", 1, &[words(&[0, 0])]), information, samples].concat());
    let media = boxed(b"mdia", &[media, handler, shown].concat());
    [header, boxed(b"trak", &[track, media].concat())].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn boxed(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&(len(body) + 8).to_be_bytes()[..], kind, body].concat()
}

/// A box with a version, 0, and flags.
fn full(kind: &[u8], flags: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    boxed(kind, &[words(&[flags]), parts.concat()].concat())
}

fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_lies_where_the_file_says() {
        let picture = RgbImage::from_fn(640, 400, |x, y| {
            image::Rgb([x / 3, y / 2, 90].map(|value| u8::try_from(value).unwrap()))
        });
        let (bytes, size) = film(&picture, 5).unwrap();
        assert_eq!((size, &bytes[4..8]), ((320, 200), &b"ftyp"[..]));
        let at = bytes.windows(4).position(|four| four == b"stco").unwrap() + 12;
        let places: Vec<_> =
            bytes[at..at + 20].chunks(4).map(|four| u32::from_be_bytes(four.try_into().unwrap())).collect();
        for place in places {
            assert_eq!(bytes[place as usize..][..3], [0xff, 0xd8, 0xff]);
        }
    }
}

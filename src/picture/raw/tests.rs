//! Raw pictures, made here: a sensor, a thumbnail, and a preview.

use std::io::Cursor;

use image::ImageFormat;

use super::*;
use crate::picture::samples::{encoded, small};
use crate::picture::{Alpha, Metadata, Unready, Wish, photo, ready};

/// A little-endian TIFF: its first directory has a thumbnail and a date, one within a picture, another the sensor.
pub(in crate::picture) fn dng(preview: &[u8], sensor: (u32, u32), orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let directory = |entries: &[Vec<u8>]| {
        let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
        [&count[..], &entries.concat(), &[0; 4]].concat()
    };
    let (first, second, third) = (8_u32, 8_u32 + 2 + 6 * 12 + 4, 8_u32 + 2 + 6 * 12 + 4 + 2 + 3 * 12 + 4);
    let exposure = third + 2 + 2 * 12 + 4;
    let (pointers, camera, date) = (exposure + 2 + 12 + 4, exposure + 2 + 12 + 4 + 8, exposure + 2 + 12 + 4 + 8 + 8);
    let at = date + 20;
    let length = u32::try_from(preview.len()).unwrap();
    let bytes = [
        b"II*\0\x08\0\0\0".to_vec(),
        directory(&[
            entry(0x00fe, 4, 1, 1),
            entry(0x010f, 2, 6, camera),
            entry(0x0112, 3, 1, orientation.into()),
            entry(0x014a, 4, 2, pointers),
            entry(0x8769, 4, 1, exposure),
            entry(0xc612, 1, 4, 0x0401),
        ]),
        directory(&[entry(0x0103, 3, 1, 7), entry(0x0111, 4, 1, at), entry(0x0117, 4, 1, length)]),
        directory(&[entry(0x0100, 4, 1, sensor.0), entry(0x0101, 4, 1, sensor.1)]),
        directory(&[entry(0x9003, 2, 20, date)]),
        [second.to_le_bytes(), third.to_le_bytes()].concat(),
        b"Box 3\0\0\0".to_vec(),
        b"2026:05:04 03:02:01\0".to_vec(),
        preview.to_vec(),
    ];
    assert_eq!(first, 8);
    bytes.concat()
}

fn jpeg() -> Vec<u8> {
    encoded(&small().into_rgb8().into(), ImageFormat::Jpeg)
}

#[test]
fn the_preview_is_sent_where_it_is_as_large_as_the_sensor() {
    let (jpeg, size) = (jpeg(), (small().width(), small().height()));
    let raw = dng(&jpeg, (size.0 + 4, size.1 + 2), 1);
    let read = photo(Cursor::new(&raw)).unwrap();
    assert_eq!(
        (read.converts, read.format, read.upright()),
        (Some(Other::Raw), Format::Jpeg, Pixels::new(size.0, size.1))
    );
    let mut made = Cursor::new(Vec::new());
    assert!(ready(&raw, &read, Wish { alpha: Alpha::Keep, size: read.upright() }, &mut made).unwrap());
    assert_eq!(made.into_inner(), jpeg, "byte for byte, as it lies upright");

    let lying = dng(&jpeg, size, 6);
    let read = photo(Cursor::new(&lying)).unwrap();
    assert_eq!(read.upright(), Pixels::new(size.1, size.0));
    let mut made = Cursor::new(Vec::new());
    ready(&lying, &read, Wish { alpha: Alpha::Keep, size: read.upright() }, &mut made).unwrap();
    assert_eq!(header(made).unwrap().pixels, Pixels::new(size.1, size.0));

    let refused = photo(Cursor::new(dng(&jpeg, (size.0 * 2, size.1 * 2), 1))).unwrap_err().to_string();
    assert!(refused.contains("no preview of full size"), "{refused}");
}

#[test]
fn date_and_camera_are_gathered() {
    let raw = dng(&jpeg(), (60, 40), 6);
    let said = said(&mut Cursor::new(&raw));
    let block = said.exif.unwrap();
    let mut again = Cursor::new(&block);
    let mut directories = Directories::open(&mut again).unwrap();
    let entries = directories.first().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.tag).collect::<Vec<_>>(), [0x010f, 0x0112, 0x8769]);
    let within = |tag| entries.iter().find(|entry| entry.tag == tag).copied().unwrap();
    assert_eq!(directories.value(&within(0x010f), 99).unwrap(), b"Box 3\0");
    let at = directories.number(&within(0x8769)).unwrap();
    let (exposure, _) = directories.read(at).unwrap();
    assert_eq!(directories.value(&exposure[0], 99).unwrap(), b"2026:05:04 03:02:01\0");
    assert_ne!(Metadata::of(Cursor::new(&raw)).unwrap(), Metadata::default());
}

#[test]
fn what_leads_in_a_circle_or_nowhere_is_answered() {
    let mut raw = dng(&jpeg(), (60, 40), 1);
    for at in 0..160 {
        for value in [0, 8, 0xff] {
            let was = std::mem::replace(&mut raw[at], value);
            drop(photo(Cursor::new(&raw)));
            drop(Metadata::of(Cursor::new(&raw)));
            raw[at] = was;
        }
    }
    let cut = &raw[..raw.len() - 40];
    if let Ok(read) = photo(Cursor::new(cut)) {
        let made = ready(cut, &read, Wish { alpha: Alpha::Keep, size: read.upright() }, Vec::new());
        assert!(matches!(made, Err(Unready::Damaged(_))));
    }
}

#[test]
fn fujis_and_canons_are_found() {
    let jpeg = encoded(&small().into_rgb8().into(), ImageFormat::Jpeg);
    let mut raf = b"FUJIFILMCCD-RAW 0201FF383501".to_vec();
    raf.resize(84, 0);
    raf.extend([100_u32.to_be_bytes(), u32::try_from(jpeg.len()).unwrap().to_be_bytes()].concat());
    raf.resize(100, 0);
    raf.extend(&jpeg);
    assert_eq!(photo(Cursor::new(&raf)).unwrap().converts, Some(Other::Raw));

    let boxed = |name: &[u8], body: &[u8]| [&u32::try_from(body.len() + 8).unwrap().to_be_bytes(), name, body].concat();
    let mut sample = vec![0; 8 + 8 + 24];
    sample.extend([small().width(), small().height()].map(|side| u16::try_from(side).unwrap().to_be_bytes()).concat());
    let stsz = [&[0; 4][..], &u32::try_from(jpeg.len()).unwrap().to_be_bytes(), &[0, 0, 0, 1]].concat();
    let file = |at: u64| {
        let table = [
            boxed(b"stsd", &sample),
            boxed(b"stsz", &stsz),
            boxed(b"co64", &[&[0; 4][..], &[0, 0, 0, 1], &at.to_be_bytes()].concat()),
        ];
        let track = boxed(b"trak", &boxed(b"mdia", &boxed(b"minf", &boxed(b"stbl", &table.concat()))));
        [boxed(b"ftyp", b"crx \0\0\0\x01crx isom"), boxed(b"moov", &track), boxed(b"mdat", &jpeg)].concat()
    };
    let at = file(0).len() - jpeg.len();
    let read = photo(Cursor::new(file(at as u64))).unwrap();
    assert_eq!((read.converts, read.pixels), (Some(Other::Raw), Pixels::new(small().width(), small().height())));
}

//! Photos in formats that fal does not take are sent as PNG; what cannot be read is named and skipped.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;

use common::Stage;
use common::tagged::{assert_upright, encoded, upright};
use image::ImageFormat;
use serde_json::Value;

/// A HEIC of the picture with a date and a camera.
fn heic() -> Vec<u8> {
    let picture = upright().into_rgba8();
    let (width, height) = picture.dimensions();
    let data = picture.iter().map(|sample| u16::from(*sample)).collect();
    let picture = heifer::Image { width, height, bit_depth: 8, has_alpha: false, data };
    let exif = b"II*\0\x08\0\0\0\x01\0\x10\x01\x02\0\x06\0\0\0\x1a\0\0\0\0\0\0\0Box 3\0".to_vec();
    let metadata = heifer::Metadata { exif: Some(exif), ..heifer::Metadata::default() };
    let options = heifer::EncodeOptions { quality: 95, ..heifer::EncodeOptions::default() };
    heifer::encode_with_metadata(&picture, &metadata, &options).unwrap()
}

#[test]
fn other_formats_are_sent_as_png_and_come_back_as_what_they_show() {
    let stage = Stage::new();
    let write = |name: &str, bytes: Vec<u8>| fs::write(stage.photos().join(name), bytes).unwrap();
    write("a.heic", heic());
    for (name, format) in [
        ("b.tif", ImageFormat::Tiff),
        ("c.bmp", ImageFormat::Bmp),
        ("d.ppm", ImageFormat::Pnm),
        ("e.tga", ImageFormat::Tga),
        ("f.qoi", ImageFormat::Qoi),
    ] {
        write(name, encoded(&upright(), format));
    }
    write("g.tif", encoded(&upright().into_rgb16().into(), ImageFormat::Tiff));
    let run = stage.run(&[]);
    run.assert_status(0);
    for name in ["a.heic", "b.tif", "c.bmp", "d.ppm", "e.tga", "f.qoi", "g.tif"] {
        let job = run.last(name);
        assert_eq!((&job["state"], &job["width"]), (&"DONE".into(), &96.into()), "{job}");
        let picture = stage.output().join(job["output"].as_str().unwrap());
        assert_upright(&image::open(&picture).unwrap(), name);
    }
    let told = fs::read(stage.output().join("a.png")).unwrap();
    assert!(told.windows(6).any(|text| text == b"Box 3\0"), "its camera came back");
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 7, "none is paid for again");
}

#[test]
fn what_is_cut_off_or_a_camera_s_own_is_skipped_with_its_name() {
    let stage = Stage::new();
    let mut cut = heic();
    cut.truncate(cut.len() - 20);
    fs::write(stage.photos().join("cut.heic"), cut).unwrap();
    // The first directory of a raw picture is its preview's.
    let raw = b"II*\0\x08\0\0\0\x01\0\xfe\0\x04\0\x01\0\0\0\x01\0\0\0\0\0\0\0";
    fs::write(stage.photos().join("raw.dng"), raw).unwrap();
    let run = stage.run(&[]);
    let plan = run.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    let reason = |path: &str| -> Value {
        let skipped = plan["skipped"].as_array().unwrap();
        skipped.iter().find(|file| file["path"] == path).unwrap()["reason"].clone()
    };
    assert_eq!(reason("cut.heic"), "truncated HEIC");
    assert_eq!(reason("raw.dng"), "TIFF or camera raw: fal takes JPEG, PNG, WebP, GIF and AVIF");
    assert_eq!(stage.stats()["accepted"], 0);
}

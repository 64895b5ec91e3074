//! Photos and their results as a decoder by others sees them, Pillow: each shows the same, upright, in the same colours,
//! transparent where it was, from a service that keeps nothing but pixels.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use crate::common::tagged::{FORMATS, encoded, exif, stored, upright, with_exif};
use crate::common::{Stage, fast, python, root};
use fal_tui::sandbox::{Options, Scenario};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat};
use moxcms::ColorProfile;
use serde_json::{Value, json};

fn webp(picture: &DynamicImage, exif: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut made);
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.write_image(picture.as_bytes(), picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
    made
}

/// Pictures of every kind that both can read, in a folder.
fn corpus(stage: &Stage) {
    let write = |name: &str, bytes: Vec<u8>| fs::write(stage.photos().join(name), bytes).unwrap();
    for format in FORMATS {
        for orientation in 1..=8 {
            let bytes = match format {
                // Told of in the file's own head, without which others pass EXIF over.
                ImageFormat::WebP => webp(&stored(orientation), &exif(orientation)),
                _ => with_exif(encoded(&stored(orientation), format), format, &exif(orientation)),
            };
            let extension = format.extensions_str().first().unwrap();
            write(&format!("{orientation}-{extension}.{extension}"), bytes);
        }
    }
    for (name, profile) in [("p3", ColorProfile::new_display_p3()), ("adobe", ColorProfile::new_adobe_rgb())] {
        let (profile, pixels) = (profile.encode().unwrap(), upright().into_rgb8());
        let (mut png, mut jpeg) = (Vec::new(), Vec::new());
        let mut encoder = PngEncoder::new(&mut png);
        encoder.set_icc_profile(profile.clone()).unwrap();
        encoder.write_image(&pixels, 48, 32, ExtendedColorType::Rgb8).unwrap();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
        encoder.set_icc_profile(profile).unwrap();
        encoder.write_image(&pixels, 48, 32, ExtendedColorType::Rgb8).unwrap();
        write(&format!("{name}-png.png"), png);
        write(&format!("{name}-jpeg.jpg"), jpeg);
    }
    let mut cut = upright().into_rgba8();
    for (x, y, pixel) in cut.enumerate_pixels_mut() {
        // An edge that is soft, over eight pixels.
        pixel.0[3] = u8::try_from((x + y).saturating_sub(16) * 32).unwrap_or(u8::MAX);
    }
    let cut = DynamicImage::from(cut);
    write("cut-png.png", encoded(&cut, ImageFormat::Png));
    write("cut-webp.webp", encoded(&cut, ImageFormat::WebP));
    write("grey.png", encoded(&upright().into_luma8().into(), ImageFormat::Png));
    write("grey16.png", encoded(&upright().into_luma16().into(), ImageFormat::Png));
    write("deep.png", encoded(&upright().into_rgb16().into(), ImageFormat::Png));
    for (name, format) in [("bmp", ImageFormat::Bmp), ("tga", ImageFormat::Tga)] {
        write(&format!("plain-{name}.{name}"), encoded(&upright(), format));
    }
    write("plain-ppm.ppm", [b"P6\n48 32\n255\n".as_slice(), upright().into_rgb8().as_raw()].concat());
    let mut tiff = Cursor::new(Vec::new());
    upright().write_to(&mut tiff, ImageFormat::Tiff).unwrap();
    write("plain-tiff.tif", tiff.into_inner());
}

#[test]
fn pillow_sees_in_each_result_what_it_sees_in_its_photo() {
    let Some(python) = python() else {
        println!("skipped: target/datasets has no Python with Pillow; .ci/run makes it");
        return;
    };
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    corpus(&stage);
    let ran = stage.run(&[]);
    ran.assert_status(0);
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    let lines: Vec<Value> = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 24 + 4 + 2 + 3 + 4, "{:?}", ran.stdout);
    let path = |folder: std::path::PathBuf, name: &Value| folder.join(name.as_str().unwrap());
    let pairs: Vec<_> = lines
        .iter()
        .map(|line| (path(stage.photos(), &line["source"]), path(stage.output(), &line["file_name"])))
        .collect();
    let mut looks = Command::new(python)
        .arg(root().join("tests/records/look.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    looks.stdin.take().unwrap().write_all(json!(pairs).to_string().as_bytes()).unwrap();
    let looked = looks.wait_with_output().unwrap();
    assert!(looked.status.success(), "Pillow reads all of them");
    let seen: Vec<Value> = serde_json::from_slice(&looked.stdout).unwrap();
    for ((photo, _), seen) in pairs.iter().zip(&seen) {
        let what = format!("{}: {seen}", photo.display());
        assert_eq!((&seen["sides"], &seen["orientation"]), (&json!([48, 32, 96, 64]), &json!(1)), "{what}");
        // Of 255, in the mean: edges between the quarters are smoothed, and JPEG is not exact.
        assert!(seen["off"].as_f64().unwrap() < 6.0, "{what}");
        assert!(seen["alpha_off"].as_f64().unwrap() < 3.0, "{what}");
    }
}

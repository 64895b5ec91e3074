//! Metadata of photos come back on their results, and what is stripped is neither sent nor written. exiftool, another's
//! reading, says so.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::common::tagged::{FORMATS, assert_upright, encoded, stored, upright, with_exif};
use crate::common::{self, Stage};
use image::ImageFormat;
use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// Runs exiftool, which `.ci/run` installs.
fn exiftool(args: &[&str], file: &Path) -> String {
    let output = Command::new("exiftool").args(args).arg(file).output().expect("exiftool: libimage-exiftool-perl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// All that exiftool reads of a file, by group and tag, as numbers where it has them.
fn tags(file: &Path) -> Value {
    let read: Value = serde_json::from_str(&exiftool(&["-j", "-n", "-G1", "-struct"], file)).unwrap();
    let tags = read.get(0).unwrap().clone();
    for trouble in ["ExifTool:Error", "ExifTool:Warning"] {
        assert!(tags.get(trouble).is_none(), "{}: {}", file.display(), tags[trouble]);
    }
    tags
}

/// A photo that says all that cameras and their owners say, on its side.
fn photo(stage: &Stage, name: &str, format: ImageFormat) {
    let file = stage.photos().join(name);
    fs::write(&file, encoded(&stored(6), format)).unwrap();
    let said = [
        "-q",
        "-overwrite_original",
        "-n",
        "-EXIF:Orientation=6",
        "-EXIF:Make=Maker",
        "-EXIF:Model=Box 3",
        "-EXIF:Software=Firmware 1.2",
        "-EXIF:DateTimeOriginal=2024:05:06 07:08:09",
        "-EXIF:OffsetTimeOriginal=+02:00",
        "-EXIF:ExposureTime=0.004",
        "-EXIF:LensModel=50mm f/2",
        "-EXIF:ExifImageWidth=32",
        "-EXIF:ExifImageHeight=48",
        "-EXIF:GPSLatitude=59.5",
        "-EXIF:GPSLatitudeRef=N",
        "-EXIF:GPSLongitude=10.25",
        "-EXIF:GPSLongitudeRef=E",
        "-EXIF:Copyright=(c) A & B",
        "-XMP-dc:Rights=all <mine>",
        "-XMP-dc:Subject=beach",
        "-XMP-dc:Subject=sea",
        "-XMP-xmp:Rating=4",
        "-XMP-xmp:CreatorTool=Firmware 1.2",
        "-XMP-photoshop:City=Oslo",
    ];
    exiftool(&said, &file);
    if format == ImageFormat::Jpeg {
        exiftool(&["-q", "-overwrite_original", "-IPTC:Keywords=kelp", "-IPTC:City=Oslo", "-IPTC:By-line=Åse"], &file);
    }
    fs::File::options().write(true).open(file).unwrap().set_modified(then()).unwrap();
}

/// When the photos were changed.
fn then() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000)
}

fn is_near(value: &Value, wanted: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - wanted).abs() < 1e-3)
}

#[test]
fn what_a_photo_says_comes_back_and_what_is_no_longer_true_does_not() {
    let stage = Stage::new();
    let names = ["a.jpg", "b.png", "c.webp"];
    for (name, format) in names.into_iter().zip(FORMATS) {
        photo(&stage, name, format);
    }
    let run = stage.run(&[]);
    run.assert_status(0);
    for name in names {
        let job = run.last(name);
        let file = stage.output().join(job["output"].as_str().unwrap());
        assert_upright(&image::open(&file).unwrap(), name);
        let tags = tags(&file);
        let said = |tag: &str, wanted: Value| assert_eq!(tags[tag], wanted, "{name}: {tag} in {tags:#}");
        said("IFD0:Orientation", 1.into());
        said("IFD0:Make", "Maker".into());
        said("IFD0:Model", "Box 3".into());
        said("IFD0:Copyright", "(c) A & B".into());
        said("IFD0:Software", concat!("fal-tui ", env!("CARGO_PKG_VERSION")).into());
        said("ExifIFD:DateTimeOriginal", "2024:05:06 07:08:09".into());
        said("ExifIFD:OffsetTimeOriginal", "+02:00".into());
        said("ExifIFD:LensModel", "50mm f/2".into());
        said("ExifIFD:ExifImageWidth", 96.into());
        said("ExifIFD:ExifImageHeight", 64.into());
        assert!(is_near(&tags["ExifIFD:ExposureTime"], 0.004) && is_near(&tags["GPS:GPSLatitude"], 59.5), "{tags:#}");
        said("XMP-dc:Rights", "all <mine>".into());
        said("XMP-dc:Subject", serde_json::json!(["beach", "sea"]));
        said("XMP-xmp:Rating", 4.into());
        said("XMP-photoshop:City", "Oslo".into());
        said("XMP-xmp:CreatorTool", concat!("fal-tui ", env!("CARGO_PKG_VERSION")).into());
        said("XMP-tiff:Orientation", 1.into());
        let source = tags["XMP-iptcExt:DigitalSourceType"].as_str().unwrap();
        assert!(source.ends_with("/compositeWithTrainedAlgorithmicMedia"), "{source}");
        said("XMP-faltui:Model", "fal-ai/flux-vision-upscaler".into());
        said("XMP-faltui:Seed", job["seed"].clone());
        said("XMP-faltui:RequestId", job["request_id"].clone());
        let params: Value = serde_json::from_str(tags["XMP-faltui:Parameters"].as_str().unwrap()).unwrap();
        assert!(params.get("upscale_factor").is_some(), "{params}");
        if name == "a.jpg" {
            said("IPTC:Keywords", "kelp".into());
            said("XMP-dc:Creator", serde_json::json!(["Åse"]));
        }
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), then(), "as old as its photo");
        assert_eq!(fs::metadata(&file).unwrap().len(), bytes_on_record(&stage, name), "{name}");
    }
    // All of it is known as done: nothing is sent again.
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3);
}

#[test]
fn what_iptc_says_is_there_too_in_formats_that_hold_no_iptc() {
    let formats: &[&str] = if cfg!(feature = "avif") { &["webp", "avif"] } else { &["webp"] };
    for (format, strip) in formats.iter().flat_map(|format| [(*format, "none"), (*format, "gps")]) {
        let stage = Stage::new();
        let file = stage.photos().join("a.jpg");
        fs::write(&file, encoded(&upright(), ImageFormat::Jpeg)).unwrap();
        let said = ["-IPTC:City=Bodø", "-IPTC:CopyrightNotice=A & B", "-IPTC:Headline=Sea", "-IPTC:Keywords=kelp"];
        exiftool(&[&["-q", "-overwrite_original", "-CodedCharacterSet=utf8"], &said[..]].concat(), &file);
        let job = stage.run(&["--format", format, "--strip", strip]).last("a.jpg");
        let tags = tags(&stage.output().join(job["output"].as_str().unwrap()));
        assert_eq!(tags["XMP-dc:Rights"], "A & B", "{tags:#}");
        assert_eq!(
            (&tags["XMP-photoshop:Headline"], &tags["XMP-dc:Subject"]),
            (&"Sea".into(), &serde_json::json!(["kelp"]))
        );
        let city = if strip == "none" { "Bodø".into() } else { Value::Null };
        assert_eq!(tags["XMP-photoshop:City"], city, "{format} {strip}");
    }
}

fn bytes_on_record(stage: &Stage, name: &str) -> u64 {
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    let mut lines = records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.find(|line| line["source"] == name).unwrap()["bytes"].as_u64().unwrap()
}

#[test]
fn places_are_not_written_where_they_are_not_wanted_nor_is_anything() {
    for (strip, keeps_camera) in [("gps", true), ("all", false)] {
        let stage = Stage::new();
        photo(&stage, "a.jpg", ImageFormat::Jpeg);
        let run = stage.run(&["--strip", strip, "--keep-time=false"]);
        run.assert_status(0);
        let file = stage.output().join("a.png");
        let tags = tags(&file);
        let has = |start: &str| tags.as_object().unwrap().keys().any(|tag| tag.starts_with(start));
        assert!(
            !has("GPS:") && tags.get("XMP-photoshop:City").is_none() && tags.get("IPTC:City").is_none(),
            "{tags:#}"
        );
        assert_eq!(tags.get("IFD0:Make").is_some(), keeps_camera, "{tags:#}");
        assert_eq!(has("XMP-"), keeps_camera, "{tags:#}");
        assert!(fs::metadata(&file).unwrap().modified().unwrap() > then() + Duration::from_hours(24));
    }
}

/// The files that the sandbox was given, by the photos they are of.
fn sent(stage: &Stage) -> Vec<(String, Vec<u8>)> {
    stage.runtime.block_on(async {
        let ledger = stage.dir.path().join(".local/state/fal-tui/ledger.db");
        let mut ledger = SqliteConnectOptions::new().filename(ledger).connect().await.unwrap();
        let query = "SELECT CAST(path AS TEXT), upload_url FROM jobs WHERE upload_url IS NOT NULL";
        let rows: Vec<(String, String)> = sqlx::query_as(query).fetch_all(&mut ledger).await.unwrap();
        let mut files = Vec::new();
        for (path, url) in rows {
            files.push((path, reqwest::get(url).await.unwrap().bytes().await.unwrap().to_vec()));
        }
        files
    })
}

#[test]
fn what_is_stripped_is_not_sent_either() {
    for (strip, says_more) in [("none", true), ("gps", true), ("all", false)] {
        let stage = Stage::new();
        for (name, format) in ["a.jpg", "b.png", "c.webp"].into_iter().zip(FORMATS) {
            photo(&stage, name, format);
            exiftool(&["-q", "-overwrite_original", "-n", "-Orientation=1"], &stage.photos().join(name));
        }
        let mut avif = fs::read(common::root().join("tests/cases/sideways-irot.avif")).unwrap();
        let turn = avif.windows(4).position(|name| name == b"irot").unwrap();
        avif[turn + 4] = 0;
        fs::write(stage.photos().join("d.avif"), avif).unwrap();
        exiftool(&["-q", "-overwrite_original", "-n", "-EXIF:Orientation=1"], &stage.photos().join("d.avif"));
        stage.run(&["--strip", strip, "--exclude", "*.xmp"]).assert_status(0);
        let sent = sent(&stage);
        assert_eq!(sent.len(), 4);
        for (name, bytes) in sent {
            let file = stage.dir.path().join(format!("sent-{name}"));
            fs::write(&file, &bytes).unwrap();
            let tags = tags(&file);
            let has = |start: &str| tags.as_object().unwrap().keys().any(|tag| tag.starts_with(start));
            assert_eq!(has("GPS:") || tags.get("XMP-photoshop:City").is_some(), strip == "none", "{name}: {tags:#}");
            assert_eq!(has("IFD0:Copyright"), says_more, "{name}: {tags:#}");
            if strip == "none" {
                assert_eq!(bytes, fs::read(stage.photos().join(&name)).unwrap(), "{name}: byte for byte as it is");
            }
            let photo = fs::read(stage.photos().join(&name)).unwrap();
            if name != "d.avif" {
                assert_eq!(
                    image::load_from_memory(&bytes).unwrap(),
                    image::load_from_memory(&photo).unwrap(),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn metadata_that_make_no_sense_are_no_reason_to_lose_a_picture() {
    let stage = Stage::new();
    // A directory that leads into itself.
    let block = b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0";
    let bytes = with_exif(encoded(&stored(1), ImageFormat::Jpeg), ImageFormat::Jpeg, block);
    fs::write(stage.photos().join("a.jpg"), bytes).unwrap();
    stage.run(&[]).assert_status(0);
    assert_upright(&image::open(stage.output().join("a.png")).unwrap(), "a.jpg");
}

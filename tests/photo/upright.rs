//! Photos that are not stored upright go to fal upright, for it may look at pixels alone; all others go as they are.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use crate::common::tagged::{FORMATS, assert_upright, encoded, exif, stored, with_exif};
use crate::common::{Stage, fast};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::Value;

fn harsh() -> Stage {
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    Stage::with(Options { scenario: Some(scenario), ..fast() })
}

#[test]
fn all_orientations_come_back_upright_from_a_service_that_sees_pixels_only() {
    let stage = harsh();
    let mut names = Vec::new();
    for format in FORMATS {
        for orientation in 1..=8 {
            let extension = format.extensions_str().first().unwrap();
            let name = format!("{orientation}.{extension}");
            let bytes = with_exif(encoded(&stored(orientation), format), format, &exif(orientation));
            fs::write(stage.photos().join(&name), bytes).unwrap();
            names.push(name);
        }
    }
    let run = stage.run(&[]);
    run.assert_status(0);
    for name in names {
        let job = run.last(&name);
        assert_eq!(job["state"], "DONE", "{job}");
        assert_eq!((&job["width"], &job["height"]), (&96.into(), &64.into()), "{name}");
        let picture = image::open(stage.output().join(job["output"].as_str().unwrap())).unwrap();
        assert_upright(&picture, &name);
    }
    // What a photo is, is its own file, whatever was sent for it.
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    for line in records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let source = stage.photos().join(line["source"].as_str().unwrap());
        let content = blake3::hash(&fs::read(source).unwrap()).to_hex();
        assert_eq!(line["source_blake3"], content.as_str(), "{line}");
    }
    let again = stage.run(&[]);
    again.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 24, "none is paid for again");
}

#[test]
fn a_kind_service_turns_nothing_a_second_time() {
    let stage = Stage::new();
    let format = image::ImageFormat::Jpeg;
    fs::write(stage.photos().join("a.jpg"), with_exif(encoded(&stored(6), format), format, &exif(6))).unwrap();
    let run = stage.run(&[]);
    run.assert_status(0);
    assert_upright(&image::open(stage.output().join("a.png")).unwrap(), "a.jpg");
}

#[cfg(feature = "avif")]
#[test]
fn avif_that_is_turned_by_its_container_comes_back_upright() {
    use fal_tui::picture;

    let stage = harsh();
    fs::copy(crate::common::root().join("tests/cases/sideways-irot.avif"), stage.photos().join("a.avif")).unwrap();
    for flags in [&[][..], &["--format", "avif", "-o", "as-avif"]] {
        let ran = stage.run(flags);
        ran.assert_status(0);
        let job = ran.last("a.avif");
        assert_eq!((&job["width"], &job["height"]), (&192.into(), &128.into()), "{job}");
        let output = flags.last().map_or_else(|| stage.output(), |name| stage.dir.path().join(name));
        let bytes = fs::read(output.join(job["output"].as_str().unwrap())).unwrap();
        let header = picture::header(std::io::Cursor::new(&bytes)).unwrap();
        let shown = picture::stored(&bytes, &header).unwrap().into_rgb8();
        // The yellow bar is at the top.
        let [red, green, blue] = shown.get_pixel(96, 4).0;
        assert!(red > 150 && green > 150 && blue < 100, "{flags:?}: {red}, {green}, {blue}");
    }
}

#[test]
fn one_that_cannot_be_decoded_says_so_and_costs_nothing() {
    let stage = harsh();
    let format = image::ImageFormat::Png;
    let mut bytes = with_exif(encoded(&stored(6), format), format, &exif(6));
    let data = bytes.windows(4).position(|name| name == b"IDAT").unwrap();
    bytes.get_mut(data + 6..data + 30).unwrap().fill(0x55);
    fs::write(stage.photos().join("a.png"), bytes).unwrap();
    let run = stage.run(&[]);
    run.assert_status(1);
    let job = run.last("a.png");
    assert_eq!((&job["state"], &job["cause"]["kind"]), (&"FAILED".into(), &"local_file".into()), "{job}");
    assert!(job["cause"]["message"].as_str().unwrap().contains("cannot be turned upright or converted"), "{job}");
    assert_eq!(stage.stats()["accepted"], 0);
}

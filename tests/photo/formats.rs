//! Results in the format and under the names that were wished for, with their metadata; what would meet is not paid for.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Cursor;
use std::path::Path;

use crate::common::tagged::{assert_upright, encoded, exif, upright, with_exif};
use crate::common::{Stage, run};
use fal_tui::picture;
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

fn write(stage: &Stage, name: &str, bytes: Vec<u8>) {
    let path = stage.photos().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn photo(format: ImageFormat) -> Vec<u8> {
    encoded(&upright(), format)
}

fn opened(path: &Path) -> (ImageFormat, DynamicImage) {
    let bytes = fs::read(path).unwrap();
    let format = image::guess_format(&bytes).unwrap();
    if format == ImageFormat::Avif {
        let header = picture::header(Cursor::new(&bytes)).unwrap();
        return (format, picture::stored(&bytes, &header).unwrap());
    }
    (format, image::load_from_memory(&bytes).unwrap())
}

/// Whether a file says of itself what its photo did, and how it was made.
fn is_dressed(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    has(b"II*\0") && has(b"DigitalSourceType")
}

#[test]
fn who_goes_on_with_a_batch_by_its_number_writes_as_it_was_begun() {
    let stage = Stage::scenario("fails_twice");
    write(&stage, "faulty.jpg", with_exif(photo(ImageFormat::Jpeg), ImageFormat::Jpeg, &exif(1)));
    let args = ["--format", "webp", "--name", "{stem}-{model}", "--strip", "all", "--report", "html", "--retries", "0"];
    stage.run(&args).assert_status(1);
    run(&mut stage.command(&["retry", "1", "--json", "--yes", "--retries", "1"])).assert_status(0);
    let path = stage.output().join("faulty-flux-vision-upscaler.webp");
    assert_eq!((opened(&path).0, is_dressed(&path)), (ImageFormat::WebP, false));
    let page = stage.output().join("report.html");
    fs::remove_file(&page).unwrap();
    run(&mut stage.command(&["report", "1"])).assert_status(0);
    assert!(page.is_file());
}

#[test]
fn results_are_written_in_one_format_with_their_metadata() {
    for (name, format) in [
        ("jpeg", ImageFormat::Jpeg),
        ("webp", ImageFormat::WebP),
        ("png", ImageFormat::Png),
        #[cfg(feature = "avif")]
        ("avif", ImageFormat::Avif),
    ] {
        let stage = Stage::new();
        write(&stage, "a.jpg", with_exif(photo(ImageFormat::Jpeg), ImageFormat::Jpeg, &exif(1)));
        let ran = stage.run(&["--format", name, "--quality", "95"]);
        ran.assert_status(0);
        let path = stage.output().join(ran.last("a.jpg")["output"].as_str().unwrap());
        let (found, picture) = opened(&path);
        assert_eq!(found, format);
        assert_eq!((picture.width(), picture.height()), (96, 64));
        assert_upright(&picture, name);
        assert!(is_dressed(&path), "{name}");
        let line = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["bytes"], fs::metadata(&path).unwrap().len());
        stage.run(&["--format", name, "--quality", "95"]).assert_status(0);
        assert_eq!(stage.stats()["accepted"], 1);
    }
}

#[test]
fn the_same_format_is_the_photos_own_where_it_can_be_written() {
    let stage = Stage::new();
    write(&stage, "a.jpg", photo(ImageFormat::Jpeg));
    write(&stage, "b.webp", photo(ImageFormat::WebP));
    write(&stage, "c.tif", photo(ImageFormat::Tiff));
    write(&stage, "d.gif", photo(ImageFormat::Gif));
    let ran = stage.run(&["--format", "same"]);
    ran.assert_status(0);
    for (name, output) in [("a.jpg", "a.jpg"), ("b.webp", "b.webp"), ("c.tif", "c.png"), ("d.gif", "d.png")] {
        assert_eq!(ran.last(name)["output"], output);
        assert_upright(&opened(&stage.output().join(output)).1, name);
    }
}

#[test]
fn names_are_as_wished_and_what_would_meet_is_not_sent() {
    let stage = Stage::new();
    write(&stage, "x/a.png", photo(ImageFormat::Png));
    write(&stage, "y/A.png", encoded(&upright().fliph(), ImageFormat::Png));
    write(&stage, "y/b.png", encoded(&upright().flipv(), ImageFormat::Png));
    let flags = ["--name", "flat/{stem}-{factor}x.{ext}"];
    let planned = run(stage.command(&["plan", "--json"]).args(flags).arg(stage.photos()));
    planned.assert_status(0);
    let plan: Value = serde_json::from_str(planned.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(plan["photos"], 2);
    let reason = "its result would have the name of another one's: --name tells them not apart";
    assert_eq!(plan["skipped"], json!([{"path": "y/A.png", "reason": reason}]));
    assert!(plan["notes"].as_array().unwrap().contains(&json!("results are called flat/{stem}-{factor}x.{ext}")));

    let ran = stage.run(&flags);
    ran.assert_status(0);
    assert_eq!(ran.last("x/a.png")["output"], "flat/a-2x.png");
    assert_eq!(ran.last("y/b.png")["output"], "flat/b-2x.png");
    assert!(stage.output().join("flat/b-2x.txt").is_file(), "its caption has the same name");
    stage.run(&flags).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
    // What its request alone has tells any apart.
    let elsewhere = stage.dir.path().join("elsewhere");
    let ran = stage.run(&["-o", elsewhere.to_str().unwrap(), "--name", "{stem}_{request_id}"]);
    ran.assert_status(0);
    let job = ran.last("y/A.png");
    let output = job["output"].as_str().unwrap();
    assert!(output.starts_with("A_") && output.contains(job["request_id"].as_str().unwrap()), "{job}");
    assert!(elsewhere.join(output).is_file());
}

#[test]
fn what_cannot_be_had_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    write(&stage, "a.png", photo(ImageFormat::Png));
    for (flags, word) in [
        (["--format", "tiff"], "takes result, same, png"),
        (["--quality", "0"], "takes 1 to 100"),
        (["--name", "../{stem}"], "leads out of the output folder"),
        (["--name", "{nonsense}"], "stands for nothing"),
    ] {
        let ran = stage.run(&flags);
        ran.assert_status(2);
        assert!(ran.stderr.contains(word), "{}", ran.stderr);
    }
    assert_eq!(stage.stats()["accepted"], 0);
}

#[test]
fn a_transparent_result_is_not_flattened_without_a_word() {
    let stage = Stage::new();
    let is_inside = |x, y| (12..36).contains(&x) && (8..24).contains(&y);
    let subject = |x, y| image::Rgb(if is_inside(x, y) { [200, 30, 30] } else { [240; 3] });
    write(&stage, "a.png", encoded(&image::RgbImage::from_fn(48, 32, subject).into(), ImageFormat::Png));
    let ran = stage.run(&["-m", "fal-ai/birefnet/v2", "--format", "jpeg"]);
    ran.assert_status(0);
    assert_eq!(ran.last("a.png")["output"], "a.png");
    let said = ran
        .events()
        .into_iter()
        .filter(|event| event["event"] == "log")
        .any(|event| event["message"].as_str().unwrap().contains("which JPEG does not hold"));
    assert!(said, "{}", ran.stdout);
}

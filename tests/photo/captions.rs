//! Captions for training sets and for catalogues: framed, stripped, merged into sidecars and pictures, as other programs
//! read them.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::tagged::{assert_upright, encoded, upright};
use crate::common::{Stage, fast, run};
use base64::Engine as _;
use fal_tui::sandbox::{Options, Scenario};
use image::ImageFormat;
use serde_json::Value;

/// All that exiftool reads of a file, which `.ci/run` installs.
fn tags(file: &Path) -> Value {
    let read = Command::new("exiftool").args(["-j", "-G1"]).arg(file).output().expect("exiftool");
    let tags: Value = serde_json::from_slice(&read.stdout).unwrap();
    let tags = tags[0].clone();
    for trouble in ["ExifTool:Error", "ExifTool:Warning"] {
        assert!(tags.get(trouble).is_none(), "{}: {}", file.display(), tags[trouble]);
    }
    tags
}

fn put(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

const DARKTABLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/"
   xmp:Rating="4" darktable:xmp_version="5" darktable:auto_presets_applied="1">
   <darktable:masks_history><rdf:Seq/></darktable:masks_history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"#;

#[test]
fn captions_are_framed_everywhere_and_made_again_otherwise_without_paying() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "sub/cat.png").photo("coffee.png", "cup.png");
    put(&stage.output().join("cup.txt"), "my cup\n");
    let args = [
        "--captions",
        "txt,csv",
        "--caption-prefix",
        "zwx, ",
        "--caption-strip",
        "sandbox",
        "--caption-ext",
        "caption",
    ];
    stage.run(&args).assert_status(0);
    let read = |name: &str| fs::read_to_string(stage.output().join(name)).unwrap();
    let caption = read("sub/cat.caption");
    assert!(caption.starts_with("zwx, ") && !caption.to_lowercase().contains("sandbox"), "{caption}");
    let line: Value =
        serde_json::from_str(read("metadata.jsonl").lines().find(|line| line.contains("\"sub/cat.png\"")).unwrap())
            .unwrap();
    assert_eq!(line["text"], caption.trim_end());
    assert!(line["said"].as_str().unwrap().to_lowercase().contains("sandbox"), "{line}");
    let mut table = csv::Reader::from_path(stage.output().join("captions.csv")).unwrap();
    assert_eq!(table.headers().unwrap(), vec!["file_name", "text"]);
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| &row[0] == "sub/cat.png" && &row[1] == caption.trim_end()), "{rows:?}");

    // The batch's captions once more, otherwise.
    let paid = stage.stats()["submits"].clone();
    let kept = run(&mut stage.command(&["report", "1", "--caption-ext", "txt"]));
    assert!(kept.stdout.contains("cup.png: a caption by another hand is kept"), "{}", kept.stdout);
    assert_eq!(read("cup.txt"), "my cup\n");
    let otherwise =
        ["report", "1", "--caption-ext", "txt", "--caption-suffix", " (film)", "--caption-existing", "append"];
    run(&mut stage.command(&otherwise)).assert_status(0);
    let cat = read("sub/cat.txt");
    assert!(cat.starts_with("zwx, ") && cat.ends_with(" (film)\n"), "what is not said is the batch's: {cat}");
    let cup = read("cup.txt");
    assert!(cup.starts_with("my cup, ") && cup.ends_with(" (film)\n"), "{cup}");
    run(&mut stage.command(&otherwise)).assert_status(0);
    assert_eq!(read("cup.txt"), cup, "a second time changes nothing");
    assert_eq!(stage.stats()["submits"], paid);
}

#[test]
fn sidecars_of_other_programs_lose_nothing_and_say_more() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    let theirs = stage.output().join("cat.png.xmp");
    put(&theirs, DARKTABLE);
    let before = tags(&theirs);
    stage.run(&["--captions", "xmp", "--keywords", "Oslo,red & white"]).assert_status(0);
    let after = tags(&theirs);
    for (name, value) in before.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("XMP")) {
        assert_eq!(after[name], *value, "{name}");
    }
    assert!(!stage.output().join("cat.xmp").exists(), "it is in darktable's");
    for file in [theirs, stage.output().join("cup.xmp")] {
        let tags = tags(&file);
        let text = tags["XMP-dc:Description"].as_str().unwrap_or_else(|| panic!("{tags:#}"));
        assert_eq!(tags["XMP-iptcCore:AltTextAccessibility"], text);
        assert_eq!(tags["XMP-dc:Subject"], serde_json::json!(["Oslo", "red & white"]));
    }
}

#[test]
fn a_caption_in_the_picture_stands_beside_what_the_photo_says() {
    let stage = Stage::new();
    for name in ["a.jpg", "by-hand.jpg"] {
        stage.photo("retina.jpg", name);
    }
    let said = ["-q", "-overwrite_original", "-XMP-dc:Rights=mine", "-XMP-dc:Description=My <eye>"];
    assert!(Command::new("exiftool").args(said).arg(stage.photos().join("by-hand.jpg")).status().unwrap().success());
    stage.run(&["--captions", "embed", "--format", "jpeg", "--caption-prefix", "a & b: "]).assert_status(0);
    let plain = tags(&stage.output().join("a.jpg"));
    let text = plain["XMP-dc:Description"].as_str().unwrap();
    assert!(text.starts_with("a & b: "), "{text}");
    assert_eq!(plain["XMP-iptcCore:AltTextAccessibility"], text);
    assert!(plain.get("XMP-dc:Subject").is_none(), "keywords only if asked");
    let by_hand = tags(&stage.output().join("by-hand.jpg"));
    assert_eq!((&by_hand["XMP-dc:Rights"], &by_hand["XMP-dc:Description"]), (&"mine".into(), &"My <eye>".into()));
    assert_eq!(by_hand["XMP-iptcCore:AltTextAccessibility"], text);
    assert!(!stage.output().join("a.txt").exists());
}

#[test]
fn a_caption_of_a_megabyte_is_cut_and_costs_no_picture() {
    let png = base64::engine::general_purpose::STANDARD.encode(encoded(&upright(), ImageFormat::Png));
    let (caption, image) = ("a cat, ".repeat(150_000), format!("data:image/png;base64,{png}"));
    let answer = serde_json::json!({"caption": caption, "image": {"url": image}}).to_string();
    let scenario = format!("[[fault]]\ncall = \"result\"\nbody = '{answer}'\n");
    let scenario = Some(Scenario::parse(&scenario, "at length").unwrap());
    for format in ["jpeg", "webp", "png"] {
        let stage = Stage::with(Options { scenario: scenario.clone(), ..fast() });
        fs::write(stage.photos().join("a.png"), encoded(&upright(), ImageFormat::Png)).unwrap();
        let ran = stage.run(&["--captions", "txt,xmp,embed,csv", "--format", format]);
        let job = ran.last("a.png");
        let picture = stage.output().join(job["output"].as_str().unwrap_or_else(|| panic!("{job}")));
        assert_upright(&image::open(&picture).unwrap(), format);
        let text = fs::read_to_string(stage.output().join("a.txt")).unwrap();
        assert!(text.len() < 66_000 && text.starts_with("a cat, "), "{}", text.len());
        assert!(tags(&stage.output().join("a.xmp"))["XMP-dc:Description"].as_str().unwrap().starts_with("a cat, "));
        tags(&picture);
        let notes = ran.events().into_iter().filter(|event| event["event"] == "log");
        let is_said = |log: &Value| log["message"] == "the caption is not in the picture: it is too long";
        assert_eq!(notes.filter(is_said).count(), 1, "{format}");
    }
}

#[test]
fn a_pattern_or_an_extension_that_is_none_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(1);
    for (flag, value, why) in [
        ("--caption-strip", "(", "takes a regular expression, or `openings`"),
        ("--caption-ext", "png", "takes letters and digits that no picture or record ends with"),
        ("--caption-existing", "maybe", "takes skip, overwrite, append or prepend"),
    ] {
        let run = stage.run(&[flag, value]);
        run.assert_status(2);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
    assert_eq!(stage.stats()["submits"], 0);
}

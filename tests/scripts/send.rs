//! Photos in the request itself, where fal's storage cannot be reached: the same jobs, at the same price, paid for once.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::io::Cursor;

use crate::common::tagged::{assert_upright, encoded, exif, stored, with_exif};
use crate::common::{Run, Stage, fast, run, size};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::{Value, json};

const INLINE: [&str; 2] = ["--send", "data-uri"];

fn plan_of(ran: &Run) -> Value {
    ran.events().into_iter().find(|event| event["event"] == "plan").unwrap()
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap_or(0)
}

fn uploads(stage: &Stage) -> u64 {
    stage.stats()["calls"]["upload"].as_u64().unwrap_or_default()
}

/// Puts a picture into the folder that takes so many bytes.
fn noise(stage: &Stage, name: &str, bytes: usize) {
    let side = u32::try_from((bytes / 3).isqrt() + 16).unwrap();
    let picture = image::RgbImage::from_fn(side, side, |x, y| {
        let hash = blake3::hash(&(u64::from(x) << 32 | u64::from(y)).to_le_bytes());
        image::Rgb([hash.as_bytes()[0], hash.as_bytes()[1], hash.as_bytes()[2]])
    });
    let mut made = Cursor::new(Vec::new());
    picture.write_to(&mut made, image::ImageFormat::Png).unwrap();
    assert!(made.get_ref().len() > bytes);
    fs::write(stage.photos().join(name), made.into_inner()).unwrap();
}

#[test]
fn photos_go_in_their_requests_and_are_the_same_jobs_as_if_they_had_been_uploaded() {
    let stage = Stage::new();
    stage.small_photos(3);
    let ran = stage.run(&INLINE);
    ran.assert_status(0);
    let plan = plan_of(&ran);
    assert_eq!(plan["ways"], json!({ "upload": 0, "data_uri": 3, "url": 0 }));
    let said = json!("3 sent in the request itself, as data URIs");
    assert!(plan["notes"].as_array().unwrap().contains(&said), "{plan}");
    assert_eq!((accepted(&stage), uploads(&stage)), (3, 0));
    assert_eq!(size(&stage.output().join("small-1.png")), (48, 32));
    // Nothing of it is paid for again: by the same command, and in another folder by what the ledger knows.
    stage.run(&[]).assert_status(0);
    let elsewhere = stage.dir.path().join("elsewhere");
    let other = stage.run(&["-o", elsewhere.to_str().unwrap()]);
    assert_eq!((other.summary()["done"].clone(), accepted(&stage), uploads(&stage)), (json!(3), 3, 0));
    // The ledger does not hold the pictures.
    let ledger = stage.dir.path().join(".local/state/fal-tui");
    let text: Vec<u8> = fs::read_dir(ledger)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .flat_map(|path| fs::read(path).unwrap())
        .collect();
    let holds = |wanted: &[u8]| text.windows(wanted.len()).any(|window| window == wanted);
    assert!(holds(b"data:image/png;blake3=") && !holds(b"data:image/png;base64"));
}

#[test]
fn what_has_to_be_turned_is_turned_before_it_goes_into_the_request() {
    let scenario = Scenario::parse("keeps = \"nothing\"", "harsh").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    let format = image::ImageFormat::Jpeg;
    fs::write(stage.photos().join("a.jpg"), with_exif(encoded(&stored(6), format), format, &exif(6))).unwrap();
    let ran = stage.run(&INLINE);
    ran.assert_status(0);
    let job = ran.last("a.jpg");
    assert_upright(&image::open(stage.output().join(job["output"].as_str().unwrap())).unwrap(), "a.jpg");
    assert_eq!((accepted(&stage), uploads(&stage)), (1, 0));
}

#[test]
fn what_is_too_large_is_told_on_the_plan_and_not_sent() {
    let stage = Stage::new();
    noise(&stage, "large.png", 3 << 20);
    noise(&stage, "fits.png", 2 << 20);
    let ran = stage.run(&INLINE);
    ran.assert_status(0);
    let reason = "too large for a data URI, which takes 3 MiB: --send upload takes any";
    assert_eq!(plan_of(&ran)["skipped"], json!([{ "path": "large.png", "reason": reason }]));
    assert_eq!((ran.summary()["done"].clone(), accepted(&stage), uploads(&stage)), (json!(1), 1, 0));
}

#[test]
fn a_lost_reply_is_found_by_what_was_sent_and_asked_and_is_never_paid_for_twice() {
    let scenario = "[[fault]]\ncall = \"submit\"\nfirst = 1\ndrop = \"after\"\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "lost").unwrap()), ..fast() });
    stage.small_photos(3);
    let ran = stage.run(&INLINE);
    ran.assert_status(0);
    assert_eq!((ran.summary()["done"].clone(), accepted(&stage)), (json!(3), 3), "{}", ran.stderr);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn a_mask_goes_along_in_the_request_as_well() {
    let stage = Stage::new();
    stage.small_photos(2);
    let mask = stage.dir.path().join("mask.png");
    image::GrayImage::from_fn(24, 16, |x, _| image::Luma([if x < 12 { 255 } else { 0 }])).save(&mask).unwrap();
    let mask = format!("mask_url=@{}", mask.display());
    let model = ["-m", "fal-ai/flux-pro/v1/fill", "-p", "prompt=red", "-p", "output_format=png", "-p", &mask];
    let ran = stage.run(&[&INLINE[..], &model].concat());
    ran.assert_status(0);
    assert_eq!((ran.summary()["done"].clone(), uploads(&stage)), (json!(2), 0));
}

#[test]
fn what_has_no_url_is_not_sent_by_it() {
    let stage = Stage::new();
    stage.small_photos(1);
    let ran = stage.run(&["--send", "url"]);
    ran.assert_status(0);
    let plan = plan_of(&ran);
    assert_eq!((&plan["photos"], accepted(&stage)), (&json!(0), 0));
    assert!(plan["skipped"][0]["reason"].as_str().unwrap().contains("no URL that fal could fetch"), "{plan}");
    let ran = run(stage.command(&["--send", "pigeon"]).arg(stage.photos()));
    ran.assert_status(2);
    assert!(ran.stderr.contains("`--send pigeon`: takes upload, data-uri or url"), "{}", ran.stderr);
}

#[test]
fn what_was_lost_with_the_ledger_is_recovered_by_what_the_requests_held() {
    let stage = Stage::new();
    let mut made = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(24, 16, image::Rgb([9, 99, 200]))
        .write_to(&mut made, image::ImageFormat::Jpeg)
        .unwrap();
    let made = made.into_inner();
    // Eight of 2 MB each: a page of fal's history would be too long to be taken with all of them in it.
    for n in 0..8 {
        let mut bytes = made[..2].to_vec();
        for _ in 0..32 {
            bytes.extend([0xff, 0xed, 0xff, 0xff]);
            bytes.extend(vec![n; 0xfffd]);
        }
        bytes.extend(&made[2..]);
        fs::write(stage.photos().join(format!("{n}.jpg")), bytes).unwrap();
    }
    stage.run(&INLINE).assert_status(0);
    let paid = accepted(&stage);
    assert_eq!((paid, uploads(&stage)), (8, 0));
    fs::remove_dir_all(stage.dir.path().join(".local/state/fal-tui")).unwrap();
    fs::remove_dir_all(stage.output()).unwrap();
    let told = run(stage.command(&["recover", "--json"]).arg(stage.photos()));
    told.assert_status(0);
    assert_eq!(told.events().pop().unwrap()["results"]["saved"], 8, "{}", told.stdout);
    assert_eq!(stage.run(&INLINE).summary()["done"], 8);
    assert_eq!(accepted(&stage), paid);
}

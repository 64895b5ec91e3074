//! The main job: a folder goes in, enlarged pictures and captions come out, and nothing is paid
//! for twice.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::common::{Stage, fast, run, size, start};
use fal_tui::sandbox::Options;
use serde_json::Value;

/// The real photos, by name, with their sizes in px.
const PHOTOS: [(&str, (u32, u32)); 4] = [
    ("chelsea.png", (451, 300)),
    ("coffee.png", (600, 400)),
    ("space/rocket.jpg", (640, 427)),
    ("textures/grass.png", (512, 512)),
];

fn with_photos() -> Stage {
    let stage = Stage::new();
    for (name, _) in PHOTOS {
        stage.photo(name, name);
    }
    stage
}

#[test]
fn every_photo_comes_back_twice_the_size_with_a_caption_and_is_never_sent_again() {
    let stage = with_photos();
    let first = stage.run(&[]);
    first.assert_status(0);
    for (name, (width, height)) in PHOTOS {
        let picture = stage.output().join(name).with_extension("png");
        assert_eq!(size(&picture), (2 * width, 2 * height), "{name}");
        let caption = fs::read_to_string(picture.with_extension("txt")).unwrap();
        assert!(caption.contains("sandbox") && caption.ends_with('\n') && caption.lines().count() == 1, "{caption:?}");
        assert_eq!(first.states(name).last().unwrap(), "DONE");
    }
    let summary = first.summary();
    assert_eq!((&summary["done"], &summary["failed"], &summary["exit"]), (&4.into(), &0.into(), &0.into()));
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["leaks"]["count"]), (&4.into(), &0.into()), "{stats:#}");
    // What we say that it cost is what was billed.
    let (ours, theirs) = (summary["spent_usd"].as_f64().unwrap(), stats["usd"].as_f64().unwrap());
    assert!((ours - theirs).abs() < 0.001, "{ours} and {theirs}");

    let again = stage.run(&[]);
    again.assert_status(0);
    let after = stage.stats();
    for kind in ["upload", "submit", "result", "download"] {
        assert_eq!(after["calls"][kind], stats["calls"][kind], "{kind}");
    }
    assert_eq!(again.summary()["done"], 4);
}

#[test]
fn records_of_the_batch_lie_in_the_top_folder() {
    let stage = with_photos();
    stage.run(&[]).assert_status(0);
    let metadata = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    let lines: Vec<Value> = metadata.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert!(
        lines
            .iter()
            .all(|line| stage.output().join(line["file_name"].as_str().unwrap()).is_file() && line["text"].is_string())
    );
    let mut report = csv::Reader::from_path(stage.output().join("report.csv")).unwrap();
    assert_eq!(
        report.headers().unwrap(),
        vec![
            "path",
            "state",
            "output",
            "width",
            "height",
            "seed",
            "cost_usd",
            "attempts",
            "request_id",
            "cause",
            "caption",
            "params",
            "service",
            "stars",
            "verdict"
        ]
    );
    assert_eq!(report.records().filter(|record| &record.as_ref().unwrap()[1] == "DONE").count(), 4);
}

#[test]
fn captions_and_records_are_written_again_without_asking_fal() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    stage.run(&[]).assert_status(0);
    let caption = fs::read_to_string(stage.output().join("cat.txt")).unwrap();
    fs::remove_file(stage.output().join("cat.txt")).unwrap();
    fs::remove_file(stage.output().join("report.csv")).unwrap();
    fs::write(stage.output().join("cup.txt"), "mine\n").unwrap();
    let calls = stage.stats()["calls"].clone();
    run(&mut stage.command(&["report", "1"])).assert_status(0);
    assert_eq!(fs::read_to_string(stage.output().join("cat.txt")).unwrap(), caption);
    assert_eq!(fs::read_to_string(stage.output().join("cup.txt")).unwrap(), "mine\n", "edited captions stay");
    assert!(stage.output().join("report.csv").is_file());
    assert_eq!(stage.stats()["calls"]["submit"], calls["submit"]);
}

#[test]
fn no_more_requests_are_at_fal_than_the_window_allows() {
    let stage = Stage::with(Options { runners: 64, ..fast() });
    stage.small_photos(20);
    stage.run(&["--concurrency", "3"]).assert_status(0);
    let stats = stage.stats();
    assert_eq!(stats["accepted"], 20);
    assert!(stats["queue"]["most_in_flight"].as_u64().unwrap() <= 3, "{stats:#}");
}

#[test]
fn the_first_photos_are_on_their_way_while_the_rest_is_still_being_found() {
    let stage = Stage::new();
    stage.small_photos(2000);
    let told = stage.run(&["--concurrency", "1", "--budget", "0.1001"]);
    let events = told.events();
    let first_upload = events.iter().position(|event| event["state"] == "UPLOADING").unwrap();
    let planned = events.iter().position(|event| event["event"] == "plan").unwrap();
    assert!(first_upload < planned, "the first upload began only after all photos were found");
}

#[test]
fn names_of_every_kind_are_saved_under_their_true_name_and_shown_cleaned() {
    let stage = Stage::new();
    let names = [
        "Прибой.png",
        "海辺の写真.png",
        "👩🏽‍🚀 moon.png",
        "new\nline.png",
        "esc\u{1b}[2Jape.png",
        "-dash.png",
        "a'b\"c.png",
    ];
    for name in names {
        stage.photo("chelsea.png", name);
    }
    let lines = run(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    lines.assert_status(0);
    assert!(!lines.stdout.contains('\u{1b}'), "an escape byte reached the terminal");
    for name in names {
        assert!(stage.output().join(name).is_file(), "{name:?}");
    }
}

#[test]
fn pictures_that_would_share_a_name_get_their_whole_names() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("space/rocket.jpg", "cat.jpg").photo("coffee.png", "dog.png");
    stage.run(&[]).assert_status(0);
    assert_eq!(size(&stage.output().join("cat.png.png")), (902, 600));
    assert_eq!(size(&stage.output().join("cat.jpg.png")), (1280, 854));
    assert!(stage.output().join("dog.png").is_file());
}

#[test]
fn a_file_that_is_not_ours_is_never_overwritten() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    fs::create_dir(stage.output()).unwrap();
    fs::write(stage.output().join("cat.png"), "precious").unwrap();
    stage.run(&[]).assert_status(0);
    assert_eq!(fs::read(stage.output().join("cat.png")).unwrap(), b"precious");
    assert_eq!(size(&stage.output().join("cat.png.png")), (902, 600));
}

#[test]
fn what_a_killed_run_left_is_picked_up_and_paid_once() {
    let stage = Stage::with(Options { latency: Duration::from_millis(700), runners: 3, ..fast() });
    stage.small_photos(12);
    let args = ["--headless", "--yes", "--concurrency", "6"];
    for done in [2, 6] {
        let mut child = start(stage.command(&args).arg(stage.photos()));
        stage.until("some are done", |stats| stats["billed"].as_u64().unwrap() >= done);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = stage.run(&["--concurrency", "6"]);
    // An intent whose answer the kill swallowed is put before the user, never sent again.
    let unknown = last.summary()["unknown"].as_u64().unwrap();
    assert_eq!(last.summary()["done"].as_u64().unwrap() + unknown, 12, "{}", last.stdout);
    let stats = stage.stats();
    assert_eq!(stats["most_accepted_of_one_input"], 1, "{stats:#}");
    let pictures = fs::read_dir(stage.output())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension() == Some("png".as_ref()));
    assert_eq!(pictures.count() as u64 + unknown, 12);
}

#[test]
fn a_changed_photo_is_a_new_job_and_its_old_picture_gives_way() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    stage.photo("coffee.png", "cat.png");
    stage.run(&[]).assert_status(0);
    assert_eq!(size(&stage.output().join("cat.png")), (1200, 800));
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn other_parameters_are_another_job() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    let larger = stage.dir.path().join("larger");
    stage.run(&["-p", "upscale_factor=3", "-o", larger.to_str().unwrap()]).assert_status(0);
    assert_eq!(size(&larger.join("cat.png")), (1353, 900));
}

#[test]
fn the_key_is_in_no_file_and_no_output() {
    let stage = with_photos();
    let secret = "sandbox-5ecret-key";
    let told = run(stage.command(&["--json", "--yes", "-vv"]).env("FAL_KEY", secret).arg(stage.photos()));
    told.assert_status(0);
    assert!(!told.stdout.contains(secret) && !told.stderr.contains(secret));
    let mut folders = vec![stage.dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert!(!holds(&path, secret.as_bytes()), "the key is in {}", path.display());
            }
        }
    }
}

fn holds(file: &Path, bytes: &[u8]) -> bool {
    fs::read(file).unwrap().windows(bytes.len()).any(|window| window == bytes)
}

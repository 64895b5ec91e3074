//! Giants are reduced before they are sent: to what was wished, at the price of that, and as a job of its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use crate::common::tagged::{assert_upright, encoded, exif, stored, with_exif};
use crate::common::{Stage, run};
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

/// Two photos that are too large, one of them on its side, and one that is not.
fn stage() -> Stage {
    let stage = Stage::new();
    let large = |picture: DynamicImage| {
        let (width, height) = (picture.width() * 10, picture.height() * 10);
        picture.resize_exact(width, height, FilterType::Nearest)
    };
    let write = |name: &str, bytes: Vec<u8>| fs::write(stage.photos().join(name), bytes).unwrap();
    write("large.png", encoded(&large(stored(1)), ImageFormat::Png));
    let lying = encoded(&large(stored(6)), ImageFormat::Jpeg);
    write("lying.jpg", with_exif(lying, ImageFormat::Jpeg, &exif(6)));
    write("small.png", encoded(&stored(1), ImageFormat::Png));
    stage
}

fn plan(stage: &Stage, args: &[&str]) -> Value {
    let all: Vec<&str> = ["plan", "--json"].into_iter().chain(args.iter().copied()).collect();
    let planned = run(stage.command(&all).arg(stage.photos()));
    planned.assert_status(0);
    serde_json::from_str(planned.stdout.lines().next().unwrap()).unwrap()
}

#[test]
fn what_is_too_large_is_reduced_paid_for_so_and_done_by_the_same_flags_alone() {
    let stage = stage();
    let flags = ["--fit-long-edge", "240"];
    let planned = plan(&stage, &flags);
    assert_eq!(planned["reduced"], 2);
    assert!(planned["notes"].as_array().unwrap().contains(&json!("2 reduced before they are sent")), "{planned:#}");
    // 2 × 240×160 and 48×32, each twice as large, at $0.10.
    let estimate = planned["estimate_usd"].as_f64().unwrap();
    assert!((estimate - 0.031_334_4).abs() < 1e-6, "{estimate}");

    let ran = stage.run(&flags);
    ran.assert_status(0);
    for name in ["large.png", "lying.jpg"] {
        let job = ran.last(name);
        assert_eq!((&job["width"], &job["height"]), (&json!(480), &json!(320)), "{job}");
        assert_upright(&image::open(stage.output().join(job["output"].as_str().unwrap())).unwrap(), name);
    }
    assert_eq!(stage.stats()["accepted"], 3);
    stage.run(&flags).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3, "the same command pays nothing");
    // As in a folder of its own, where nothing is known but what the ledger has.
    let elsewhere = stage.dir.path().join("elsewhere");
    let there = ["-o", elsewhere.to_str().unwrap()];
    stage.run(&[&flags[..], &there].concat()).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3, "copies");
    // Without the flags those that were reduced are other jobs; the small one is the same.
    let planned = plan(&stage, &there);
    assert_eq!((&planned["photos"], &planned["duplicates"]), (&json!(2), &json!(1)), "{planned:#}");
    let ran = stage.run(&there);
    ran.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 5);
    assert_eq!(ran.last("large.png")["width"], 960);
}

#[test]
fn results_are_never_larger_than_wished() {
    let stage = stage();
    let ran = stage.run(&["--max-output-mp", "0.1"]);
    ran.assert_status(0);
    for name in ["large.png", "lying.jpg", "small.png"] {
        let job = ran.last(name);
        let pixels = job["width"].as_u64().unwrap() * job["height"].as_u64().unwrap();
        assert!(pixels <= 100_000, "{job}");
        assert!(name == "small.png" || pixels > 95_000, "{job}");
    }
}

#[test]
fn where_nobody_knows_what_comes_back_it_is_refused_before_anything_is_sent() {
    let stage = stage();
    let ran = stage.run(&["-m", "fal-ai/ideogram/upscale", "--max-output-mp", "1"]);
    ran.assert_status(2);
    assert!(ran.stderr.contains("--fit-long-edge can"), "{}", ran.stderr);
    assert_eq!(stage.stats()["accepted"], 0);
}

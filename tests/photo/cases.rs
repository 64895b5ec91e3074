//! Small pictures that went wrong once, through the built program and the sandbox.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use crate::common::{Stage, root};
use serde_json::Value;

/// Runs one picture of `tests/cases` and gives the last that was told of its job.
fn told_of(name: &str) -> Value {
    let stage = Stage::new();
    fs::copy(root().join("tests/cases").join(name), stage.photos().join(name)).unwrap();
    let run = stage.run(&[]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let told = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    told.rev().find(|event| event["event"] == "job").unwrap()
}

#[test]
fn a_black_photo_that_comes_back_black_is_done() {
    assert_eq!(told_of("night-black.jpg")["state"], "DONE");
}

#[test]
fn an_exif_block_with_jpegs_prefix_turns_a_webp_for_everybody() {
    let job = told_of("sideways-prefix.webp");
    assert_eq!((job["width"].as_u64(), job["height"].as_u64()), (Some(192), Some(128)), "{job}");
    assert!(Path::new(job["output"].as_str().unwrap()).extension().is_some());
}

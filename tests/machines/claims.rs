//! Runs at the same time see each other: of one picture only one pays, whatever process it is in.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::common::{self, Stage, fast};
use fal_tui::sandbox::Options;
use serde_json::Value;

const PHOTOS: u32 = 24;

fn stage() -> Stage {
    let stage = Stage::with(Options { latency: Duration::from_millis(1500), runners: 64, ..fast() });
    stage.small_photos(PHOTOS);
    stage
}

fn output(stage: &Stage, n: usize) -> PathBuf {
    stage.dir.path().join(format!("out-{n}"))
}

/// The same photos into a folder of its own.
fn begin(stage: &Stage, n: usize) -> Child {
    let mut command = stage.command(&["--json", "--yes", "-c", "4", "-o"]);
    command.arg(output(stage, n)).arg(stage.photos());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for its end, which has to be a good one; gives its summary.
fn end(run: Child) -> Value {
    let ended = run.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(0), "{stderr}\n{stdout}");
    serde_json::from_str(stdout.lines().last().unwrap()).unwrap()
}

fn pictures(stage: &Stage) -> usize {
    (1..=3).map(|n| common::pictures_in(&output(stage, n))).sum()
}

#[test]
fn three_runs_of_the_same_photos_at_once_pay_once() {
    let stage = stage();
    let runs: Vec<_> = (1..=3).map(|n| begin(&stage, n)).collect();
    let summaries: Vec<_> = runs.into_iter().map(end).collect();
    assert_eq!((&stage.stats()["accepted"], pictures(&stage)), (&PHOTOS.into(), 72));
    let spent: f64 = summaries.iter().map(|summary| summary["spent_usd"].as_f64().unwrap()).sum();
    let paid = stage.stats()["usd"].as_f64().unwrap();
    assert!((spent - paid).abs() < 0.001, "what is copied costs nothing: {spent} and {paid}");
}

#[test]
fn what_a_killed_run_paid_for_is_taken_over_and_it_goes_on_itself() {
    let stage = stage();
    let mut first = begin(&stage, 1);
    // Its window is full, and nothing is between an intent and its answer.
    stage.until("four are accepted", |stats| stats["accepted"] == 4);
    let others = [begin(&stage, 2), begin(&stage, 3)];
    stage.until("all are at it", |stats| stats["accepted"].as_u64() >= Some(12));
    first.kill().unwrap();
    first.wait().unwrap();
    let again = begin(&stage, 1);
    others.into_iter().chain([again]).for_each(|run| drop(end(run)));
    let stats = stage.stats();
    assert_eq!((&stats["most_accepted_of_one_input"], pictures(&stage)), (&1.into(), 72), "{stats:#}");
    assert_eq!(stats["accepted"], PHOTOS);
}

#[test]
fn a_run_that_waits_says_for_whom_and_takes_over_what_a_dead_one_left() {
    let stage = Stage::with(Options { latency: Duration::from_secs(6), runners: 64, ..fast() });
    stage.small_photos(3);
    let mut first = begin(&stage, 1);
    stage.until("all are accepted", |stats| stats["accepted"] == 3);
    let second = begin(&stage, 2);
    // It has found out that it is not the first: its own uploads lie there, or it asked the ledger before.
    std::thread::sleep(Duration::from_secs(2));
    first.kill().unwrap();
    first.wait().unwrap();
    let ended = second.wait_with_output().unwrap();
    let told = String::from_utf8(ended.stdout).unwrap();
    assert_eq!(ended.status.code(), Some(0), "{told}");
    assert!(told.contains("\"kind\":\"same_picture\"") && told.contains("sends the same picture"), "{told}");
    assert_eq!(stage.stats()["accepted"], 3);
    assert_eq!(
        fs::read_dir(output(&stage, 2))
            .unwrap()
            .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "png"))
            .count(),
        3
    );
}

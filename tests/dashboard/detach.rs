//! A run in the background: what keeps it from beginning is told at once, and from then on it needs no terminal.

#![cfg(unix)]

use std::time::{Duration, Instant};

use crate::common::terminal::Term;
use crate::common::{Stage, fast, run};
use fal_tui::sandbox::Options;
use serde_json::Value;

const WIDE: (u16, u16) = (120, 36);

#[test]
fn in_the_background_it_is_attached_to_paused_and_stopped() {
    let stage = Stage::with(Options { latency: Duration::from_secs(2), ..fast() });
    stage.small_photos(8);
    let begun = run(stage.command(&["--detach", "--yes", "--json", "-c", "2"]).arg("photos"));
    begun.assert_status(0);
    let begun: Value = serde_json::from_str(&begun.stdout).unwrap();
    assert_eq!((&begun["batch"], &begun["attach"]), (&1.into(), &"fal-tui attach 1".into()));
    let mut term = Term::start(&stage.command(&["attach"]), WIDE);
    term.wait_for("2 of 2 in flight");
    term.press("p");
    term.wait_for("paused");
    term.press("q");
    term.wait_exit();
    // Whoever always detaches may attach all the same.
    let mut term = Term::start(stage.command(&["attach", "1"]).env("FAL_TUI_DETACH", "true"), WIDE);
    term.wait_for("paused");
    term.press("p");
    term.wait_for("running");
    term.press("Q");
    term.wait_for("Stop the batch?");
    term.press("y");
    assert_eq!(term.wait_exit().exit_code(), 130);
    term.wait_for("left");
    let log = std::fs::read_to_string(begun["log"].as_str().unwrap()).unwrap();
    assert!(log.contains("paused by a person") && log.contains("IN_QUEUE"), "{log}");
    let rest = stage.run(&[]);
    rest.assert_status(0);
    assert_eq!((&rest.summary()["done"], &stage.stats()["most_accepted_of_one_input"]), (&8.into(), &1.into()));
}

#[test]
fn in_the_background_it_outlives_its_terminal_and_its_end_is_told() {
    let stage = Stage::with(Options { latency: Duration::from_millis(1500), ..fast() });
    stage.small_photos(2);
    let told = stage.dir.path().join("told.json");
    let command = format!("cat > {}.part && mv {0}.part {0}", told.display());
    let mut term = Term::start(stage.command(&["--detach", "--yes", "--on-finish", &command]).arg("photos"), WIDE);
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.wait_for("batch 1 runs in the background, as process");
    term.wait_for("fal-tui attach 1");
    term.hang_up();
    let begun = Instant::now();
    while !told.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "its end was not told");
        std::thread::sleep(Duration::from_millis(10));
    }
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(told).unwrap()).unwrap();
    assert_eq!((&summary["done"], &summary["exit"]), (&2.into(), &0.into()));
}

#[test]
fn what_keeps_it_from_the_background_is_told_at_once() {
    let stage = Stage::new();
    stage.small_photos(2);
    let unconfirmed = run(stage.command(&["--detach"]).arg("photos"));
    unconfirmed.assert_status(2);
    assert!(unconfirmed.stdout.contains("2 photos") && unconfirmed.stderr.contains("--yes"), "{}", unconfirmed.stderr);
    let missing = run(stage.command(&["--detach", "--yes"]).arg("nowhere"));
    missing.assert_status(2);
    assert!(missing.stderr.contains("nowhere"), "{}", missing.stderr);
    let review = run(&mut stage.command(&["review", "--detach"]));
    review.assert_status(2);
    assert_eq!(stage.stats()["accepted"], 0);
}

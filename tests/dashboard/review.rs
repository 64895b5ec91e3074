//! Results that a person judges in the dashboard of the built program: accepted, rejected, made again.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use crate::common::terminal::Term;
use crate::common::{self, Stage, fast};
use fal_tui::sandbox::Options;
use serde_json::Value;

const WIDE: (u16, u16) = (120, 36);

fn dashboard(stage: &Stage, args: &[&str]) -> Term {
    let mut command = stage.command(&["--yes"]);
    Term::start(command.args(args).arg("photos"), WIDE)
}

/// The lines of `metadata.jsonl`.
fn metadata(stage: &Stage) -> Vec<Value> {
    let text = std::fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn pictures(stage: &Stage) -> Vec<String> {
    let files = std::fs::read_dir(stage.output()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<_> = files.filter(|name| name.starts_with("chelsea")).collect();
    files.sort();
    files
}

fn leave(mut term: Term) -> u32 {
    term.press("q");
    term.wait_exit().exit_code()
}

#[test]
fn a_result_is_rejected_and_accepted_and_neither_costs_anything() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "chelsea.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("✓ finished");
    term.press("X");
    term.wait_row(&["? review", "chelsea.png", "rejected by you"]);
    assert_eq!(leave(term), 1, "it wants a review");

    let mut term = dashboard(&stage, &[]);
    term.wait_row(&["? review", "chelsea.png", "rejected by you"]);
    term.press("v");
    term.wait_row(&["✓ done", "chelsea.png"]);
    assert_eq!(leave(term), 0);
    assert_eq!(stage.stats()["accepted"], 1);
    assert_eq!(stage.run(&[]).assert_status(0).summary()["done"], 1);
}

#[test]
fn a_result_is_made_again_with_another_seed_in_place_of_the_first() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "chelsea.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("✓ finished");
    let first = stage.stats()["usd"].as_f64().unwrap();

    // Its price is asked first, and what the model does not take is not sent.
    term.press("e");
    term.wait_for("it is paid for again: about $0.05");
    term.press("j\r7\rj\r3\r");
    term.wait_for("takes a number from 0 to 1");
    assert_eq!(stage.stats()["accepted"], 1);
    term.press("\u{7f}0.6\rg");
    term.wait_row(&["creativity", "0.6"]);
    term.wait_for("▸ make it again: it is paid for again: about $0.05");
    term.press("\r");
    term.wait_row(&["? review", "chelsea.png", "redone"]);
    term.press("4");
    term.wait_for("redone with creativity 0.6, seed 7: compare and accept");
    // What was sent and what came of it, on a page of its own.
    term.press("\r");
    term.wait_for("creativity=0.6");
    term.wait_for("\"seed\": 7");
    term.press("\u{1b}");
    let stats = stage.stats();
    assert_eq!(stats["accepted"], 2);
    assert!((stats["usd"].as_f64().unwrap() - 2.0 * first).abs() < 1e-9);
    term.wait_for("$0.11 spent");

    term.press("v");
    term.wait_row(&["✓ done", "chelsea.png"]);
    assert_eq!(leave(term), 0);
    assert_eq!(pictures(&stage), ["chelsea.png", "chelsea.txt"], "it took the first one's place");
    let [line] = metadata(&stage).try_into().unwrap();
    assert_eq!(line["seed"], 7);
    let params: Value = serde_json::from_str(line["params"].as_str().unwrap()).unwrap();
    assert_eq!((&params["seed"], &params["creativity"]), (&7.into(), &0.6.into()));
}

#[test]
fn any_parameter_can_be_changed_for_a_redo_and_its_price_follows_before_it_is_sent() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "chelsea.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("✓ finished");
    term.press("e");
    term.wait_for("it is paid for again: about $0.05");
    term.press("jjj");
    term.wait_row(&["▸ upscale_factor", "2", "a number from 1 to 4"]);
    term.press("\r4\r");
    term.wait_for("it is paid for again: about $0.22");
    assert_eq!(stage.stats()["accepted"], 1);
    term.press("g\r");
    term.wait_row(&["? review", "chelsea.png", "redone with upscale_fact"]);
    term.press("v");
    term.wait_row(&["✓ done", "chelsea.png"]);
    assert_eq!(leave(term), 0);
    assert_eq!(common::size(&stage.output().join("chelsea.png")), (1804, 1200), "four times 451×300");
}

#[test]
fn a_redo_that_is_killed_goes_on_with_its_own_parameters() {
    let stage = Stage::with(Options { latency: Duration::from_millis(2500), ..fast() });
    stage.photo("chelsea.png", "chelsea.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("✓ finished");
    term.press("e");
    term.wait_for("it is paid for again");
    term.press("j\r4242\rg");
    term.wait_row(&["seed", "4242"]);
    term.wait_for("▸ make it again: it is paid for again: about $0.05");
    term.press("\r");
    stage.until("the redo is at fal", |stats| stats["accepted"] == 2);
    term.signal("KILL");
    term.wait_exit();
    assert_eq!(pictures(&stage), ["chelsea.png", "chelsea.txt"], "the first one is still there");

    let run = stage.run(&[]);
    run.assert_status(1);
    let last = run.last("chelsea.png");
    assert_eq!((&last["state"], &last["seed"]), (&"REVIEW".into(), &4242.into()));
    assert!(last["cause"]["message"].as_str().unwrap().contains("redone with seed 4242"), "{last}");
    assert_eq!(stage.stats()["accepted"], 2, "paid for once each");
    assert_eq!(pictures(&stage), ["chelsea.png", "chelsea.txt"]);
}

#[test]
fn a_redo_over_the_cap_is_not_sent_and_the_result_stays() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "chelsea.png");
    let mut term = dashboard(&stage, &["--budget", "0.13"]);
    term.wait_for("✓ finished");
    term.press("e");
    term.wait_for("it is paid for again");
    term.press("\r");
    term.wait_for("would pass the cap of $0.13");
    assert_eq!(stage.stats()["submits"], 1);
    assert_eq!(pictures(&stage), ["chelsea.png", "chelsea.txt"]);
}

#[test]
fn the_same_picture_twice_is_made_again_once_and_only_for_the_one_that_was_chosen() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "a.png").photo("chelsea.png", "b.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("✓ finished");
    assert_eq!(stage.stats()["accepted"], 1, "one of two twins is sent");
    term.press("G");
    term.wait_row(&["▌    1", "a.png"]);
    // What may be changed of it comes with its detail.
    term.wait_for("runner ready");
    term.press("e");
    term.wait_for("it is paid for again");
    term.press("j\r9\rg");
    // The seed that was there may have a 9 in it, too.
    term.wait_row(&["  seed  ", "  9  "]);
    term.wait_for("▸ make it again: it is paid for again: about $0.05");
    term.press("\r");
    term.wait_row(&["? review", "a.png", "redone"]);
    term.wait_row(&["✓ done", "b.png"]);
    assert_eq!(stage.stats()["accepted"], 2);
    leave(term);
    let seeds: Vec<_> =
        metadata(&stage).into_iter().map(|line| (line["file_name"].clone(), line["seed"].clone())).collect();
    assert!(seeds.contains(&("a.png".into(), 9.into())) && !seeds.contains(&("b.png".into(), 9.into())), "{seeds:?}");
}

//! The plan screen of the built program on a real terminal: what is changed on it is what is sent and
//! paid for.

#![cfg(unix)]

use std::time::{Duration, Instant};

use crate::common::terminal::Term;
use crate::common::{self, Stage, fast};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::Value;

const WIDE: (u16, u16) = (120, 36);

/// A sandbox that works on a photo for long enough to do something in the meantime.
fn slow() -> Stage {
    Stage::with(Options { latency: Duration::from_millis(1500), ..fast() })
}

fn dashboard(stage: &Stage, args: &[&str]) -> Term {
    Term::start(stage.command(args).arg("photos"), WIDE)
}

/// What the ledger says of its batches, newest first.
fn batches(stage: &Stage) -> Vec<Value> {
    let run = common::run(&mut stage.command(&["batches", "--json"]));
    run.assert_status(0);
    run.events()
}

fn states(batch: &Value) -> String {
    batch["states"].to_string()
}

#[test]
fn a_changed_parameter_is_what_is_sent_and_the_batch_is_its_own() {
    let stage = Stage::new();
    stage.small_photos(2);
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 2 photos");
    // One to four: what is too much is said at the field, and Enter does not leave it so.
    term.press("je");
    term.press("\u{8}9\r");
    term.wait_for("takes a number from 1 to 4");
    term.press("\u{8}3\r");
    term.wait_for("Other parameters than");
    term.wait_for("upscaler ×3");
    assert_eq!(stage.stats()["submits"], 0);
    term.press("\u{1b}");
    term.wait_for("Enter sends 2 photos");
    term.press("\r");
    term.wait_for("✓ finished");
    assert_eq!(common::size(&stage.output().join("small-1.png")), (72, 48), "three times 24×16");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.wait_for("-p upscale_factor=3");

    let all = batches(&stage);
    assert_eq!(all.len(), 2, "{all:#?}");
    assert_eq!((&all[0]["params"]["upscale_factor"], states(&all[0])), (&3.into(), r#"{"DONE":2}"#.to_owned()));
    assert_eq!((&all[1]["params"]["upscale_factor"], states(&all[1])), (&2.into(), r#"{"PENDING":2}"#.to_owned()));
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&2.into(), &1.into()), "{stats:#}");

    // The command with that parameter is that batch: nothing is sent again.
    let again = stage.run(&["-p", "upscale_factor=3"]);
    again.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn what_another_batch_has_done_with_the_changed_parameters_is_not_sent_again() {
    let stage = Stage::new();
    stage.small_photos(3);
    stage.run(&["-p", "steps=19"]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3);
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 3 photos");
    term.press("jjjj\u{1b}[D");
    term.wait_for("3 done by an earlier run");
    term.press("\u{1b}");
    term.wait_for("There is nothing to send.");
    term.press("\r");
    term.wait_for("there is nothing to send");
    term.press("q");
    term.wait_exit();
    assert_eq!(stage.stats()["accepted"], 3);
}

#[test]
fn what_is_left_out_is_skipped_and_planned_again_by_the_next_run() {
    let stage = Stage::new();
    stage.small_photos(2).photo("chelsea.png", "cats/chelsea.png").photo("coffee.png", "cups/coffee.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 4 photos");
    // The dearest first: coffee is 600×400, chelsea 451×300.
    term.press("\t\t");
    term.press(" ");
    term.wait_for("3 photos for about");
    term.wait_row(&["[ ]", "cups/coffee.png"]);
    term.press("$0.02\r");
    term.wait_for("photos above $0.02 are left out");
    term.wait_for("2 photos for about");
    term.press("g\r");
    term.wait_for("✓ finished");
    term.wait_row(&["skipped", "cats/chelsea.png", "left out by you"]);
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(stage.stats()["accepted"], 2);
    assert_eq!(states(&batches(&stage)[0]), r#"{"DONE":2,"SKIPPED":2}"#);

    let again = stage.run(&[]);
    again.assert_status(0);
    assert_eq!(again.summary()["done"], 4);
    assert_eq!(stage.stats()["accepted"], 4);
}

#[test]
fn what_is_left_out_stays_out_of_the_batch_that_changed_parameters_make() {
    let stage = Stage::new();
    stage.small_photos(2).photo("chelsea.png", "cats/chelsea.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 3 photos");
    term.press("\t\t ");
    term.wait_for("2 photos for about");
    term.press("gjjjj\u{1b}[C");
    term.wait_for("Other parameters than");
    term.press("\u{1b}");
    term.wait_for("Enter sends 2 photos");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    term.wait_exit();
    let batch = &batches(&stage)[0];
    assert_eq!((&batch["params"]["steps"], states(batch)), (&21.into(), r#"{"DONE":2,"SKIPPED":1}"#.to_owned()));
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn what_is_left_out_in_the_list_of_photos_is_not_sent_and_asked_about_again_by_the_next_run() {
    let stage = Stage::new();
    stage.small_photos(3).photo("chelsea.png", "cats/chelsea.png").photo("coffee.png", "cups/coffee.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 5 photos");
    // All whose path holds a text, then one of them taken in again.
    term.press("/small\r");
    term.wait_for("1 of 3");
    term.press("a");
    term.wait_for("3 left out");
    term.press("j\r");
    term.wait_row(&["[x] in", "small-2.png"]);
    term.wait_row(&["[ ] left out", "small-3.png"]);
    term.wait_for("3 photos for about");
    // Without the filter the dearest stands first by price, and parameters change its price at once.
    term.press("\u{1b}");
    term.wait_for("of 5 ");
    term.press("sss");
    term.wait_for("cost ↓");
    term.press("g ");
    term.wait_row(&["[ ] left out", "cups/coffee.png", "0.24 → 0.96", "≈$0.10"]);
    term.press("\u{1b}");
    term.wait_for("3 left out by you, ≈$0.1");
    term.press("j\u{1b}[C\u{1b}[Cp");
    term.wait_row(&["[ ] left out", "cups/coffee.png", "0.24 → 1.2", "≈$0.12"]);
    term.press("pdg");
    term.wait_for("Enter sends 2 photos");
    term.press("\r");
    term.wait_for("✓ finished");
    term.wait_row(&["skipped", "cups/coffee.png", "left out by you"]);
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(stage.stats()["accepted"], 2);
    assert_eq!(states(&batches(&stage)[0]), r#"{"DONE":2,"SKIPPED":3}"#);

    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 3 photos");
    term.press("p");
    term.wait_row(&["[x] in", "cups/coffee.png"]);
    term.wait_row(&["✓  done", "cats/chelsea.png"]);
    term.press("q");
    term.wait_exit();
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn a_cap_that_is_reached_is_raised_with_a_key_and_the_batch_goes_on() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "a.png").photo("coffee.png", "b.png");
    // Each costs about ten cents or less: the first fits, the second does not.
    let mut term = dashboard(&stage, &["--yes", "--budget", "0.10", "-c", "1"]);
    term.wait_for("! needs you");
    term.wait_for("b sets a higher cap");
    assert_eq!(stage.stats()["accepted"], 1);
    term.press("b");
    term.wait_for("Spent so far");
    term.press("\u{8}\u{8}\u{8}\u{8}5\r");
    term.wait_for("✓ finished");
    term.wait_for("of cap $5.00");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn a_terminal_that_nobody_reads_holds_back_nothing() {
    let stage = slow();
    stage.small_photos(8);
    let mut term = Term::start(stage.command(&["--yes", "-c", "4"]).arg("photos"), WIDE);
    term.wait_for("in flight");
    term.stop_reading();
    for step in 0..40_u16 {
        // Every size is drawn from corner to corner: more than the terminal takes unread.
        term.resize(100 + step, 30 + step % 9);
        std::thread::sleep(Duration::from_millis(20));
    }
    stage.until("all are sent", |stats| stats["accepted"] == 8);
    let saved = || (1..=8).filter(|n| stage.output().join(format!("small-{n}.png")).exists()).count();
    let begun = Instant::now();
    while saved() < 8 {
        assert!(begun.elapsed() < Duration::from_mins(1), "{} of 8 are saved", saved());
        std::thread::sleep(Duration::from_millis(20));
    }
    term.go_on_reading();
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
}

#[test]
fn a_storm_of_sizes_ends_with_the_screen_of_the_last() {
    let stage = slow();
    stage.small_photos(6);
    let mut term = Term::start(stage.command(&["--yes", "-c", "2"]).arg("photos"), WIDE);
    term.wait_for("in flight");
    for step in 0..80_u16 {
        term.resize(8 + step * 4 % 290, 2 + step % 70);
    }
    term.resize(100, 30);
    term.wait_for("✓ finished");
    term.settle();
    let rows: Vec<String> = term.see(|seen| seen.screen.screen().rows(0, 100).collect());
    assert_eq!(rows.iter().filter(|row| row.contains("✓ done")).count(), 6, "{rows:#?}");
    assert!(rows[29].contains("q quit"), "{rows:#?}");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
}

#[test]
fn who_leaves_out_a_photo_whose_like_stays_in_sees_its_price_and_gets_its_result() {
    let stage = Stage::new();
    stage.photo("coffee.png", "a.png").photo("coffee.png", "b.png").photo("chelsea.png", "c.png");
    let mut term = dashboard(&stage, &[]);
    term.wait_for("1 duplicate: not sent");
    term.wait_for("Enter sends 2 photos");
    // The dearest is the one of the two that would be sent.
    term.press("\t\t");
    term.wait_row(&["[x]", "a.png"]);
    term.press(" ");
    term.wait_row(&["[ ]", "a.png"]);
    term.wait_row(&["[x]", "b.png"]);
    term.press("g");
    term.wait_for("Enter sends 2 photos");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(stage.stats()["accepted"], 2);
    assert!(stage.output().join("b.png").exists() && !stage.output().join("a.png").exists());
}

#[test]
fn what_failed_and_is_left_out_of_a_retry_is_taken_up_by_a_later_one() {
    let stage = Stage::scenario("fails_for_good");
    stage.photo("chelsea.png", "faulty-1.png").photo("coffee.png", "faulty-2.png").small_photos(1);
    stage.run(&[]).assert_status(1);
    assert_eq!(states(&batches(&stage)[0]), r#"{"DONE":1,"FAILED":2}"#);

    // Who leaves its plan has asked for nothing.
    let mut term = Term::start(&stage.command(&["retry", "1"]), WIDE);
    term.wait_for("Enter sends 2 photos");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(states(&batches(&stage)[0]), r#"{"DONE":1,"FAILED":2}"#);

    // The list in the order of what is sent: what is left out stands below what is.
    let mut term = Term::start(&stage.command(&["retry", "1"]), WIDE);
    term.wait_for("Enter sends 2 photos");
    term.press("pg");
    term.wait_row(&["[x] in", "faulty-1.png"]);
    term.press("ssss");
    term.wait_for("to send ↓");
    term.press("g ");
    term.wait_row(&["[ ] left out", "faulty-1.png"]);
    term.wait("what is left out below what is sent", |seen| {
        let text = seen.screen.screen().contents();
        text.find("faulty-2.png").zip(text.find("faulty-1.png")).is_some_and(|(sent, out)| sent < out)
    });
    term.press("\u{1b}");
    term.wait_for("Enter sends 1 photo ");
    term.press("g\r");
    term.wait_for("✓ finished");
    term.wait_row(&["✗ failed", "faulty-1.png"]);
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 1);
    assert_eq!(stage.stats()["accepted"], 4, "one of the two was sent again");
    assert_eq!(states(&batches(&stage)[0]), r#"{"DONE":1,"FAILED":2}"#);

    let retry = common::run(&mut stage.command(&["retry", "1", "--json", "--yes"]));
    retry.assert_status(1);
    assert_eq!(stage.stats()["accepted"], 6, "both are sent again");
}

#[test]
fn a_price_in_doubt_is_taken_with_a_key_and_the_plan_follows() {
    let fault = r#"
        [[fault]]
        call = "pricing"
        json = { prices = [{ endpoint_id = "fal-ai/flux-vision-upscaler", unit_price = 0.001, unit = "megapixels", currency = "USD" }], has_more = false }
    "#;
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(fault, "a price in doubt").unwrap()), ..fast() });
    stage.dear_photos(2);
    let mut term = dashboard(&stage, &["--budget", "0.01"]);
    // 0.8 megapixels each: $0.16 by the list price, more than the cap.
    term.wait_for("Enter sends 2 photos for about $0.16");
    term.wait_for("$0.0010 per MP is named; T takes it");
    term.press("Ty");
    term.wait_for("Enter sends 2 photos for about $0.0016.");
    term.wait_gone("T takes it");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(stage.stats()["accepted"], 2, "the cap holds with that price");
}

#[test]
fn what_a_model_needs_is_asked_for_on_the_plan() {
    let stage = Stage::new();
    stage.small_photos(1);
    let mut term = dashboard(&stage, &["-m", "fal-ai/nano-banana-pro/edit"]);
    term.wait_for("must be given");
    term.press("\r");
    term.wait_for("the model needs prompt first");
    assert_eq!(stage.stats()["submits"], 0);
    term.press("make it blue\u{4}");
    term.wait_for("Other parameters than");
    term.press("\u{1b}");
    term.wait_for("Enter sends 1 photo");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.wait_for("-p 'prompt=make it blue'");
    let again = stage.run(&["-m", "fal-ai/nano-banana-pro/edit", "-p", "prompt=make it blue"]);
    again.assert_status(0);
    assert_eq!(stage.stats()["submits"], 1);
}

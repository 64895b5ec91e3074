//! The canary of the built program: a sample goes first, what came of it stands beside the plan, and the rest
//! waits for a word.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::time::Duration;

use crate::common::{self, Run, Stage, fast, start};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::{Value, json};

fn stage(scenario: &str) -> Stage {
    Stage::with(Options { scenario: Some(Scenario::parse(scenario, "scenario").unwrap()), ..fast() })
}

/// Six small photos, a large one and a tiny one of another format.
fn photos(stage: &Stage) {
    stage.small_photos(6);
    image::RgbImage::from_pixel(120, 80, image::Rgb([9, 99, 7])).save(stage.photos().join("large.png")).unwrap();
    image::RgbImage::from_pixel(8, 8, image::Rgb([9, 9, 97])).save(stage.photos().join("tiny.jpg")).unwrap();
}

#[expect(clippy::panic, reason = "it says what came instead")]
fn notice(run: &Run) -> Value {
    let notice = run.events().into_iter().find(|event| event["kind"] == "canary_done");
    notice.unwrap_or_else(|| panic!("{}", run.stdout))
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap_or_default()
}

#[test]
fn the_sample_goes_first_and_the_rest_by_itself_if_all_went_as_planned() {
    let stage = Stage::new();
    photos(&stage);
    let ran = stage.run(&["--canary", "3"]);
    ran.assert_status(0);
    let events = ran.events();
    let told = events.iter().position(|event| event["kind"] == "canary_done").unwrap();
    let begun: std::collections::BTreeSet<&str> = events[..told]
        .iter()
        .filter(|event| event["state"] == "UPLOADING")
        .filter_map(|event| event["path"].as_str())
        .collect();
    assert_eq!(begun.len(), 3, "{begun:?}");
    assert!(begun.contains("large.png") && begun.contains("tiny.jpg"), "{begun:?}");
    let canary = &events[told]["canary"];
    assert_eq!(
        (&canary["photos"], &canary["done"], &canary["failed"], &canary["left"], &canary["price_held"]),
        (&json!(3), &json!(3), &json!(0), &json!(5), &json!(true)),
        "{canary}"
    );
    assert!(canary["photo_s"].as_f64().unwrap() > 0.1, "{canary}");
    let close = |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-6;
    assert!(close(&canary["planned_usd"], &canary["spent_usd"]), "{canary}");
    assert_eq!((accepted(&stage), &ran.summary()["done"]), (8, &json!(8)));

    // Who ran it once is not held up by it again.
    image::RgbImage::from_pixel(30, 30, image::Rgb([1, 2, 3])).save(stage.photos().join("new.png")).unwrap();
    let again = stage.run(&["--canary", "3"]);
    again.assert_status(0);
    assert!(!again.stdout.contains("canary_done"), "{}", again.stdout);
    assert_eq!(accepted(&stage), 9);
}

#[test]
fn without_a_word_it_stops_there_and_the_same_command_sends_nothing_more() {
    let stage = Stage::new();
    photos(&stage);
    let run = |args: &[&str]| common::run(stage.command(args).arg(stage.photos()));
    let first = run(&["--json", "--budget", "5", "--canary", "2"]);
    first.assert_status(4);
    let told = notice(&first);
    assert!(told["message"].as_str().unwrap().starts_with("canary: 2 of 2 photos done, cost "), "{told}");
    assert!(told["action"].as_str().unwrap().contains("without --canary for 6 other photos"), "{told}");
    assert_eq!((accepted(&stage), &first.summary()["left"]), (2, &json!(6)));
    assert!(first.stderr.contains("the same command without --canary goes on with 6 photos"), "{}", first.stderr);

    let again = run(&["--json", "--budget", "5", "--canary", "2"]);
    again.assert_status(4);
    assert_eq!((accepted(&stage), &notice(&again)["canary"]["done"]), (2, &json!(2)), "its results are done");
    let lines = run(&["--headless", "--budget", "5", "--canary", "2"]);
    lines.assert_status(4);
    assert!(lines.stdout.contains("canary: 2 of 2 photos done"), "{}", lines.stdout);

    run(&["--json", "--budget", "5"]).assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(8), &json!(1)));
}

#[test]
fn one_that_fails_or_is_dearer_than_planned_keeps_the_rest_back() {
    let failing = stage(
        "[[fault]]\ncall = \"run\"\nfile = \"large.png\"\nfail = { error_type = \"image_too_large\", status = 422 }\n",
    );
    photos(&failing);
    let ran = failing.run(&["--canary", "2"]);
    ran.assert_status(4);
    let told = notice(&ran);
    assert_eq!((&told["canary"]["done"], &told["canary"]["failed"]), (&json!(1), &json!(1)), "{told}");
    assert_eq!(accepted(&failing), 2);

    // A megapixel that is begun is billed whole: far more than so small photos were planned at.
    let dear = stage("[billing]\nwhole = true\n");
    photos(&dear);
    let ran = dear.run(&["--canary", "2"]);
    ran.assert_status(4);
    let told = notice(&ran);
    assert_eq!(told["canary"]["price_held"], json!(false), "{told}");
    assert!(told["message"].as_str().unwrap().contains("cost $0.20, more than planned"), "{told}");
    assert_eq!(accepted(&dear), 2);
    dear.run(&[]).assert_status(0);
}

#[test]
fn a_price_that_nobody_knew_is_agreed_to_by_a_person_or_a_cap() {
    let stage = Stage::new();
    stage.small_photos(4);
    let vectorize = ["-m", "fal-ai/recraft/vectorize", "--canary", "1"];
    let ran = stage.run(&vectorize);
    ran.assert_status(4);
    let told = notice(&ran);
    assert_eq!((&told["canary"]["planned_usd"], &told["canary"]["price_held"]), (&Value::Null, &Value::Null), "{told}");
    assert!(told["message"].as_str().unwrap().contains("fal did not say what they cost"), "{told}");
    assert_eq!(accepted(&stage), 1);
    stage.run(&["-m", "fal-ai/recraft/vectorize"]).assert_status(0);
    assert_eq!(accepted(&stage), 4);
}

#[test]
fn killed_in_the_middle_it_goes_on_with_the_same_sample() {
    let stage = Stage::with(Options { latency: Duration::from_millis(900), ..fast() });
    photos(&stage);
    let mut child = start(stage.command(&["--json", "--yes", "--canary", "3"]).arg(stage.photos()));
    stage.until("all of the sample are at fal", |stats| stats["accepted"] == 3);
    child.kill().unwrap();
    child.wait().unwrap();
    let run = |args: &[&str]| common::run(stage.command(args).arg(stage.photos()));
    let again = run(&["--json", "--budget", "5", "--canary", "3"]);
    again.assert_status(4);
    assert_eq!((accepted(&stage), &notice(&again)["canary"]["done"]), (3, &json!(3)));
    stage.run(&["--canary", "3"]).assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(8), &json!(1)));
}

#[test]
fn a_number_of_photos_is_asked_for_or_refused() {
    let stage = Stage::new();
    stage.small_photos(2);
    for bad in ["0", "-1", "many", "1.5"] {
        let refused = common::run(stage.command(&["--headless", &format!("--canary={bad}")]).arg(stage.photos()));
        refused.assert_status(2);
        assert!(refused.stderr.contains("takes 1 to 10000"), "{bad}: {}", refused.stderr);
    }
    assert_eq!(stage.stats()["submits"], 0);
    // More than there are is all of them.
    let ran = stage.run(&["--canary", "99"]);
    ran.assert_status(0);
    assert_eq!((&notice(&ran)["canary"]["photos"], &notice(&ran)["canary"]["left"]), (&json!(2), &json!(0)));
}

#[cfg(unix)]
mod dashboard {
    use super::*;
    use crate::common::terminal::Term;

    fn dashboard(stage: &Stage, args: &[&str]) -> Term {
        Term::start(stage.command(args).arg("photos"), (120, 36))
    }

    #[test]
    fn the_key_sends_a_few_and_another_goes_back_to_the_plan_with_them_done() {
        let stage = Stage::new();
        photos(&stage);
        let mut term = dashboard(&stage, &[]);
        term.wait_for("Enter sends 8 photos");
        term.press("c");
        term.wait_for("So many photos go first");
        term.press("x\r");
        term.wait_for("a number of photos, such as 3");
        term.press("\u{8}2\r");
        term.wait_for("2 photos first, then the others wait");
        term.press("\r");
        term.wait_for("canary: 2 of 2 photos done");
        term.wait_for("6 other photos");
        assert_eq!(accepted(&stage), 2);
        // What came is looked at as usual.
        term.press("3");
        term.wait_for("Preview");
        term.press("B");
        term.wait_for("2 done by an earlier run");
        term.wait_for("Enter sends 6 photos");
        assert_eq!(accepted(&stage), 2);
        term.press("\r");
        term.wait_for("✓ finished");
        term.press("q");
        assert_eq!(term.wait_exit().exit_code(), 0);
        let stats = stage.stats();
        assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(8), &json!(1)));
    }

    #[test]
    fn one_key_sends_the_rest() {
        let stage = Stage::new();
        photos(&stage);
        let mut term = dashboard(&stage, &["--canary", "3"]);
        term.wait_for("3 photos first, then the others wait");
        term.wait_for("Enter sends 8 photos");
        term.press("\r");
        term.wait_for("canary: 3 of 3 photos done");
        term.wait_for("p sends them");
        term.press("p");
        term.wait_for("✓ finished");
        term.press("q");
        assert_eq!(term.wait_exit().exit_code(), 0);
        assert_eq!(accepted(&stage), 8);
    }

    #[test]
    fn other_parameters_after_a_canary_are_another_batch() {
        let stage = Stage::new();
        photos(&stage);
        let mut term = dashboard(&stage, &["--canary", "1"]);
        term.wait_for("Enter sends 8 photos");
        term.press("\r");
        term.wait_for("canary: 1 of 1 photo done");
        term.press("B");
        term.wait_for("Enter sends 7 photos");
        term.press("je\u{8}3\r");
        term.wait_for("upscaler ×3");
        term.press("\u{1b}");
        term.wait_for("Enter sends 8 photos");
        term.press("\r");
        term.wait_for("✓ finished");
        assert_eq!(accepted(&stage), 9);
    }
}

//! Results that finished while nobody looked: they are fetched as long as fal has them in any form, and
//! never paid for again unasked.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{Stage, fast, size, start};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::{Value, json};

/// A batch whose run was killed when all was accepted, and which has ended at fal since.
fn left_behind(photos: &[&str], faults: &str) -> Stage {
    let scenario = Scenario::parse(&format!("results_stay_s = 3600\n{faults}"), "x").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    for photo in photos {
        stage.photo(photo, photo);
    }
    // On a standing clock nothing ends before the ids are in the ledger.
    clock(&stage, &json!({ "speed": 0 }));
    let mut child = start(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    let all = photos.len() as u64;
    // The first call only looks whether the queue is there.
    stage.until("all are followed", |stats| stats["calls"]["status"].as_u64().unwrap_or_default() > all);
    child.kill().unwrap();
    child.wait().unwrap();
    clock(&stage, &json!({ "advance_s": 60, "speed": 1 }));
    stage.until("all have ended", |stats| stats["queue"]["ended"] == all);
    stage
}

fn clock(stage: &Stage, order: &Value) {
    let url = format!("{}/_sandbox/clock", stage.sandbox.origin());
    stage.runtime.block_on(async { reqwest::Client::new().post(url).json(order).send().await.unwrap() });
}

#[test]
fn a_result_that_the_queue_forgot_comes_from_what_fal_stored() {
    let stage = left_behind(&["chelsea.png", "coffee.png"], "");
    clock(&stage, &json!({ "advance_s": 2 * 3600 }));
    let told = stage.run(&[]);
    told.assert_status(0);
    assert_eq!(size(&stage.output().join("chelsea.png")), (902, 600));
    assert_eq!(size(&stage.output().join("coffee.png")), (1200, 800));
    assert!(std::fs::read_to_string(stage.output().join("coffee.txt")).unwrap().contains("sandbox"));
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["calls"]["upload"]), (&2.into(), &2.into()), "{stats:#}");
    let spent = told.summary()["spent_usd"].as_f64().unwrap();
    assert!((spent - stats["usd"].as_f64().unwrap()).abs() < 0.001, "{spent}");
}

#[test]
fn a_failure_that_the_queue_forgot_is_told_as_what_it_was() {
    let stage = left_behind(&["chelsea.png"], "[[fault]]\ncall = \"run\"\nfail = { type = \"image_too_small\" }\n");
    clock(&stage, &json!({ "advance_s": 2 * 3600 }));
    let told = stage.run(&[]);
    told.assert_status(1);
    assert_eq!(told.last("chelsea.png")["cause"]["kind"], "image_too_small", "{}", told.stdout);
    assert_eq!(stage.stats()["accepted"], 1);
}

#[test]
fn what_is_nowhere_any_more_fails_with_its_request_id_and_is_sent_again_only_when_asked() {
    let stage = left_behind(&["chelsea.png"], "");
    clock(&stage, &json!({ "advance_s": 31 * 86_400 }));
    let told = stage.run(&[]);
    told.assert_status(1);
    let last = told.last("chelsea.png");
    assert_eq!((&last["state"], &last["cause"]["kind"]), (&"FAILED".into(), &"not_found".into()), "{last}");
    let message = last["cause"]["message"].as_str().unwrap();
    assert!(message.contains("request ") && message.contains("retry"), "{message}");
    stage.run(&[]).assert_status(1);
    assert_eq!(stage.stats()["accepted"], 1, "nothing is sent again by itself");
    stage.run(&["--retry-failed"]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn a_picture_that_is_gone_from_storage_is_said_to_be_lost_and_not_sent_again() {
    let gone = "[[fault]]\ncall = \"download\"\nfirst = 1\nstatus = 404\n";
    let stage = left_behind(&["chelsea.png"], gone);
    let told = stage.run(&[]);
    told.assert_status(1);
    let last = told.last("chelsea.png");
    let message = last["cause"]["message"].as_str().unwrap();
    assert!(message.contains("gone from fal's storage") && message.contains("request "), "{message}");
    stage.run(&[]).assert_status(1);
    assert_eq!(stage.stats()["accepted"], 1);
}

#[test]
fn a_request_that_fal_does_not_know_everywhere_yet_is_asked_for_again() {
    let scenario = Scenario::parse("[[fault]]\ncall = \"status\"\nfirst = 3\nstatus = 404\n", "x").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), latency: std::time::Duration::from_secs(3), ..fast() });
    stage.photo("chelsea.png", "cat.png");
    let told = stage.run(&[]);
    told.assert_status(0);
    assert_eq!(told.last("cat.png")["state"], "DONE");
    let stats = stage.stats();
    assert_eq!(stats["accepted"], 1, "{stats:#}");
    assert!(stats["calls"]["status"].as_u64().unwrap() > 3, "{stats:#}");
}

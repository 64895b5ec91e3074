//! The window knows the server: how many requests the account runs at once is learned from where ours stand, told, and no
//! more than that and a few are kept at fal.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use crate::common::{Stage, fast};
use fal_tui::sandbox::Options;
use serde_json::Value;

fn told(events: &[Value]) -> Vec<&str> {
    let notices = events.iter().filter(|event| event["event"] == "notice" && event["kind"] == "at_once");
    notices.map(|notice| notice["message"].as_str().unwrap()).collect()
}

#[test]
fn how_many_run_at_once_is_learned_and_told_where_requests_have_to_wait() {
    let stage = Stage::with(Options { runners: 3, ..fast() });
    stage.small_photos(90);
    let run = stage.run(&["-c", "12"]);
    run.assert_status(0);
    let events = run.events();
    let told = told(&events);
    assert!(told.iter().any(|said| said.starts_with("your account runs ")), "{told:?}");
    assert_eq!(stage.stats()["accepted"], 90);
}

#[test]
fn where_nobody_waits_nothing_is_told_and_all_are_sent() {
    let stage = Stage::with(Options { runners: 40, ..fast() });
    stage.small_photos(60);
    let run = stage.run(&["-c", "12"]);
    run.assert_status(0);
    assert_eq!(told(&run.events()), Vec::<&str>::new());
    assert_eq!(run.summary()["done"], 60);
}

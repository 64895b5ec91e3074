//! What goes wrong at fal, and what becomes of it: the faulty photo's neighbours never notice.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;

use crate::common::{self, Run, Stage, size};

/// One photo that the scenario is about, and two that it leaves alone.
fn stage(scenario: &str) -> Stage {
    let stage = Stage::scenario(scenario);
    stage.photo("chelsea.png", "faulty.png").photo("coffee.png", "fine.png").photo("textures/grass.png", "good.png");
    stage
}

/// Runs a scenario; the neighbours must be done whatever happens.
fn run(stage: &Stage, args: &[&str]) -> Run {
    let told = stage.run(args);
    for neighbour in ["fine.png", "good.png"] {
        assert_eq!(told.states(neighbour).last().unwrap(), "DONE", "{neighbour}: {}", told.stdout);
        assert_eq!(told.last(neighbour)["attempt"], 1);
    }
    assert_eq!(stage.stats()["leaks"]["count"], 0, "the key went where it must not");
    told
}

fn faulty(told: &Run) -> (String, String) {
    let last = told.last("faulty.png");
    (last["state"].as_str().unwrap().to_owned(), last["cause"]["kind"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_photo_that_the_model_refuses_fails_alone() {
    let stage = stage("fails_for_good");
    let told = run(&stage, &[]);
    told.assert_status(1);
    assert_eq!(faulty(&told).0, "FAILED");
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1, "what cannot work is not tried again");
    assert!(!stage.output().join("faulty.png").exists());
    // It stays failed until somebody says otherwise.
    let again = stage.run(&[]);
    again.assert_status(1);
    assert_eq!(stage.stats()["submits"], 3);
    assert_eq!(again.summary()["failed"], 1);
}

#[test]
fn a_photo_that_fails_twice_at_its_runner_works_the_third_time() {
    let stage = stage("fails_twice");
    let told = run(&stage, &[]);
    told.assert_status(0);
    let last = told.last("faulty.png");
    assert_eq!((&last["state"], &last["attempt"]), (&"DONE".into(), &3.into()));
    let waits = told.states("faulty.png").iter().filter(|state| *state == "WAITING").count();
    assert_eq!(waits, 2);
    let stats = stage.stats();
    assert_eq!((&stats["calls"]["upload"], &stats["accepted"]), (&3.into(), &5.into()), "the upload is used again");
}

#[test]
fn retries_end() {
    let stage = stage("fails_twice");
    let told = run(&stage, &["--retries", "1"]);
    told.assert_status(1);
    assert_eq!(faulty(&told).0, "FAILED");
    assert_eq!(told.last("faulty.png")["attempt"], 2);
    // A retry is the user's to ask for, and then works.
    let again = stage.run(&["--retry-failed"]);
    again.assert_status(0);
    assert_eq!(size(&stage.output().join("faulty.png")), (902, 600));
}

#[test]
fn a_batch_is_retried_by_its_number_and_only_what_failed_so() {
    let stage = stage("fails_twice");
    let told = run(&stage, &["--retries", "1"]);
    let failed = told.assert_status(1).last("faulty.png");
    let request = failed["request_id"].as_str().expect("fal's support asks for it").to_owned();
    let shown = common::run(&mut stage.command(&["show", "1"]));
    let line = shown.assert_status(0).stdout.lines().find(|line| line.contains("FAILED"));
    assert!(line.is_some_and(|line| line.contains("faulty.png") && line.contains(&request)), "{}", shown.stdout);
    let retry = |args: &[&str]| common::run(&mut stage.command(&[&["retry", "1", "--json", "--yes"], args].concat()));
    retry(&["--only", "timeout"]).assert_status(1);
    assert_eq!(stage.stats()["accepted"], 4, "it did not fail for that");
    // What would be sent again is counted and priced before anybody agrees to it.
    for args in [&["retry", "1", "--json"][..], &["plan", "--json", "--retry-failed", "photos"]] {
        let told = common::run(&mut stage.command(args));
        let plan = &told.events()[0];
        assert_eq!((&plan["event"], &plan["photos"]), (&"plan".into(), &1.into()), "{args:?}: {plan}");
        assert!(plan["estimate_usd"].as_f64().unwrap() > 0.0, "{args:?}: {plan}");
    }
    retry(&["--match", "FAULTY"]).assert_status(0);
    assert_eq!(size(&stage.output().join("faulty.png")), (902, 600));
    assert_eq!(stage.stats()["accepted"], 5);
}

#[test]
fn being_told_to_slow_down_spends_no_attempt() {
    let stage = stage("rate_limited");
    let told = stage.run(&[]);
    told.assert_status(0);
    assert_eq!(told.last("faulty.png")["attempt"], 1);
    let wait =
        told.events().into_iter().find(|event| event["path"] == "faulty.png" && event["state"] == "WAITING").unwrap();
    assert_eq!((&wait["cause"]["kind"], &wait["cause"]["http"]), (&"rate_limited".into(), &429.into()));
    assert!(wait["cause"]["retry_in_s"].as_f64().unwrap() >= 1.0, "Retry-After is honoured: {wait}");
}

#[test]
fn an_ingress_error_is_no_paid_call() {
    let stage = stage("nginx_503");
    let told = run(&stage, &[]);
    told.assert_status(0);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn garbage_is_no_end() {
    let told = run(&stage("garbage_json"), &[]);
    told.assert_status(0);
}

#[test]
fn a_dropped_connection_is_tried_again() {
    let stage = stage("dropped_connection");
    let told = run(&stage, &[]);
    told.assert_status(0);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn a_lost_reply_is_never_paid_for_twice() {
    let stage = stage("lost_reply");
    let told = run(&stage, &[]);
    assert!(matches!(told.status, 0 | 1), "{}", told.stderr);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
    let again = stage.run(&["--retry-failed"]);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1, "{}", again.stdout);
}

#[test]
fn the_lost_reply_of_a_retry_is_not_taken_for_the_request_that_failed() {
    let stage = stage("lost_retry");
    let told = run(&stage, &[]);
    told.assert_status(0);
    assert_eq!((faulty(&told).0, &told.last("faulty.png")["attempt"]), ("DONE".to_owned(), &2.into()));
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["billed"]), (&4.into(), &3.into()), "each is paid for once: {stats:#}");
}

#[test]
fn a_result_that_is_not_whole_is_downloaded_again() {
    for scenario in ["truncated_result", "lying_length", "corrupt_result"] {
        let stage = stage(scenario);
        let told = run(&stage, &[]);
        told.assert_status(0);
        assert_eq!(size(&stage.output().join("faulty.png")), (902, 600), "{scenario}");
        let stats = stage.stats();
        assert_eq!(stats["most_accepted_of_one_input"], 1, "{scenario}: it is paid for once");
        assert!(stats["calls"]["download"].as_u64().unwrap() > 3, "{scenario}");
    }
}

#[test]
fn a_download_that_breaks_goes_on_within_its_attempt() {
    let stage = stage("broken_download");
    let told = run(&stage, &[]);
    told.assert_status(0);
    assert!(!told.states("faulty.png").contains(&"WAITING".to_owned()), "{}", told.stdout);
    assert_eq!(size(&stage.output().join("faulty.png")), (902, 600));
    let answers = stage.stats()["answers"]["download"].clone();
    assert_eq!((&answers["200"], &answers["206"]), (&3.into(), &2.into()), "{answers}");
}

#[test]
fn a_web_page_is_never_saved_as_a_picture() {
    let stage = stage("html_result");
    let told = run(&stage, &[]);
    told.assert_status(1);
    assert_eq!(faulty(&told), ("FAILED".into(), "bad_result".into()));
    assert!(!stage.output().join("faulty.png").exists());
    // It is paid for: another go fetches it and pays nothing.
    stage.run(&["--retry-failed"]).assert_status(1);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn a_picture_of_another_size_is_kept_for_review() {
    let stage = stage("wrong_size");
    let told = run(&stage, &[]);
    told.assert_status(1);
    assert_eq!(faulty(&told), ("REVIEW".into(), "bad_result".into()));
    assert!(
        told.last("faulty.png")["cause"]["message"].as_str().unwrap().contains("902"),
        "{}",
        told.last("faulty.png")
    );
    assert!(stage.output().join("faulty.png").is_file());
}

#[test]
fn a_redirect_takes_the_key_nowhere() {
    let stage = stage("key_leak_redirect");
    let told = stage.run(&[]);
    assert_eq!(stage.stats()["leaks"]["count"], 0, "{}", told.stdout);
}

#[test]
fn a_locked_account_stops_once_fails_nobody_and_goes_on_later() {
    let stage = Stage::scenario("account_locked");
    stage.small_photos(6);
    let told = stage.run(&["--concurrency", "2"]);
    told.assert_status(3);
    let notices: Vec<_> = told.events().into_iter().filter(|event| event["event"] == "notice").collect();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["kind"], "account_locked");
    let summary = told.summary();
    assert_eq!((&summary["failed"], &summary["done"]), (&0.into(), &2.into()), "what was at fal is fetched: {summary}");

    let unlock = format!("{}/_sandbox/unlock", stage.sandbox.origin());
    stage.runtime.block_on(async { reqwest::Client::new().post(unlock).send().await.unwrap() });
    let begun = std::time::Instant::now();
    let told = stage.run(&[]);
    told.assert_status(0);
    let elapsed = told.summary()["elapsed_s"].as_f64().unwrap();
    assert!(elapsed <= begun.elapsed().as_secs_f64(), "of this run, and not of the one before: {elapsed}");
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn escape_sequences_from_outside_reach_neither_terminal_nor_caption() {
    let stage = stage("escapes");
    let lines = common::run(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    assert!(!lines.stdout.contains('\u{1b}') && !lines.stderr.contains('\u{1b}'));
    for entry in fs::read_dir(stage.output()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension() == Some("txt".as_ref()) {
            let caption = fs::read_to_string(&path).unwrap();
            assert!(!caption.trim_end().chars().any(char::is_control), "{caption:?}");
        }
    }
}

#[test]
fn the_cap_is_never_passed() {
    let stage = Stage::new();
    stage.dear_photos(8);
    // Three are let go at once, and with what they cost less than they might a fourth.
    let told = stage.run(&["--budget", "0.35", "--concurrency", "6"]);
    told.assert_status(4);
    let stats = stage.stats();
    assert_eq!(stats["accepted"], 4, "{stats:#}");
    assert!(
        stats["queue"]["most_in_flight"].as_u64().unwrap() <= 3 && stats["usd"].as_f64().unwrap() <= 0.35,
        "{stats:#}"
    );
    assert_eq!(told.summary()["left"], 4);
    let notice = told.events().into_iter().find(|event| event["kind"] == "budget_reached").unwrap();
    assert!(notice["message"].as_str().unwrap().contains("may cost up to $0.10"), "{notice}");
    // A higher cap goes on; what was spent still counts.
    stage.run(&["--budget", "0.45"]).assert_status(4);
    assert_eq!(stage.stats()["accepted"], 5);
    stage.run(&["--budget", "2"]).assert_status(0);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn under_a_cap_that_not_even_one_photo_fits_nothing_is_sent() {
    let stage = Stage::new();
    stage.small_photos(3);
    stage.run(&["--budget", "0.09"]).assert_status(4);
    let stats = stage.stats();
    assert_eq!((&stats["submits"], stats["calls"].get("upload")), (&0.into(), None), "{stats:#}");
}

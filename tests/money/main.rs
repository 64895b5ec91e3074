//! Money and nights: a cap is never passed, an account that locks costs nobody anything, and whatever the
//! network does, no photo fails for it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;

mod bench;
mod billed;
mod booked;
mod cap_said;
mod edited;
mod slow_line;
mod storm;

use std::thread;
use std::time::Duration;

use bench::{Bench, Given, Line};
use common::{Stage, fast};
use fal_tui::engine::snapshot::NoticeKind;
use fal_tui::engine::{Command, Ending};
use fal_tui::job::{CauseKind, Group, Usd};
use fal_tui::plan::Failed;
use fal_tui::sandbox::{Options, Scenario};
use serde_json::Value;

/// A test on a clock that stands still until it is moved.
fn on_a_paused_clock(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(test);
}

fn stage(faults: &str) -> Stage {
    Stage::with(Options { scenario: Some(Scenario::parse(faults, "faults").unwrap()), ..fast() })
}

fn post(stage: &Stage, path: &str) {
    let url = format!("{}{path}", stage.sandbox.origin());
    beside(|| stage.runtime.block_on(async { reqwest::Client::new().post(url).send().await.unwrap() }));
}

fn stats(stage: &Stage) -> Value {
    beside(|| stage.stats())
}

/// Does something on a thread of its own: the test's belongs to its engine.
fn beside<T: Send>(what: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(what).join().unwrap())
}

const LOCKED: &str = r#"
[[fault]]
call = "submit"
per = "all"
after = 2
first = 1
lock = "User is locked. Reason: Exhausted balance."
"#;

#[test]
fn a_locked_account_is_tried_with_one_submit_at_a_time_until_it_goes_on() {
    let stage = stage(LOCKED);
    stage.small_photos(12);
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given { stay: true, ..Given::default() }).await;
        bench.until("it is certain", |bench| bench.notices() == [NoticeKind::AccountLocked]).await;
        bench.until("what is at fal is saved", |bench| bench.snapshot().totals.of(Group::Done) == 2).await;
        bench.until("the snapshot says so", |bench| bench.snapshot().notice.is_some()).await;
        let notice = bench.snapshot().notice.clone().unwrap();
        assert!(notice.action.contains("next try in"), "{notice:?}");

        let submits = || stats(&stage)["calls"]["submit"].as_u64().unwrap();
        let before = submits();
        for wait in [30, 60, 120] {
            bench.leap(Duration::from_secs(wait)).await;
        }
        assert_eq!(submits() - before, 3, "one try each time");
        bench.until("nothing moves between tries", |bench| bench.snapshot().totals.moving == 0).await;
        post(&stage, "/_sandbox/unlock");
        // A person need not wait.
        bench.ask(Command::Resume).await;
        bench.until("all are done", |bench| bench.snapshot().totals.of(Group::Done) == 12).await;
        assert_eq!(bench.snapshot().totals.of(Group::Failed), 0);
        assert_eq!(bench.notices(), [NoticeKind::AccountLocked, NoticeKind::Resumed], "a try that works is told");
        let notice = bench.snapshot().notice.clone().unwrap();
        assert_eq!((notice.kind, &*notice.message), (NoticeKind::Resumed, "the account is in order again; it goes on"));
        bench.leap(Duration::from_secs(30)).await;
        bench.ask(Command::Window(1)).await;
        bench.until("it is no news any more", |bench| bench.snapshot().notice.is_none()).await;
        bench.crash().await;
    });
    let stats = stats(&stage);
    assert_eq!(stats["most_accepted_of_one_input"], 1, "{stats:#}");
}

#[test]
fn after_a_top_up_it_goes_on_by_itself() {
    let stage = stage(LOCKED);
    stage.small_photos(6);
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given { waits_for_account: true, ..Given::default() }).await;
        bench.until("it is certain", |bench| bench.notices() == [NoticeKind::AccountLocked]).await;
        bench.leap(Duration::from_secs(30)).await;
        assert!(!bench.has_ended(), "it waits");
        post(&stage, "/_sandbox/unlock");
        bench.leap(Duration::from_mins(1)).await;
        bench.until("it goes on", |bench| bench.notices().contains(&NoticeKind::Resumed)).await;
        let summary = bench.end().await;
        assert_eq!((summary.ending, summary.done, summary.failed), (Ending::Finished, 6, 0));
    });
}

#[test]
fn a_lock_that_is_none_a_moment_later_is_not_even_told() {
    let stage = stage(
        "[[fault]]\ncall = \"submit\"\nper = \"all\"\nfirst = 1\nstatus = 403\njson = { detail = \"User is locked. Reason: Exhausted balance.\" }\n",
    );
    stage.small_photos(4);
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given { window: Some(1), ..Given::default() }).await;
        bench.until("the end", Bench::has_ended).await;
        assert_eq!(bench.notices(), []);
        let summary = bench.end().await;
        assert_eq!((summary.ending, summary.done), (Ending::Finished, 4));
    });
}

#[test]
fn a_night_without_a_network_fails_nobody_and_spends_no_retry() {
    let stage = stage("");
    stage.small_photos(12);
    let line = Line::to(&stage);
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given { line: Some(line.at), ..Given::default() }).await;
        bench.until("it runs", |bench| bench.snapshot().totals.of(Group::Done) >= 2).await;
        line.is_up(false);
        bench.until("that is told", |bench| bench.notices().contains(&NoticeKind::Offline)).await;
        for _ in 0..40 {
            bench.leap(Duration::from_mins(1)).await;
        }
        assert_eq!(bench.snapshot().totals.of(Group::Failed), 0);
        assert_eq!(bench.notices(), [NoticeKind::Offline], "once");
        line.is_up(true);
        bench.leap(Duration::from_mins(1)).await;
        bench.until("that is told, too", |bench| bench.notices().contains(&NoticeKind::Resumed)).await;
        // Replies that were lost with the line are found in fal's list, which is asked for some minutes.
        let begun = std::time::Instant::now();
        while !bench.has_ended() && begun.elapsed() < Duration::from_mins(1) {
            bench.leap(Duration::from_secs(5)).await;
        }
        let summary = bench.end().await;
        assert_eq!((summary.done + summary.unknown, summary.failed), (12, 0), "{summary:?}");
    });
    let stats = stats(&stage);
    assert_eq!(stats["most_accepted_of_one_input"], 1, "{stats:#}");
}

#[test]
fn all_workers_brake_together_and_go_on_together() {
    let stage = stage(
        "[[fault]]\ncall = \"submit\"\nper = \"all\"\nafter = 1\nfirst = 6\nstatus = 429\nheaders = { retry-after = \"20\" }\n",
    );
    stage.small_photos(12);
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given::default()).await;
        bench.until("it brakes", |bench| bench.notices() == [NoticeKind::RateLimited]).await;
        bench.leap(Duration::from_secs(1)).await;
        let submits = || stats(&stage)["calls"]["submit"].as_u64().unwrap();
        let before = submits();
        assert!(before <= 1 + 4, "no more than the window were on their way: {before}");
        bench.leap(Duration::from_secs(10)).await;
        assert_eq!(submits(), before, "not before the time that fal asked for");
        bench.leap(Duration::from_secs(10)).await;
        assert_eq!(submits(), before + 1, "one tries");
        for _ in 0..6 {
            bench.leap(Duration::from_secs(21)).await;
        }
        bench.until("it is over", |bench| bench.notices().last() == Some(&NoticeKind::Resumed)).await;
        let summary = bench.end().await;
        assert_eq!((summary.done, summary.failed), (12, 0));
    });
}

#[test]
fn a_photo_that_does_not_start_in_time_ends_unpaid_and_is_not_sent_again_by_itself() {
    let stage = Stage::with(Options { latency: Duration::from_secs(6), runners: 1, ..fast() });
    stage.small_photos(2);
    let told = stage.run(&["--start-timeout", "2"]);
    told.assert_status(1);
    let ends: Vec<_> = told.events().into_iter().filter(|event| event["state"] == "FAILED").collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    let Some(end) = ends.first() else { return };
    assert_eq!(
        (&end["cause"]["kind"], &end["cause"]["http"], &end["attempt"]),
        (&"timeout".into(), &504.into(), &1.into())
    );
    let message = end["cause"]["message"].as_str().unwrap();
    assert!(message.contains("--start-timeout") && message.contains("retry"), "{message}");
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["billed"]), (&2.into(), &1.into()), "{stats:#}");
}

#[test]
fn what_a_failed_request_was_billed_counts_towards_the_cap_after_a_crash_too() {
    // The first request of each photo is refused by the model after it was billed for a megapixel.
    let stage = stage(
        "[[fault]]\ncall = \"result\"\nfile = \"small-1.png\"\nstatus = 422\nheaders = { x-fal-billable-units = \"1\", x-fal-request-id = \"r\" }\njson = { detail = [{ loc = [\"body\"], msg = \"no\", type = \"content_policy_violation\" }] }\n",
    );
    stage.small_photos(1);
    let spent = |told: &common::Run| told.summary()["spent_usd"].as_f64().unwrap();
    let told = stage.run(&["--budget", "0.15"]);
    told.assert_status(1);
    assert!((spent(&told) - 0.1).abs() < 1e-9, "{}", told.summary());
    // There is a nickel left, which is not enough for a retry.
    let again = stage.run(&["--budget", "0.15", "--retry-failed"]);
    again.assert_status(4);
    assert!((spent(&again) - 0.1).abs() < 1e-9, "{}", again.summary());
    assert_eq!(stage.stats()["accepted"], 1);
}

#[test]
fn a_connection_that_hangs_is_given_up_at_every_step() {
    for call in ["token", "upload", "status", "result", "download"] {
        let stage = stage(&format!("[[fault]]\ncall = \"{call}\"\nper = \"all\"\nfirst = 1\nhang = true\n"));
        stage.small_photos(2);
        on_a_paused_clock(async {
            let mut bench = Bench::start(&stage, Given { window: Some(1), ..Given::default() }).await;
            bench.until("it hangs", |_| stats(&stage)["calls"][call].as_u64() >= Some(1)).await;
            for _ in 0..4 {
                bench.leap(Duration::from_secs(45)).await;
            }
            while !bench.has_ended() {
                bench.leap(Duration::from_secs(3)).await;
            }
            let summary = bench.end().await;
            assert_eq!((summary.done, summary.failed, summary.unknown), (2, 0, 0), "{call}: {summary:?}");
        });
        assert_eq!(stage.stats()["most_accepted_of_one_input"], 1, "{call}");
    }
}

#[test]
fn whatever_fails_gets_lost_or_crashes_the_cap_is_never_passed() {
    const CAP: f64 = 0.75;
    const FAULTS: &str = r#"
[[fault]]
call = "submit"
file = "dear-[147].png"
first = 1
drop = "after"

[[fault]]
call = "submit"
file = "dear-2.png"
first = 2
status = 503
ingress = true

[[fault]]
call = "run"
file = "dear-[35].png"
attempt = 1
fail = { error_type = "runner_server_error" }

[[fault]]
call = "download"
file = "dear-6.png"
first = 1
cut_at = "50%"
"#;
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    for _ in 0..2 {
        let stage = stage(FAULTS);
        stage.dear_photos(12);
        let billed = || stats(&stage)["usd"].as_f64().unwrap();
        for _ in 0..5 {
            let window = rng.u16(1..12);
            let crash_after = rng.u32(5..250);
            on_a_paused_clock(async {
                let given = Given { budget: Some(CAP), window: Some(window), ..Given::default() };
                let mut bench = Bench::start(&stage, given).await;
                for _ in 0..crash_after {
                    bench.pass().await;
                }
                bench.crash().await;
            });
            assert!(billed() <= CAP, "window {window}, crashed after {crash_after}: {}", billed());
        }
        // Then it goes on to where it stands at its cap, or everything is looked for.
        on_a_paused_clock(async {
            let given = Given { budget: Some(CAP), window: Some(6), ..Given::default() };
            let mut bench = Bench::start(&stage, given).await;
            // What was lost is looked for during five minutes.
            for _ in 0..200 {
                if !bench.has_ended() {
                    bench.leap(Duration::from_secs(5)).await;
                }
            }
            assert_eq!(bench.end().await.exit_status(), 4);
        });
        assert!(billed() <= CAP, "{}", billed());
    }
}

#[test]
fn a_lost_job_is_sent_again_only_if_its_cause_is_named_and_only_once() {
    // The call never arrives, which nobody here can know; the second time it is lost again.
    let stage = stage("[[fault]]\ncall = \"submit\"\nfirst = 2\ndrop = \"before\"\n");
    stage.small_photos(1);
    let life = |only: Option<CauseKind>, wanted: bool| {
        on_a_paused_clock(async {
            let retry_failed = wanted.then_some(Failed { only, ..Failed::default() });
            let mut bench = Bench::start(&stage, Given { retry_failed, ..Given::default() }).await;
            while !bench.has_ended() {
                bench.leap(Duration::from_secs(20)).await;
            }
            let summary = bench.end().await;
            assert_eq!((summary.unknown, summary.done), if submits(&stage) < 3 { (1, 0) } else { (0, 1) });
        });
        submits(&stage)
    };
    assert_eq!(life(None, false), 1);
    assert_eq!(life(None, true), 1, "a plain retry leaves it alone");
    assert_eq!(life(Some(CauseKind::Runner), true), 1);
    let plan = common::run(stage.command(&["plan", "--state-dir", "state"]).arg(stage.photos()));
    assert!(plan.stdout.contains("0 photos to send, 1 perhaps paid for"), "{}", plan.stdout);
    assert_eq!(life(Some(CauseKind::UnknownOutcome), true), 2, "once a run");
    assert_eq!(life(Some(CauseKind::UnknownOutcome), true), 3);
}

fn submits(stage: &Stage) -> u64 {
    stats(stage).pointer("/calls/submit").and_then(Value::as_u64).unwrap()
}

#[test]
fn a_unit_that_is_priced_otherwise_than_listed_takes_no_cap() {
    let price = r#"{ prices = [{ endpoint_id = "fal-ai/flux-vision-upscaler", unit_price = 0.001, unit = "compute seconds", currency = "USD" }], has_more = false }"#;
    let stage = stage(&format!("[[fault]]\ncall = \"pricing\"\njson = {price}\n"));
    stage.small_photos(1);
    let told = stage.run(&["--budget", "1"]);
    told.assert_status(2);
    assert!(told.stderr.contains("per compute second") && told.stderr.contains("--budget"), "{}", told.stderr);
    assert_eq!(stage.stats()["submits"], 0);
    stage.run(&[]).assert_status(0);
}

#[test]
fn a_cap_that_is_raised_in_a_running_batch_goes_on() {
    let stage = stage("");
    stage.small_photos(3);
    on_a_paused_clock(async {
        let given = Given { budget: Some(0.05), stay: true, ..Given::default() };
        let mut bench = Bench::start(&stage, given).await;
        bench.until("it stands at its cap", |bench| bench.notices() == [NoticeKind::BudgetReached]).await;
        assert_eq!(stats(&stage)["submits"], 0);
        bench.ask(Command::Budget(Usd::from_f64(0.5))).await;
        bench.until("all are done", |bench| bench.snapshot().totals.of(Group::Done) == 3).await;
        assert_eq!(bench.snapshot().batch.budget, Usd::from_f64(0.5));
        bench.crash().await;
    });
}

#[test]
fn the_plan_of_a_batch_that_goes_on_counts_what_it_then_sends() {
    let stage = stage(LOCKED);
    stage.small_photos(9);
    let first = stage.run(&[]);
    assert_eq!(first.status, 3, "{}", first.stderr);
    post(&stage, "/_sandbox/unlock");
    let before = submits(&stage);
    let again = stage.run(&[]);
    assert_eq!(again.status, 0, "{}", again.stderr);
    let plan = again.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let plan = plan.into_iter().find(|event| event.get("event").is_some_and(|name| name == "plan")).unwrap();
    assert_eq!(plan.get("photos").and_then(Value::as_u64), Some(submits(&stage) - before), "{plan}");
}

#[test]
fn a_cap_that_lets_nothing_through_does_not_keep_the_plan_back() {
    let stage = Stage::with(fast());
    stage.small_photos(3);
    let told = stage.run(&["--budget", "0.05"]);
    told.assert_status(4);
    let events = told.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let plan = events.into_iter().find(|event| event.get("event").is_some_and(|name| name == "plan"));
    assert_eq!(plan.and_then(|plan| plan.get("photos")?.as_u64()), Some(3), "{}", told.stdout);
    assert_eq!(stats(&stage).pointer("/calls/submit"), None, "nothing is sent");
}

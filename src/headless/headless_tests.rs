use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::engine::board::{BatchFacts, LogLine, Notice, NoticeKind, Plan, SkippedFile};
use crate::engine::{Ending, JobChange};
use crate::job::{
    BatchId, Cause, CauseKind, JobId, Pixels, PriceSource, RequestId, Status, Timestamp, Unit, UnitPrice, Usd,
};

/// 2026-11-22T12:41:07.250Z.
const NOON: Timestamp = Timestamp(1_795_351_267_250);

fn at(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

fn usd(dollars: f64) -> Usd {
    Usd::from_f64(dollars).unwrap()
}

fn facts() -> BatchFacts {
    BatchFacts {
        id: BatchId(3),
        from: vec!["photos".to_owned()],
        to: "photos-upscaled".to_owned(),
        endpoint: "fal-ai/flux-vision-upscaler".to_owned(),
        params: [("upscale_factor", "2"), ("creativity", "0.3"), ("enable_safety_checker", "true")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        factor: Some("×2".to_owned()),
        budget: Some(usd(20.0)),
        sandbox: false,
        log_file: "/state/fal-tui/fal-tui.log".to_owned(),
    }
}

fn plan() -> Plan {
    Plan {
        photos: 2,
        done_before: 1,
        skipped: 1,
        skipped_by_reason: vec![("no picture".to_owned(), 1)],
        input_px: 270_600,
        output_px: 1_082_400,
        price: Some(UnitPrice { usd: usd(0.1), unit: Unit::Megapixel, source: PriceSource::BuiltIn }),
        estimate: Some(usd(0.10824)),
        dearest: vec![("space/astronaut.png".to_owned(), usd(0.1049))],
        ..Plan::default()
    }
}

fn skipped() -> Vec<SkippedFile> {
    vec![SkippedFile { path: "notes.txt".to_owned(), reason: "no picture".to_owned() }]
}

fn change(number: usize, path: &str, status: Status) -> JobChange {
    JobChange {
        id: JobId::at(number - 1),
        path: path.to_owned(),
        status,
        attempt: 1,
        request_id: None,
        queue_position: None,
        cause: None,
        retry_in: None,
        output: None,
        caption: None,
        pixels: None,
        seed: None,
        inference_s: None,
        cost: None,
    }
}

fn end() -> Summary {
    Summary {
        facts: Arc::new(facts()),
        ending: Ending::Finished,
        done: 2,
        failed: 1,
        review: 0,
        skipped: 1,
        cancelled: 0,
        unknown: 0,
        left: 0,
        at_fal: 0,
        spent: usd(0.11),
        reserved: Usd::ZERO,
        elapsed: Duration::from_millis(12_345),
    }
}

/// A small batch: one photo done, one retried and failed.
fn story() -> Vec<Event> {
    let request_id = Some(RequestId::new("764cabcf-b745").unwrap());
    let cat = |status| JobChange { request_id: request_id.clone(), ..change(1, "cat.png", status) };
    let cause = |http, message: &str| Some(Cause { http, ..Cause::new(CauseKind::Runner, message) });
    let what = vec![
        (0, What::Opened(Arc::new(facts()))),
        (0, What::Planned { facts: Arc::new(facts()), plan: Arc::new(plan()), skipped: skipped() }),
        (1, What::Job(Box::new(change(1, "cat.png", Status::Uploading)))),
        (1, What::Job(Box::new(JobChange { queue_position: Some(3), ..cat(Status::InQueue) }))),
        (2, What::Job(Box::new(JobChange { queue_position: Some(1), ..cat(Status::InQueue) }))),
        (3, What::Job(Box::new(cat(Status::InProgress)))),
        (
            3,
            What::Log(
                JobId::at(0),
                LogLine {
                    timestamp: "2026-11-22T12:41:10Z".to_owned(),
                    level: "INFO".to_owned(),
                    message: "7/20".to_owned(),
                },
            ),
        ),
        (
            4,
            What::Job(Box::new(JobChange {
                cause: cause(Some(503), "runner disconnected"),
                retry_in: Some(Duration::from_secs(8)),
                attempt: 2,
                ..change(2, "sub/pano.jpg", Status::Waiting)
            })),
        ),
        (
            5,
            What::Notice(Notice {
                kind: NoticeKind::RateLimited,
                message: "fal asked to slow down".to_owned(),
                action: "it goes on by itself".to_owned(),
            }),
        ),
        (
            11,
            What::Job(Box::new(JobChange {
                output: Some(Path::new("photos-upscaled/cat.png").into()),
                caption: Some("A cat, looking up.\nIt is orange.".into()),
                pixels: Some(Pixels::new(902, 600)),
                seed: Some(42),
                inference_s: Some(3.5),
                cost: Some(usd(0.054)),
                ..cat(Status::Done)
            })),
        ),
        (
            12,
            What::Job(Box::new(JobChange {
                cause: cause(None, "no runner"),
                attempt: 2,
                ..change(2, "sub/pano.jpg", Status::Failed)
            })),
        ),
        (12, What::Ended(end())),
    ];
    what.into_iter().map(|(seconds, what)| Event { at: at(seconds), what }).collect()
}

fn lines_of(events: &[Event], color: bool) -> String {
    let (mut lines, mut out) = (Lines::new(color, TimeZone::UTC), Vec::new());
    for event in events {
        lines.tell(event, &mut out);
    }
    String::from_utf8(out).unwrap()
}

async fn told(events: Vec<Event>, form: Form) -> (Result<Option<Summary>, HeadlessError>, String, String) {
    let (sender, receiver) = mpsc::channel(64);
    let send = async {
        for event in events {
            sender.send(event).await.unwrap();
        }
        drop(sender);
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (ended, ()) = tokio::join!(tell(receiver, form, false, &mut out, &mut err), send);
    (ended, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[tokio::test]
async fn json_has_the_fields_of_version_1() {
    let (ended, out, err) = told(story(), Form::Json).await;
    assert_eq!(ended.unwrap(), Some(end()));
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let job = |ts: &str, fields: Value| {
        let mut event = json!({"v": 1, "ts": ts, "event": "job", "batch": 3});
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event
    };
    let expected = [
        json!({"v": 1, "ts": "2026-11-22T12:41:07.250Z", "event": "plan", "batch": 3,
            "model": "fal-ai/flux-vision-upscaler",
            "params": {"upscale_factor": 2, "creativity": 0.3, "enable_safety_checker": true},
            "output": "photos-upscaled", "photos": 2,
            "skipped": [{"path": "notes.txt", "reason": "no picture"}],
            "input_mp": 0.2706, "output_mp": 1.0824,
            "unit_price_usd": 0.1, "estimate_usd": 0.10824, "budget_usd": 20.0}),
        job("2026-11-22T12:41:08.250Z", json!({"job": 1, "path": "cat.png", "state": "UPLOADING", "attempt": 1})),
        job(
            "2026-11-22T12:41:08.250Z",
            json!({"job": 1, "path": "cat.png", "state": "IN_QUEUE", "attempt": 1,
                "request_id": "764cabcf-b745", "queue_position": 3}),
        ),
        job(
            "2026-11-22T12:41:09.250Z",
            json!({"job": 1, "path": "cat.png", "state": "IN_QUEUE", "attempt": 1,
                "request_id": "764cabcf-b745", "queue_position": 1}),
        ),
        job(
            "2026-11-22T12:41:10.250Z",
            json!({"job": 1, "path": "cat.png", "state": "IN_PROGRESS", "attempt": 1, "request_id": "764cabcf-b745"}),
        ),
        json!({"v": 1, "ts": "2026-11-22T12:41:10.250Z", "event": "log", "job": 1,
            "level": "INFO", "message": "7/20", "timestamp": "2026-11-22T12:41:10Z"}),
        job(
            "2026-11-22T12:41:11.250Z",
            json!({"job": 2, "path": "sub/pano.jpg", "state": "WAITING", "attempt": 2,
                "cause": {"kind": "runner", "http": 503, "message": "runner disconnected", "retry_in_s": 8.0}}),
        ),
        json!({"v": 1, "ts": "2026-11-22T12:41:12.250Z", "event": "notice", "kind": "rate_limited",
            "message": "fal asked to slow down", "action": "it goes on by itself"}),
        job(
            "2026-11-22T12:41:18.250Z",
            json!({"job": 1, "path": "cat.png", "state": "DONE", "attempt": 1, "request_id": "764cabcf-b745",
                "output": "photos-upscaled/cat.png", "caption": "A cat, looking up.\nIt is orange.",
                "width": 902, "height": 600, "seed": 42, "inference_s": 3.5, "cost_usd": 0.054}),
        ),
        job(
            "2026-11-22T12:41:19.250Z",
            json!({"job": 2, "path": "sub/pano.jpg", "state": "FAILED", "attempt": 2,
                "cause": {"kind": "runner", "message": "no runner"}}),
        ),
        json!({"v": 1, "ts": "2026-11-22T12:41:19.250Z", "event": "batch", "batch": 3,
            "done": 2, "failed": 1, "review": 0, "skipped": 1, "cancelled": 0, "unknown": 0, "left": 0,
            "spent_usd": 0.11, "reserved_usd": 0.0, "elapsed_s": 12.345, "exit": 1}),
    ];
    for (event, expected) in events.iter().zip(&expected) {
        assert_eq!(event, expected);
    }
    assert_eq!(events.len(), expected.len());
    assert!(err.contains("fal asked to slow down") && err.contains("fal-tui retry 3"), "{err}");
}

#[test]
fn what_is_not_known_is_null_and_never_zero_nor_nan() {
    let plan = Plan { price: None, estimate: None, ..plan() };
    let facts = BatchFacts { id: BatchId(0), budget: None, ..facts() };
    let event: Value = serde_json::from_str(&plan_event(NOON, &facts, &plan, &[])).unwrap();
    for field in ["batch", "unit_price_usd", "estimate_usd", "budget_usd"] {
        assert_eq!(event[field], Value::Null, "{field}");
    }
    let mut out = Vec::new();
    let odd = JobChange { inference_s: Some(f64::NAN), ..change(1, "a.png", Status::Done) };
    Json::default().tell(&Event { at: NOON, what: What::Job(Box::new(odd)) }, &mut out);
    let event: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(event.get("inference_s"), None);
}

#[test]
fn every_event_is_one_line_that_cannot_move_a_cursor_and_reads_back_the_same() {
    let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}gpj\n\r\u{7f}\u{e0041}\"\\ 👍🏽 Прибой";
    let mut out = Vec::new();
    let odd = JobChange { caption: Some(hostile.into()), ..change(1, hostile, Status::Done) };
    Json::default().tell(&Event { at: NOON, what: What::Job(Box::new(odd)) }, &mut out);
    let line = String::from_utf8(out).unwrap();
    assert_eq!(crate::job::clean(line.trim_end()), line.trim_end());
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((event["path"].as_str(), event["caption"].as_str()), (Some(hostile), Some(hostile)));
}

#[test]
fn lines_tell_what_people_want_to_know() {
    insta::assert_snapshot!(lines_of(&story(), false));
}

#[test]
fn colour_is_round_the_words_and_nowhere_else() {
    let (plain, colored) = (lines_of(&story(), false), lines_of(&story(), true));
    assert!(!plain.contains('\x1b'));
    assert!(colored.contains("\x1b[32mDONE"));
    let without = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"]
        .iter()
        .fold(colored, |text, code| text.replace(code, ""));
    assert_eq!(without, plain);
}

#[test]
fn totals_come_at_most_every_ten_seconds() {
    let planned = Plan { photos: 400, ..plan() };
    let planned = What::Planned { facts: Arc::new(facts()), plan: Arc::new(planned), skipped: Vec::new() };
    let mut events = vec![Event { at: at(0), what: planned }];
    for number in 1..=100_usize {
        let done = JobChange { cost: Some(usd(0.5)), ..change(number, "a.png", Status::Done) };
        events.push(Event { at: at(number as u64 / 4), what: What::Job(Box::new(done)) });
    }
    let text = lines_of(&events, false);
    let totals: Vec<_> = text.lines().filter(|line| line.contains("TOTAL")).collect();
    assert_eq!(
        totals,
        [
            "12:41:17  TOTAL        40 of 400 ended (10 %), $20.00 spent, about 1 min 30 s left",
            "12:41:27  TOTAL        80 of 400 ended (20 %), $40.00 spent, about 1 min 20 s left",
        ]
    );
}

#[test]
fn the_plan_as_text_says_everything_before_anything_is_paid() {
    insta::assert_snapshot!("plan", plan_text(&facts(), &plan(), &skipped()));
    let unknown = Plan { price: None, estimate: None, ..plan() };
    assert!(plan_text(&facts(), &unknown, &[]).contains("price      unknown\n"));
    let many: Vec<_> = std::iter::repeat_n(skipped().remove(0), 25).collect();
    assert!(plan_text(&facts(), &plan(), &many).contains("and 5 more"));
}

#[test]
fn the_summary_says_where_results_are_and_how_to_go_on() {
    let ends = [
        end(),
        Summary { failed: 0, ..end() },
        Summary {
            ending: Ending::Left(Some(2)),
            done: 410,
            failed: 0,
            left: 794,
            at_fal: 8,
            reserved: usd(39.04),
            elapsed: Duration::from_secs(761),
            ..end()
        },
        Summary { ending: Ending::OwnLimit, review: 1, unknown: 2, left: 4, ..end() },
        Summary { done: 0, failed: 0, spent: Usd::ZERO, ..end() },
        Summary { ending: Ending::NotStarted, done: 0, failed: 0, left: 7, spent: Usd::ZERO, ..end() },
        Summary { ending: Ending::Unreachable, done: 0, failed: 0, left: 7, spent: Usd::ZERO, ..end() },
    ];
    insta::assert_snapshot!("summary", ends.iter().map(summary).collect::<Vec<_>>().join("\n"));
    let sandbox = Summary { facts: Arc::new(BatchFacts { sandbox: true, ..facts() }), ..end() };
    assert!(summary(&sandbox).contains("nothing was charged"));
}

#[tokio::test]
async fn a_closed_pipe_is_a_quiet_end_and_a_full_disk_is_not() {
    struct Refusing(ErrorKind);
    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for (kind, quiet) in [(ErrorKind::BrokenPipe, true), (ErrorKind::StorageFull, false)] {
        let (sender, receiver) = mpsc::channel(64);
        for event in story() {
            sender.try_send(event).unwrap();
        }
        let ended = tell(receiver, Form::Lines, false, Refusing(kind), io::sink()).await;
        assert_eq!(matches!(ended, Ok(None)), quiet, "{kind}");
    }
    // What cannot be said on stderr is not worth a batch.
    let (sender, receiver) = mpsc::channel(64);
    for event in story() {
        sender.try_send(event).unwrap();
    }
    let ended = tell(receiver, Form::Json, false, io::sink(), Refusing(ErrorKind::BrokenPipe)).await;
    assert_eq!(ended.unwrap(), Some(end()));
}

#[tokio::test]
async fn an_engine_that_goes_away_without_an_end_is_not_waited_for() {
    let mut events = story();
    events.pop();
    assert_eq!(told(events, Form::Lines).await.0.unwrap(), None);
}

fn any_status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

proptest! {
    #[test]
    fn hostile_text_never_reaches_the_terminal(path in any::<String>(), text in any::<String>(), status in any_status()) {
        let odd = JobChange {
            cause: Some(Cause::new(CauseKind::ModelError, text.as_str())),
            caption: Some(text.as_str().into()),
            output: Some(Path::new(&path).into()),
            ..change(1, &path, status)
        };
        let notice = Notice { kind: NoticeKind::Offline, message: text.clone(), action: text.clone() };
        let facts = BatchFacts { to: path.clone(), from: vec![text.clone()], log_file: path.clone(), ..facts() };
        let skipped = vec![SkippedFile { path: path.clone(), reason: text.clone() }];
        let told = lines_of(
            &[
                Event { at: NOON, what: What::Opened(Arc::new(facts.clone())) },
                Event { at: NOON, what: What::Job(Box::new(odd)) },
                Event { at: NOON, what: What::Notice(notice) },
                Event { at: NOON, what: What::Ended(Summary { facts: Arc::new(facts.clone()), ..end() }) },
            ],
            false,
        );
        for line in told.lines().chain(plan_text(&facts, &plan(), &skipped).lines()) {
            prop_assert_eq!(crate::job::clean(line), line);
        }
    }
}

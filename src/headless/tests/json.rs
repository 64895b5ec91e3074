use serde_json::{Value, json};

use super::super::json::Json;
use super::*;

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
            "files": [],
            "output": "/home/ada/photos-upscaled", "photos": 2,
            "skipped": [{"path": "notes.txt", "reason": "no picture"}],
            "input_mp": 0.2706, "output_mp": 1.0824,
            "unit_price_usd": 0.1, "estimate_usd": 0.10824, "price_state": "exact", "budget_usd": 20.0,
            "duplicates": 3, "duplicates_usd": 0.5, "service": "fal", "replaced": 0,
            "sufficient_usd": 0.2, "may_leave": 1, "found_in_output": 0, "changed_in_output": 0, "notes": [], "rules": [], "ways": { "upload": 0, "data_uri": 0, "url": 0 },
            "losses": [], "reduced": 0, "as_they_come": 0, "price_doubt": null,
            "few_files": null, "done_before": 1, "at_fal": 0, "failed_before": 0, "unknown_before": 0}),
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
                "artifacts": [{"role": "image", "path": "photos-upscaled/cat.png", "kind": "png", "bytes": 1234,
                    "width": 902, "height": 600}],
                "texts": [{"role": "caption", "text": "A cat, looking up.\nIt is orange."}],
                "width": 902, "height": 600, "seed": 42, "inference_s": 3.5, "cost_usd": 0.054}),
        ),
        job(
            "2026-11-22T12:41:19.250Z",
            json!({"job": 2, "path": "sub/pano.jpg", "state": "FAILED", "attempt": 2,
                "cause": {"kind": "runner", "message": "no runner"}}),
        ),
        json!({"v": 1, "ts": "2026-11-22T12:41:19.250Z", "event": "batch", "batch": 3,
            "model": "fal-ai/flux-vision-upscaler", "output": "/home/ada/photos-upscaled",
            "done": 2, "failed": 1, "review": 0, "skipped": 1, "cancelled": 0, "unknown": 0, "left": 0,
            "spent_usd": 0.11, "spent_known_usd": 0.11, "spent_assumed_usd": 0.0, "spent_at_most_usd": 0.11,
            "reserved_usd": 0.0, "elapsed_s": 12.345,
            "causes": [{"kind": "runner", "count": 1, "message": "no runner", "path": "sub/pano.jpg",
                "hint": "usually passes: send them again a little later"}],
            "exit": 1}),
    ];
    for (event, expected) in events.iter().zip(&expected) {
        assert_eq!(event, expected);
    }
    assert_eq!(events.len(), expected.len());
    assert!(err.contains("fal asked to slow down") && err.contains("fal-tui retry 3"), "{err}");
}

#[test]
fn what_is_not_known_is_null_and_never_zero_nor_nan() {
    let plan = unpriced();
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
fn a_run_that_ends_before_it_began_says_why_and_with_what_status() {
    let notice = Notice { kind: NoticeKind::KeyRefused, message: "refused".into(), action: "check it".into() };
    let told = early_end(NOON, None, Some(&notice), 3);
    let events: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["kind"]), (&json!("notice"), &json!("key_refused")));
    let end = &events[1];
    assert_eq!(
        (&end["event"], &end["batch"], &end["left"], &end["exit"]),
        (&json!("batch"), &Value::Null, &json!(0), &json!(3))
    );
    assert_eq!(early_end(NOON, Some(BatchId(4)), None, 2).lines().count(), 1);
}

#[test]
fn seconds_are_told_to_the_millisecond() {
    let mut out = Vec::new();
    let waiting = JobChange {
        cause: Some(Cause::new(CauseKind::Network, "gone")),
        retry_in: Some(Duration::from_micros(1_273_400)),
        ..change(1, "a.png", Status::Waiting)
    };
    Json::default().tell(&Event { at: NOON, what: What::Job(Box::new(waiting)) }, &mut out);
    assert!(String::from_utf8(out).unwrap().contains("\"retry_in_s\":1.273}"));
}

#[test]
fn every_event_is_one_line_that_cannot_move_a_cursor_and_reads_back_the_same() {
    let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}gpj\n\r\u{7f}\u{e0041}\"\\ 👍🏽 Прибой";
    let mut out = Vec::new();
    let odd = JobChange { texts: saved_samples::said(Some(hostile)), ..change(1, hostile, Status::Done) };
    Json::default().tell(&Event { at: NOON, what: What::Job(Box::new(odd)) }, &mut out);
    let line = String::from_utf8(out).unwrap();
    assert_eq!(crate::job::clean(line.trim_end()), line.trim_end());
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((event["path"].as_str(), event["caption"].as_str()), (Some(hostile), Some(hostile)));
}

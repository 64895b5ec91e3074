//! A small batch that the tests below tell, and what telling promises in every form.

mod json;
mod lines;
mod text;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::engine::snapshot::{
    BatchFacts, CauseGroup, Costs, Earlier, LogLine, Notice, NoticeKind, Plan, Same, SkippedFile, Skips,
};
use crate::engine::{Ending, JobChange};
use crate::job::{BatchId, Cause, CauseKind, Cost, JobId, RequestId, Status, Timestamp, Usd, saved_samples};
use crate::model::{PriceSource, Unit, UnitPrice};

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
        named_price: None,
        id: BatchId(3),
        from: vec!["photos".to_owned()],
        to: "photos-upscaled".to_owned(),
        output: "/home/ada/photos-upscaled".to_owned(),
        endpoint: "fal-ai/flux-vision-upscaler".to_owned(),
        params: vec![
            ("upscale_factor".to_owned(), 2.into()),
            ("creativity".to_owned(), 0.3.into()),
            ("enable_safety_checker".to_owned(), true.into()),
        ]
        .into(),
        growth: Some("×2".to_owned()),
        budget: Some(usd(20.0)),
        sandbox: false,
        elsewhere: None,
        state_dir: None,
        log_file: "/state/fal-tui/fal-tui.log".to_owned(),
        schema_changed: None,
        few_files: None,
    }
}

fn plan() -> Plan {
    Plan {
        photos: 2,
        earlier: Earlier { done: 1, ..Earlier::default() },
        skips: Skips { count: 1, by_reason: vec![("no picture".to_owned(), 1)], files: Vec::new() },
        input_px: 270_600,
        output_px: 1_082_400,
        costs: Costs {
            price: Some(UnitPrice { usd: usd(0.1), unit: Unit::Megapixel, source: PriceSource::BuiltIn }),
            estimate: Some(usd(0.10824)),
            certain: Some(usd(0.2)),
            may_leave: 1,
            dearest: vec![("space/astronaut.png".to_owned(), usd(0.1049))],
        },
        same: Same { photos: 3, usd: Some(usd(0.5)), checking: 0 },
        ..Plan::default()
    }
}

/// The same where nobody says what it costs.
fn unpriced() -> Plan {
    let mut plan = plan();
    (plan.costs.price, plan.costs.estimate) = (None, None);
    plan
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
        files: [].into(),
        texts: [].into(),
        seed: None,
        inference_s: None,
        cost: None,
        same_as: None,
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
        spent: Cost::Known(usd(0.11)).into(),
        reserved: Usd::ZERO,
        elapsed: Duration::from_millis(12_345),
        causes: vec![CauseGroup {
            kind: CauseKind::Runner,
            count: 1,
            message: "no runner".to_owned(),
            path: "sub/pano.jpg".to_owned(),
            price: None,
            paid: 0,
        }],
        webhooks: None,
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
                files: [saved_samples::png("photos-upscaled/cat.png", 902, 600, 1234)].into(),
                texts: saved_samples::said(Some("A cat, looking up.\nIt is orange.")),
                seed: Some(42),
                inference_s: Some(3.5),
                cost: Some(Cost::Known(usd(0.054))),
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

async fn told(events: Vec<Event>, form: Form) -> (Result<Option<Summary>, HeadlessError>, String, String) {
    let (sender, receiver) = mpsc::channel(64);
    let send = async {
        for event in events {
            sender.send(event).await.unwrap();
        }
        drop(sender);
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (told, ()) = tokio::join!(tell(receiver, Manner::plain(form), &mut out, &mut err), send);
    let ended = told.map(|told| {
        told.map(|told| {
            let summary = told.summary.clone();
            told.end(at(12), summary.exit_status(), None, &mut out, &mut err).unwrap();
            summary
        })
    });
    (ended, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
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
        let ended = tell(receiver, Manner::plain(Form::Lines), Refusing(kind), io::sink()).await;
        assert_eq!(matches!(ended, Ok(None)), quiet, "{kind}");
    }
    // What cannot be said on stderr is not worth a batch.
    let (sender, receiver) = mpsc::channel(64);
    for event in story() {
        sender.try_send(event).unwrap();
    }
    let ended = tell(receiver, Manner::plain(Form::Json), io::sink(), Refusing(ErrorKind::BrokenPipe)).await;
    assert_eq!(ended.unwrap().map(|told| told.summary), Some(end()));
}

#[tokio::test]
async fn an_engine_that_goes_away_without_an_end_is_not_waited_for() {
    let mut events = story();
    events.pop();
    assert_eq!(told(events, Form::Lines).await.0.unwrap(), None);
}

//! Jobs in every state, plain ones and any that there can be.

use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;

use super::ON_SERVER;
use crate::job::{
    Answer, Artifact, Cause, CauseKind, Checkpoint, Closed, ContentHash, Cost, FileKind, FilePath, Format, Intent, Job,
    JobId, JobState, NamedText, Opinion, OwnParams, Photo, Pixels, Request, RequestId, Run, Saved, SavedFile, Service,
    Stage, Stars, Stop, Suspicion, Terms, Timestamp, Unread, Upload, Usd, Verdict, saved_samples,
};
use crate::ledger::{BatchKey, Stakes};

pub(super) fn key(name: &str) -> BatchKey {
    BatchKey {
        roots: vec![PathBuf::from(format!("/photos/{name}"))],
        output: PathBuf::from(format!("/photos/{name}-upscaled")),
        model: "fal-ai/flux-vision-upscaler".to_owned(),
        params: r#"{"upscale_factor":2}"#.to_owned(),
        service: Service::Fal,
    }
}

pub(super) fn id(number: usize) -> JobId {
    JobId::at(number - 1)
}

pub(super) fn job(number: usize, state: JobState) -> Job {
    let photo = Photo {
        path: Path::new(&format!("beach/img{number}.jpg")).into(),
        source: Path::new(&format!("/photos/beach/img{number}.jpg")).into(),
        format: Some(Format::Jpeg),
        pixels: Some(Pixels::new(4000, 3000)),
        bytes: 5_000_000,
        modified: Timestamp(1_700_000_000_000),
        shares_stem: false,
        losses: crate::job::Losses::NONE,
    };
    Job { id: id(number), photo, state, own: None, opinion: None }
}

/// A call that must be the only one on these terms.
pub(super) fn at_stake(terms: Terms) -> Stakes {
    Stakes { alone: Some((terms, [].into())), at_most: None }
}

pub(super) fn run(attempt: u16) -> Run {
    Run { began: Timestamp(1000), attempt }
}

pub(super) fn closed() -> Closed {
    Closed { at: Timestamp(9000), took: Duration::from_secs(8), attempts: 1 }
}

pub(super) fn upload(number: u8) -> Upload {
    Upload {
        url: format!("https://v3.fal.media/files/{number}.jpg").into(),
        at: Timestamp(2000),
        content: ContentHash([number; 32]),
    }
}

pub(super) fn intent(number: u8) -> Intent {
    Intent { upload: upload(number), at: Timestamp(3000) }
}

pub(super) fn request(number: u8) -> Request {
    let id = RequestId::new(&format!("request-{number}")).unwrap();
    let url = format!("https://queue.fal.run/fal-ai/flux-vision-upscaler/requests/{id}");
    Request { id, url: Some(url.into()), at: Timestamp(4000), upload: upload(number) }
}

/// What fal said, billionths of a USD.
pub(super) fn known(nanos: i64) -> Cost {
    Cost::Known(Usd::from_nanos(nanos))
}

/// What fal did not say, and the most that it may be.
pub(super) fn assumed(likely: i64, at_most: i64) -> Cost {
    Cost::assumed(Usd::from_nanos(likely), Usd::from_nanos(at_most))
}

pub(super) fn saved(number: u8, cost: Option<i64>) -> Saved {
    Saved {
        request: request(number).id,
        first: saved_samples::png(format!("beach/img{number}.png"), 8000, 6000, 90_000_000),
        further: [].into(),
        texts: saved_samples::said(Some("a beach at dusk")),
        seed: Some(42),
        inference_s: Some(2.5),
        cost: cost.map(known),
        content: Some(upload(number).content),
        same_as: None,
    }
}

pub(super) fn cause() -> Cause {
    Cause { kind: CauseKind::Runner, http: Some(503), message: "runner disconnected".into() }
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![any::<i64>(), 0_i64..2_000_000_000_000].prop_map(Timestamp)
}

fn any_text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![any::<String>(), "[a-z]{0,8}", Just("\u{0}\n\u{1b}[2J海".to_owned())].prop_map(|text| {
        // PostgreSQL's texts hold every other character.
        if ON_SERVER.get() { text.replace('\0', "\u{1}").into() } else { text.into() }
    })
}

fn any_path() -> impl Strategy<Value = Box<Path>> {
    #[cfg(unix)]
    let path = prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| {
        use std::os::unix::ffi::OsStringExt;
        PathBuf::from(std::ffi::OsString::from_vec(bytes)).into_boxed_path()
    });
    #[cfg(not(unix))]
    let path = any::<String>().prop_map(|text| PathBuf::from(text).into_boxed_path());
    path
}

fn any_pixels() -> impl Strategy<Value = Pixels> {
    (any::<u32>(), any::<u32>()).prop_map(|(width, height)| Pixels { width, height })
}

fn any_format() -> impl Strategy<Value = Format> {
    prop::sample::select(&Format::ALL[..])
}

/// A number that is one: SQLite has no NaN, and nothing that we measure is one.
fn any_number() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(prop_oneof![Just(0.0), Just(f64::INFINITY), any::<i32>().prop_map(f64::from), -1e9..1e9])
}

fn any_photo() -> impl Strategy<Value = Photo> {
    let bytes = prop_oneof![Just(0), any::<u32>().prop_map(u64::from), Just(i64::MAX as u64)];
    let sizes = (prop::option::of(any_format()), prop::option::of(any_pixels()), bytes);
    (any_path(), any_path(), sizes, any_time(), any::<bool>()).prop_map(
        |(path, source, sizes, modified, shares_stem)| {
            let (format, pixels, bytes) = sizes;
            Photo { path, source, format, pixels, bytes, modified, shares_stem, losses: crate::job::Losses::NONE }
        },
    )
}

fn any_run() -> impl Strategy<Value = Run> {
    (any_time(), any::<u16>()).prop_map(|(began, attempt)| Run { began, attempt })
}

fn any_closed() -> impl Strategy<Value = Closed> {
    (any_time(), any::<u32>(), any::<u16>()).prop_map(|(at, took, attempts)| Closed {
        at,
        took: Duration::from_millis(took.into()),
        attempts,
    })
}

fn any_upload() -> impl Strategy<Value = Upload> {
    (any_text(), any_time(), any::<[u8; 32]>()).prop_map(|(url, at, content)| Upload {
        url,
        at,
        content: ContentHash(content),
    })
}

fn any_intent() -> impl Strategy<Value = Box<Intent>> {
    (any_upload(), any_time()).prop_map(|(upload, at)| Box::new(Intent { upload, at }))
}

fn any_request_id() -> impl Strategy<Value = RequestId> {
    "[A-Za-z0-9_-]{1,128}".prop_map(|id| RequestId::new(&id).unwrap())
}

fn any_request() -> impl Strategy<Value = Box<Request>> {
    (any_request_id(), prop::option::of(any_text()), any_time(), any_upload())
        .prop_map(|(id, url, at, upload)| Box::new(Request { id, url, at, upload }))
}

fn any_answer() -> impl Strategy<Value = Box<Answer>> {
    let artifacts = prop_oneof![
        // As the first formats knew them.
        (any_text(), prop::option::of(any_pixels()), prop::option::of(any_text())).prop_map(|(url, pixels, text)| {
            let text = text.map(|text| Artifact::text("caption", &text));
            [Artifact::picture("image", &url, pixels)].into_iter().chain(text).collect::<Vec<_>>()
        }),
        prop::collection::vec(any_artifact(), 0..5),
    ];
    (artifacts, prop::option::of(any::<i64>()), any_number(), any_number()).prop_map(
        |(artifacts, seed, inference_s, billed_units)| {
            Box::new(Answer { artifacts: artifacts.into(), seed, inference_s, billed_units, whole: None })
        },
    )
}

fn any_artifact() -> impl Strategy<Value = Artifact> {
    let picture = (any_text(), any_text(), prop::option::of(any_pixels()));
    prop_oneof![
        picture.prop_map(|(role, url, pixels)| Artifact::picture(&role, &url, pixels)),
        (any_text(), any_text()).prop_map(|(role, url)| Artifact::file(&role, &url)),
        (any_text(), any_text()).prop_map(|(role, text)| Artifact::text(&role, &text)),
    ]
}

fn any_saved() -> impl Strategy<Value = Box<Saved>> {
    let files = (any_file(), prop::collection::vec(any_file(), 0..3));
    let texts = prop::collection::vec((any_text(), any_text()).prop_map(|(role, text)| NamedText { role, text }), 0..3);
    let told = (prop::option::of(any::<i64>()), texts, any_number());
    let of = (any::<[u8; 32]>(), prop::option::of(any_text()));
    (any_request_id(), files, told, any_cost(), of).prop_map(|(request, files, told, cost, (content, same_as))| {
        let (first, further) = files;
        let (seed, texts, inference_s) = told;
        let (further, texts) = (further.into(), texts.into());
        let content = Some(ContentHash(content));
        Box::new(Saved { request, first, further, texts, seed, inference_s, cost, content, same_as })
    })
}

fn any_file() -> impl Strategy<Value = SavedFile> {
    let picture = (any_format(), any_pixels()).prop_map(|(format, pixels)| FileKind::Picture { format, pixels });
    let kind = prop_oneof![picture, "[a-z0-9]{1,8}".prop_map(|extension| FileKind::Other(extension.into()))];
    (prop_oneof![Just("image".into()), any_text()], any_path(), kind, any::<u32>()).prop_map(
        |(role, path, kind, bytes)| SavedFile { role, path: FilePath(path.into()), kind, bytes: u64::from(bytes) },
    )
}

fn any_cost() -> impl Strategy<Value = Option<Cost>> {
    let usd = || (0_i64..1_000_000_000_000).prop_map(Usd::from_nanos);
    let cost = prop_oneof![
        usd().prop_map(Cost::Known),
        (usd(), usd()).prop_map(|(likely, more)| Cost::assumed(likely, likely + more)),
    ];
    prop::option::of(cost)
}

fn any_cause() -> impl Strategy<Value = Box<Cause>> {
    (prop::sample::select(CauseKind::ALL), prop::option::of(any::<u16>()), any_text())
        .prop_map(|(kind, http, message)| Box::new(Cause { kind, http, message }))
}

fn any_kept() -> impl Strategy<Value = Box<Checkpoint>> {
    prop_oneof![
        Just(Checkpoint::Nothing),
        any_upload().prop_map(Checkpoint::Upload),
        any_request().prop_map(Checkpoint::Request),
        (any_request(), any_answer()).prop_map(|(request, answer)| Checkpoint::Answer(request, answer)),
    ]
    .prop_map(Box::new)
}

/// Where a job stopped, and what it goes on with: if that is a request, it is the one that it stopped at.
fn any_stopped() -> impl Strategy<Value = (Option<Box<Stop>>, Box<Checkpoint>)> {
    let stage = prop::sample::select(&[Stage::Upload, Stage::Submit, Stage::Follow, Stage::Save][..]);
    (prop::option::of(stage), any_request_id(), any_kept()).prop_map(|(stage, other, checkpoint)| {
        let request = checkpoint.request().map_or(other, |request| request.id.clone());
        let stop = stage.map(|stage| Stop { stage, request: stage.is_at_fal().then_some(request) });
        (stop.map(Box::new), checkpoint)
    })
}

fn any_state() -> impl Strategy<Value = JobState> {
    prop_oneof![
        Just(JobState::Pending),
        any_run().prop_map(JobState::Uploading),
        (any_run(), any_upload()).prop_map(|(run, upload)| JobState::Uploaded(run, Box::new(upload))),
        (any_run(), any_intent()).prop_map(|(run, intent)| JobState::Submitting(run, intent)),
        (any_run(), any_request(), any::<Option<u32>>())
            .prop_map(|(run, request, p)| JobState::InQueue(run, request, p)),
        (any_run(), any_request(), any_time()).prop_map(|(run, request, at)| JobState::InProgress(run, request, at)),
        (any_run(), any_request(), any_number()).prop_map(|(run, request, s)| JobState::Completed(run, request, s)),
        (any_run(), any_request(), any_answer()).prop_map(|(run, request, a)| JobState::Saving(run, request, a)),
        (any_run(), any_time(), any_cause(), any_stopped()).prop_map(|(run, until, cause, (stop, checkpoint))| {
            JobState::Waiting { run, until, cause, stop, checkpoint }
        }),
        (any_closed(), any_saved()).prop_map(|(closed, saved)| JobState::Done(closed, saved)),
        (any_closed(), any_saved(), any_text()).prop_map(|(c, saved, why)| JobState::Review(c, saved, Suspicion(why))),
        (any_closed(), any_request(), any_text(), any_text()).prop_map(|(closed, request, why, answer)| {
            JobState::Unread(closed, request, Box::new(Unread { why: Suspicion(why), answer }))
        }),
        (any_closed(), any_cause(), any_stopped()).prop_map(|(closed, cause, (stop, checkpoint))| JobState::Failed {
            closed,
            cause,
            stop,
            checkpoint
        }),
        any_closed().prop_map(JobState::Cancelled),
        any_text().prop_map(JobState::Skipped),
        (any_run(), any_intent()).prop_map(|(run, intent)| JobState::Unknown(run, intent)),
    ]
}

/// Any job at all among the first `most`, impossible successions included.
pub(super) fn any_job(most: usize) -> impl Strategy<Value = Job> {
    let said = (0_u8..=5, prop::option::of(any::<bool>()), prop::option::of(any_text()));
    (1..=most, any_photo(), any_state(), prop::option::of(any_text()), said).prop_map(
        |(number, photo, state, own, (stars, is_good, caption))| Job {
            id: id(number),
            photo,
            state,
            own: own.map(OwnParams),
            opinion: Opinion {
                stars: Stars::new(stars),
                verdict: is_good.map(|good| if good { Verdict::Accepted } else { Verdict::Rejected }),
                caption,
            }
            .told(),
        },
    )
}

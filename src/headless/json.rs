//! JSON events, version 1: fields are only ever added.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::{Map, Value};

use super::batch::BatchBody;
use super::notes::NotesBody;
use super::notice::{NoticeBody, canary_body, notice_body};
use super::words::{in_megapixels, known, seconds};
use crate::engine::snapshot::{BatchFacts, FileFacts, LogLine, Notice, Plan, SkippedFile};
use crate::engine::{Event, JobChange, Summary, What};
use crate::job::{BatchId, CauseKind, Pixels, SavedFile, Status, Timestamp, Usd, clean, path_text};
use crate::model::{Doubt, PriceState};

/// Turns events into JSON lines; knows nothing but which batch it is.
#[derive(Debug, Default)]
pub(super) struct Json {
    batch: Option<BatchId>,
}

impl Json {
    pub(super) fn tell(&mut self, event: &Event, out: &mut Vec<u8>) {
        match &event.what {
            What::Opened(facts) => self.batch = known(facts.id),
            What::Planned { facts, plan, skipped } => {
                self.batch = known(facts.id);
                line(out, event.at, "plan", plan_body(facts, plan, skipped));
            }
            What::Job(change) => line(out, event.at, "job", job_body(self.batch, change)),
            What::Log(job, log) => {
                let LogLine { timestamp, level, message } = log;
                line(out, event.at, "log", LogBody { job: job.number(), level, message, timestamp });
            }
            What::Notice(notice) => line(out, event.at, "notice", notice_body(notice)),
            What::Canary(figures, notice) => {
                let canary = Some(canary_body(figures));
                line(out, event.at, "notice", NoticeBody { canary, ..notice_body(notice) });
            }
            What::Ended(summary) => end(event.at, summary, summary.exit_status(), out),
        }
    }
}

/// The `batch` event, which is the last. `exit` is the process's status.
pub(super) fn end(at: Timestamp, summary: &Summary, exit: u8, out: &mut Vec<u8>) {
    line(out, at, "batch", BatchBody::of(summary, exit));
}

/// The `batch` event as one line, newline included: what is told of a run's end beside it.
#[must_use]
pub fn batch_event(at: Timestamp, summary: &Summary, exit: u8) -> String {
    let mut out = Vec::new();
    end(at, summary, exit, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// The `plan` event as one line, newline included: what `fal-tui plan --json` prints.
#[must_use]
pub fn plan_event(at: Timestamp, facts: &BatchFacts, plan: &Plan, skipped: &[SkippedFile]) -> String {
    let mut out = Vec::new();
    line(&mut out, at, "plan", plan_body(facts, plan, skipped));
    String::from_utf8(out).unwrap_or_default()
}

/// What is told of a run that ended before it began, newline included: why, if that is a notice, and
/// the `batch` event that is always the last.
#[must_use]
pub fn early_end(at: Timestamp, batch: Option<BatchId>, notice: Option<&Notice>, exit: u8) -> String {
    let mut out = Vec::new();
    if let Some(notice) = notice {
        line(&mut out, at, "notice", notice_body(notice));
    }
    line(&mut out, at, "batch", BatchBody::early(batch, notice, exit));
    String::from_utf8(out).unwrap_or_default()
}

#[derive(Serialize)]
struct Line<B> {
    v: u8,
    ts: Rfc3339,
    event: &'static str,
    #[serde(flatten)]
    body: B,
}

/// A moment in UTC, to the millisecond.
struct Rfc3339(Timestamp);

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = jiff::Timestamp::from_millisecond(self.0.0).unwrap_or_default();
        serializer.collect_str(&format_args!("{at:.3}"))
    }
}

fn line(out: &mut Vec<u8>, at: Timestamp, event: &'static str, body: impl Serialize) {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless(CompactFormatter));
    // Strings, numbers and maps with string keys cannot fail, nor can a Vec.
    let _ = Line { v: 1, ts: Rfc3339(at), event, body }.serialize(&mut serializer);
    out.push(b'\n');
}

#[derive(Serialize)]
struct PlanBody<'a> {
    batch: Option<BatchId>,
    model: &'a str,
    params: Map<String, Value>,
    files: Vec<FileBody<'a>>,
    output: &'a str,
    service: &'a str,
    skipped: &'a [SkippedFile],
    input_mp: f64,
    output_mp: f64,
    #[serde(flatten)]
    counts: CountsBody,
    #[serde(flatten)]
    price: PriceBody,
    #[serde(flatten)]
    notes: NotesBody<'a>,
    few_files: Option<&'a str>,
}

/// A file that goes along with every photo.
#[derive(Serialize)]
struct FileBody<'a> {
    param: &'a str,
    path: &'a str,
    content: &'a str,
    bytes: u64,
    width: u32,
    height: u32,
}

impl<'a> FileBody<'a> {
    fn of((param, file): (&'a str, &'a FileFacts)) -> Self {
        let Pixels { width, height } = file.pixels;
        Self { param, path: &file.path, content: &file.mark, bytes: file.bytes, width, height }
    }
}

/// What becomes of how many photos.
#[derive(Serialize)]
struct CountsBody {
    photos: usize,
    duplicates: usize,
    replaced: usize,
    may_leave: usize,
    found_in_output: usize,
    changed_in_output: usize,
    done_before: usize,
    at_fal: usize,
    failed_before: usize,
    unknown_before: usize,
}

impl CountsBody {
    fn of(plan: &Plan) -> Self {
        Self {
            photos: plan.photos,
            duplicates: plan.same.photos,
            replaced: plan.earlier.replaced,
            may_leave: plan.costs.may_leave,
            found_in_output: plan.earlier.found,
            changed_in_output: plan.earlier.changed,
            done_before: plan.earlier.done,
            at_fal: plan.earlier.at_fal,
            failed_before: plan.earlier.failed,
            unknown_before: plan.earlier.lost,
        }
    }
}

/// What is known of the price.
#[derive(Serialize)]
struct PriceBody {
    unit_price_usd: Option<f64>,
    estimate_usd: Option<f64>,
    budget_usd: Option<f64>,
    sufficient_usd: Option<f64>,
    duplicates_usd: Option<f64>,
    price_state: PriceState,
    price_doubt: Option<&'static str>,
}

fn plan_body<'a>(facts: &'a BatchFacts, plan: &'a Plan, skipped: &'a [SkippedFile]) -> PlanBody<'a> {
    PlanBody {
        batch: known(facts.id),
        model: &facts.endpoint,
        params: facts.params.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        files: facts.params.files().map(FileBody::of).collect(),
        output: &facts.output,
        skipped,
        input_mp: in_megapixels(plan.input_px),
        output_mp: in_megapixels(plan.output_px),
        counts: CountsBody::of(plan),
        price: PriceBody {
            budget_usd: facts.budget.map(Usd::as_f64),
            sufficient_usd: plan.costs.certain.and_then(Usd::told),
            duplicates_usd: plan.same.usd.and_then(Usd::told),
            unit_price_usd: plan.costs.price.as_ref().map(|price| price.usd.as_f64()),
            estimate_usd: plan.costs.estimate.and_then(Usd::told),
            price_state: plan.price_state(),
            price_doubt: plan.costs.price.as_ref().and_then(|price| price.source.doubt()).map(Doubt::words),
        },
        service: match &facts.elsewhere {
            _ if facts.sandbox => "sandbox",
            Some(origin) => origin,
            None => "fal",
        },
        notes: NotesBody::of(&plan.notes),
        few_files: facts.few_files.as_deref(),
    }
}

#[derive(Serialize)]
struct JobBody<'a> {
    batch: Option<BatchId>,
    job: u32,
    path: &'a str,
    state: Status,
    attempt: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_position: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<CauseBody<'a>>,
    #[serde(flatten)]
    saved: Option<SavedBody<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    texts: Vec<TextBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inference_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    same_as: Option<&'a str>,
}

#[derive(Serialize)]
struct CauseBody<'a> {
    kind: CauseKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<u16>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_s: Option<f64>,
}

/// A result on the disk: the first of its files stands for all.
#[derive(Serialize)]
struct SavedBody<'a> {
    output: String,
    artifacts: Vec<ArtifactBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
}

/// A file of a result.
#[derive(Serialize)]
struct ArtifactBody<'a> {
    role: &'a str,
    path: String,
    /// Its format, by its extension.
    kind: &'a str,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
}

#[derive(Serialize)]
struct TextBody<'a> {
    role: &'a str,
    text: &'a str,
}

fn artifact_body(file: &SavedFile) -> ArtifactBody<'_> {
    ArtifactBody {
        role: &file.role,
        path: path_text(file.path.as_ref()),
        kind: file.kind.extension(),
        bytes: file.bytes,
        width: file.pixels().map(|pixels| pixels.width),
        height: file.pixels().map(|pixels| pixels.height),
    }
}

fn job_body(batch: Option<BatchId>, change: &JobChange) -> JobBody<'_> {
    JobBody {
        batch,
        job: change.id.number(),
        path: &change.path,
        state: change.status,
        attempt: change.attempt,
        request_id: change.request_id.as_ref().map(crate::job::RequestId::as_str),
        queue_position: change.queue_position,
        cause: change.cause.as_ref().map(|cause| CauseBody {
            kind: cause.kind,
            http: cause.http,
            message: &cause.message,
            retry_in_s: change.retry_in.map(seconds),
        }),
        saved: change.files.first().map(|first| SavedBody {
            output: path_text(first.path.as_ref()),
            artifacts: change.files.iter().map(artifact_body).collect(),
            width: change.pixels().map(|pixels| pixels.width),
            height: change.pixels().map(|pixels| pixels.height),
        }),
        texts: change.texts.iter().map(|said| TextBody { role: &said.role, text: &said.text }).collect(),
        caption: change.caption(),
        seed: change.seed,
        inference_s: change.inference_s.filter(|seconds| seconds.is_finite()),
        cost_usd: change.cost.map(|cost| cost.likely().as_f64()),
        same_as: change.same_as.as_deref(),
    }
}

#[derive(Serialize)]
struct LogBody<'a> {
    job: u32,
    level: &'a str,
    message: &'a str,
    timestamp: &'a str,
}

/// Compact JSON in which characters that could move a cursor or turn text around are written as
/// escapes: the same text to a program, harmless on a terminal.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if matches!(clean(fragment), std::borrow::Cow::Borrowed(_)) {
            return self.0.write_string_fragment(writer, fragment);
        }
        let mut bytes = [0; 4];
        for c in fragment.chars() {
            let c = &*c.encode_utf8(&mut bytes);
            if clean(c) == c {
                writer.write_all(c.as_bytes())?;
            } else {
                c.encode_utf16().try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?;
            }
        }
        Ok(())
    }
}

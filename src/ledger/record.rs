//! A job's state laid out flat: which parts it knows, and how they are written to its row.

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use super::columns::artifacts;
use super::columns::files::Beside;
use super::columns::money::nanos;
use super::path;
use crate::job::{
    Answer, BatchId, Cause, Closed, Job, JobState, Kept, Photo, Pixels, Request, RequestId, Run, Saved, Stage, Status,
    Stop, Timestamp, Upload,
};

/// What a state knows, part by part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record<'a> {
    run: Option<Run>,
    closed: Option<Closed>,
    until: Option<Timestamp>,
    stage: Option<Stage>,
    queue_position: Option<u32>,
    cause: Option<&'a Cause>,
    stop: Option<&'a Stop>,
    suspicion: Option<&'a str>,
    skip_reason: Option<&'a str>,
    unread: Option<&'a str>,
    upload: Option<&'a Upload>,
    intent: Option<Timestamp>,
    request: Option<&'a Request>,
    started: Option<Timestamp>,
    ran: Option<f64>,
    answer: Option<&'a Answer>,
    saved: Option<&'a Saved>,
}

impl<'a> Record<'a> {
    /// Lays a state out.
    pub(super) fn of(state: &'a JobState) -> Self {
        let on_its_way = |run: &Run| Self { run: Some(*run), ..Self::default() };
        let at_fal = |run, request: &'a Request| Self {
            upload: Some(&request.upload),
            request: Some(request),
            ..on_its_way(run)
        };
        match state {
            JobState::Pending => Self::default(),
            JobState::Uploading(run) => on_its_way(run),
            JobState::Uploaded(run, upload) => Self { upload: Some(upload), ..on_its_way(run) },
            JobState::Submitting(run, intent) | JobState::Unknown(run, intent) => {
                Self { upload: Some(&intent.upload), intent: Some(intent.at), ..on_its_way(run) }
            }
            JobState::InQueue(run, request, position) => Self { queue_position: *position, ..at_fal(run, request) },
            JobState::InProgress(run, request, since) => Self { started: Some(*since), ..at_fal(run, request) },
            JobState::Completed(run, request, ran) => Self { ran: *ran, ..at_fal(run, request) },
            JobState::Saving(run, request, answer) => Self { answer: Some(answer), ..at_fal(run, request) },
            JobState::Waiting { run, until, cause, stop, kept } => Self {
                run: Some(*run),
                until: Some(*until),
                cause: Some(cause),
                stop: stop.as_deref(),
                ..Self::of_kept(kept)
            },
            JobState::Failed { closed, cause, stop, kept } => {
                Self { closed: Some(*closed), cause: Some(cause), stop: stop.as_deref(), ..Self::of_kept(kept) }
            }
            JobState::Done(closed, saved) => Self { closed: Some(*closed), saved: Some(saved), ..Self::default() },
            JobState::Review(closed, saved, why) => {
                Self { closed: Some(*closed), saved: Some(saved), suspicion: Some(&why.0), ..Self::default() }
            }
            JobState::Unread(closed, request, unread) => Self {
                closed: Some(*closed),
                stage: Some(Stage::Follow),
                suspicion: Some(&unread.why.0),
                unread: Some(&unread.answer),
                upload: Some(&request.upload),
                request: Some(request),
                ..Self::default()
            },
            JobState::Cancelled(closed) => Self { closed: Some(*closed), ..Self::default() },
            JobState::Skipped(reason) => Self { skip_reason: Some(reason), ..Self::default() },
        }
    }

    fn of_kept(kept: &'a Kept) -> Self {
        let parts = match kept {
            Kept::Nothing => Self::default(),
            Kept::Upload(upload) => Self { upload: Some(upload), ..Self::default() },
            Kept::Request(request) => Self { upload: Some(&request.upload), request: Some(request), ..Self::default() },
            Kept::Answer(request, answer) => {
                Self { upload: Some(&request.upload), request: Some(request), answer: Some(answer), ..Self::default() }
            }
        };
        Self { stage: Some(kept.stage()), ..parts }
    }

    fn request_id(&self) -> Option<&'a RequestId> {
        let of_saved = || self.saved.map(|saved| &saved.request);
        let of_stop = || self.stop.and_then(|stop| stop.request.as_ref());
        self.request.map(|request| &request.id).or_else(of_saved).or_else(of_stop)
    }

    /// Whether the row would know nothing less if `self` were written without `older` before it.
    pub(super) fn covers(&self, older: &Self) -> bool {
        let same_request = self.request_id() == older.request_id();
        (older.upload.is_none() || self.upload.is_some())
            && (older.intent.is_none() || self.intent.is_some())
            && (older.request.is_none() || (self.request.is_some() && same_request))
            && (older.answer.is_none() || self.answer.is_some())
            && (older.saved.is_none() || (self.saved.is_some() && same_request))
    }

    fn attempt(&self) -> u16 {
        self.run.map(|run| run.attempt).or(self.closed.map(|closed| closed.attempts)).unwrap_or(0)
    }
}

/// The columns that [`push`] gives values for, in its order.
pub(super) const COLUMNS: [&str; 51] = [
    "batch",
    "job",
    "path",
    "source",
    "format",
    "width",
    "height",
    "bytes",
    "modified_ms",
    "shares_stem",
    "status",
    "attempt",
    "began_ms",
    "ended_ms",
    "took_ms",
    "until_ms",
    "stage",
    "queue_position",
    "cause_kind",
    "cause_http",
    "cause_message",
    "suspicion",
    "skip_reason",
    "upload_url",
    "upload_ms",
    "content",
    "intent_ms",
    "request_id",
    "request_url",
    "submitted_ms",
    "started_ms",
    "inference_s",
    "result_url",
    "result_width",
    "result_height",
    "billed_units",
    "seed",
    "caption",
    "output",
    "out_format",
    "out_width",
    "out_height",
    "out_bytes",
    "cost_nanos",
    "most_nanos",
    "same_as",
    "own_params",
    "stopped_at",
    "unread",
    "artifacts",
    "files",
];

/// Adds a job's row to a statement's values, in the order of [`COLUMNS`].
pub(super) fn push(
    values: &mut SqliteArguments,
    batch: BatchId,
    job: &Job,
    state: &JobState,
) -> Result<(), BoxDynError> {
    values.add(batch.0)?;
    values.add(job.id.number())?;
    push_photo(values, &job.photo)?;
    let record = Record::of(state);
    push_standing(values, state.status(), &record)?;
    push_trail(values, state.status(), &record)?;
    push_saved(values, record.saved)?;
    values.add(job.own.as_ref().map(|own| &*own.0))?;
    values.add(record.stop.map(|stop| stage_name(stop.stage)))?;
    values.add(record.unread)?;
    values.add(record.answer.and_then(artifacts::as_list))?;
    values.add(record.saved.and_then(Beside::of))
}

fn push_photo(values: &mut SqliteArguments, photo: &Photo) -> Result<(), BoxDynError> {
    values.add(path::to_bytes(&photo.path))?;
    values.add(path::to_bytes(&photo.source))?;
    values.add(photo.format.map(crate::job::Format::extension))?;
    push_pixels(values, photo.pixels)?;
    values.add(saturated(photo.bytes))?;
    values.add(photo.modified.0)?;
    values.add(photo.shares_stem)
}

fn push_standing(values: &mut SqliteArguments, status: Status, record: &Record<'_>) -> Result<(), BoxDynError> {
    values.add(status.name())?;
    values.add(record.attempt())?;
    values.add(record.run.map(|run| run.began.0))?;
    values.add(record.closed.map(|closed| closed.at.0))?;
    values.add(record.closed.map(|closed| i64::try_from(closed.took.as_millis()).unwrap_or(i64::MAX)))?;
    values.add(record.until.map(|until| until.0))?;
    values.add(record.stage.map(stage_name))?;
    values.add(record.queue_position)?;
    push_cause(values, record.cause)?;
    values.add(record.suspicion)?;
    values.add(record.skip_reason)
}

/// A cause's kind, HTTP status and message.
pub(super) fn push_cause(values: &mut SqliteArguments, cause: Option<&Cause>) -> Result<(), BoxDynError> {
    values.add(cause.map(|cause| cause.kind.name()))?;
    values.add(cause.and_then(|cause| cause.http))?;
    values.add(cause.map(|cause| &*cause.message))
}

fn push_trail(values: &mut SqliteArguments, status: Status, record: &Record<'_>) -> Result<(), BoxDynError> {
    let Record { upload, request, answer, saved, .. } = *record;
    values.add(upload.map(|upload| &*upload.url))?;
    values.add(upload.map(|upload| upload.at.0))?;
    let content = upload.map(|upload| upload.content).or(saved.and_then(|saved| saved.content));
    values.add(content.map(|content| content.0.to_vec()))?;
    values.add(record.intent.map(|at| at.0))?;
    values.add(record.request_id().map(RequestId::as_str))?;
    values.add(request.and_then(|request| request.url.as_deref()))?;
    values.add(request.map(|request| request.at.0))?;
    values.add(record.started.map(|at| at.0))?;
    let inference = match (answer, saved) {
        (Some(answer), _) => answer.inference_s,
        (None, Some(saved)) => saved.inference_s,
        (None, None) => record.ran.filter(|_| status == Status::Completed),
    };
    values.add(inference)?;
    let picture = answer.and_then(Answer::picture);
    values.add(picture.map(|(url, _)| url))?;
    push_pixels(values, picture.and_then(|(_, pixels)| pixels))?;
    values.add(answer.and_then(|answer| answer.billed_units))?;
    values.add(answer.map_or_else(|| saved.and_then(|saved| saved.seed), |answer| answer.seed))?;
    let caption = answer.map_or_else(|| saved.and_then(Saved::caption), Answer::text);
    values.add(caption)
}

fn push_saved(values: &mut SqliteArguments, saved: Option<&Saved>) -> Result<(), BoxDynError> {
    values.add(saved.map(|saved| path::to_bytes(saved.output())))?;
    values.add(saved.map(|saved| saved.first.kind.extension()))?;
    push_pixels(values, saved.and_then(Saved::pixels))?;
    values.add(saved.map(|saved| saturated(saved.first.bytes)))?;
    let (cost, most) = nanos(saved.and_then(|saved| saved.cost));
    values.add(cost)?;
    values.add(most)?;
    values.add(saved.and_then(|saved| saved.same_as.as_deref()))
}

fn push_pixels(values: &mut SqliteArguments, pixels: Option<Pixels>) -> Result<(), BoxDynError> {
    values.add(pixels.map(|pixels| pixels.width))?;
    values.add(pixels.map(|pixels| pixels.height))
}

/// SQLite's numbers are signed; no file has 2⁶³ bytes.
fn saturated(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// A stage's name in the ledger.
pub(super) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Upload => "upload",
        Stage::Submit => "submit",
        Stage::Follow => "follow",
        Stage::Save => "save",
    }
}

//! A job in its row: the columns, and their values.

use sqlx::error::BoxDynError;

use super::columns::artifacts;
use super::columns::files::Beside;
use super::columns::money::nanos;
use super::database::Values;
use crate::job::{
    Answer, BatchId, Cause, Job, JobState, Opinion, Photo, Pixels, RequestId, Saved, Stage, Status, Verdict,
};
use crate::ledger::record::Record;
use crate::os;

/// The columns that [`push`] gives values for, in its order.
pub(super) const COLUMNS: [&str; 55] = [
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
    "answer",
    "stars",
    "verdict",
    "edited",
];

/// Adds a job's row to a statement's values, in the order of [`COLUMNS`].
pub(super) fn push(values: &mut impl Values, batch: BatchId, job: &Job, state: &JobState) -> Result<(), BoxDynError> {
    values.add(batch.0)?;
    values.add(job.id.number())?;
    push_photo(values, &job.photo)?;
    let record = Record::of(state);
    push_standing(values, state.status(), &record)?;
    push_trail(values, state.status(), &record)?;
    push_saved(values, record.saved)?;
    values.add(job.own.as_ref().map(|own| &*own.0))?;
    values.add(record.stop.map(|stop| stage_name(stop.stage)))?;
    values.add(record.words.unread)?;
    values.add(record.answer.and_then(artifacts::as_list))?;
    values.add(record.saved.and_then(Beside::of))?;
    values.add(record.answer.and_then(|answer| answer.whole.as_deref()))?;
    push_opinion(values, job.opinion.as_deref())
}

fn push_opinion(values: &mut impl Values, opinion: Option<&Opinion>) -> Result<(), BoxDynError> {
    values.add(opinion.and_then(|opinion| opinion.stars.rated()))?;
    values.add(opinion.and_then(|opinion| opinion.verdict).map(Verdict::name))?;
    values.add(opinion.and_then(|opinion| opinion.caption.as_deref()))
}

fn push_photo(values: &mut impl Values, photo: &Photo) -> Result<(), BoxDynError> {
    values.add(os::stored(&photo.path))?;
    values.add(os::stored(&photo.source))?;
    values.add(photo.format.map(crate::job::Format::extension))?;
    push_pixels(values, photo.pixels)?;
    values.add(photo.bytes)?;
    values.add(photo.modified.0)?;
    values.add(photo.shares_stem)
}

fn push_standing(values: &mut impl Values, status: Status, record: &Record<'_>) -> Result<(), BoxDynError> {
    values.add(status.name())?;
    values.add(record.attempt())?;
    values.add(record.run.map(|run| run.began.0))?;
    values.add(record.closed.map(|closed| closed.at.0))?;
    values.add(record.closed.map(|closed| i64::try_from(closed.took.as_millis()).unwrap_or(i64::MAX)))?;
    values.add(record.until.map(|until| until.0))?;
    values.add(record.stage.map(stage_name))?;
    values.add(record.queue_position)?;
    push_cause(values, record.cause)?;
    values.add(record.words.suspicion)?;
    values.add(record.words.skip_reason)
}

/// A cause's kind, HTTP status and message.
pub(super) fn push_cause(values: &mut impl Values, cause: Option<&Cause>) -> Result<(), BoxDynError> {
    values.add(cause.map(|cause| cause.kind.name()))?;
    values.add(cause.and_then(|cause| cause.http))?;
    values.add(cause.map(|cause| &*cause.message))
}

fn push_trail(values: &mut impl Values, status: Status, record: &Record<'_>) -> Result<(), BoxDynError> {
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

fn push_saved(values: &mut impl Values, saved: Option<&Saved>) -> Result<(), BoxDynError> {
    values.add(saved.map(|saved| os::stored(saved.output())))?;
    values.add(saved.map(|saved| saved.first.kind.extension()))?;
    push_pixels(values, saved.and_then(Saved::pixels))?;
    values.add(saved.map(|saved| saved.first.bytes))?;
    let (cost, most) = nanos(saved.and_then(|saved| saved.cost));
    values.add(cost)?;
    values.add(most)?;
    values.add(saved.and_then(|saved| saved.same_as.as_deref()))
}

fn push_pixels(values: &mut impl Values, pixels: Option<Pixels>) -> Result<(), BoxDynError> {
    values.add(pixels.map(|pixels| pixels.width))?;
    values.add(pixels.map(|pixels| pixels.height))
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

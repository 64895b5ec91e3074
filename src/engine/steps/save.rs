//! What was paid for comes onto the disk, or is kept to be tried again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::engine::effect::{Again, Effect, Effects, told};
use crate::engine::job_table::JobTable;
use crate::engine::recovery::archived;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::fetch::{Heard, SaveError, fetch};
use crate::engine::steps::stages::{Outcome, Save, Stages};
use crate::fal::FalError;
use crate::job::{Cause, CauseKind, Checkpoint, Cost, Job, JobState, SameAs};
use crate::output::{Dressing, Expect, Made, OutputError, Placed};

/// How long a disk is given before a result is tried again.
const DISK: Duration = Duration::from_secs(30);

/// Downloads a result's files, dresses them and gives them their names.
pub(in crate::engine) async fn run(stages: Arc<Stages>, work: Save) -> Outcome {
    Outcome::Saved(match save(&stages, work).await {
        Err(SaveError::Output(error)) => Err(SaveError::Output(stages.output.whose(error).await)),
        saved => saved,
    })
}

async fn save(stages: &Stages, work: Save) -> Result<Placed, SaveError> {
    let hear = |heard| match heard {
        Heard::Begins(length) => {
            work.meter.restart();
            work.length.store(length, Ordering::Relaxed);
        }
        Heard::Came(bytes) => work.meter.add(bytes),
    };
    let caption = work.said.as_deref().or(work.answer.text());
    let dressing = Dressing::of(&work.photo, stages.output.written(), work.made, caption);
    let parts = fetch(&stages.fal, &stages.output, &work.photo, &work.answer, &dressing, hear).await?;
    let made = Made { index: work.index, seed: work.answer.seed, request: work.request.as_str() };
    let expect = Expect { pixels: work.promised, previous: work.previous.as_deref(), caption, made };
    Ok(stages.output.place(&work.photo, parts, expect).await?)
}

/// What follows. `borrowed` says whose request the job followed, if another one's, and whether that is paid
/// for.
pub(in crate::engine) fn finish(
    job: &Job,
    result: Result<Placed, SaveError>,
    jobs: &JobTable,
    borrowed: impl FnOnce() -> Option<(SameAs, bool)>,
) -> Effects {
    let JobState::Saving(_, request, answer) = &job.state else { return Vec::new() };
    let checkpoint = || Checkpoint::Answer(request.clone(), answer.clone());
    match result {
        Ok(placed) => {
            let mut effects = vec![Effect::GotThrough(CallKind::Fetch)];
            let borrowed = borrowed();
            let is_settled = borrowed.as_ref().is_some_and(|(_, is_settled)| *is_settled);
            let cost = if is_settled {
                Some(Cost::NOTHING)
            } else {
                jobs.cost(job.id, answer.billed_units, placed.first.pixels())
            };
            effects.extend(placed.note.clone().map(|note| Effect::Remark(note.into())));
            let (mut saved, suspicion) = placed.saved(request, answer, cost);
            saved.same_as = borrowed.map(|(same_as, _)| same_as.photo);
            effects.push(Effect::Keep(Box::new(saved), suspicion));
            effects
        }
        Err(SaveError::Fal(error)) if is_gone(&error) => {
            let lost = archived::file_is_gone(&error.cause, request);
            vec![Effect::Met(CallKind::Fetch, error), lost]
        }
        Err(SaveError::Fal(error)) => vec![Effect::failed(CallKind::Fetch, error, checkpoint())],
        Err(SaveError::Output(error)) => {
            not_saved("the result could not be saved", &error, CallKind::Fetch, &checkpoint())
        }
    }
}

/// What follows where something cannot be written, in a step that makes calls of this kind.
pub(in crate::engine) fn not_saved(
    what: &str,
    error: &OutputError,
    call_kind: CallKind,
    checkpoint: &Checkpoint,
) -> Effects {
    if let Some(shortage) = error.shortage() {
        let error = FalError::of_shortage(shortage, told(what, error));
        return vec![Effect::failed(call_kind, error, checkpoint.clone())];
    }
    // What fal and the network had to give is there: it is the disk, or the file.
    let mut effects = vec![Effect::GotThrough(call_kind)];
    match error {
        OutputError::BadResult(how) => {
            effects.push(Effect::failed(CallKind::Fetch, FalError::damaged(how.clone()), checkpoint.clone()));
        }
        OutputError::Disk { .. } | OutputError::Folder { .. } => {
            let message = told(what, error);
            let cause = Cause::new(error.kind(), message.clone());
            let again = Again { cause, wait: DISK, checkpoint: checkpoint.clone(), counts: false };
            effects.extend([Effect::Retry(again), Effect::Pause(PauseReason::Disk(message))]);
        }
        OutputError::LocalFile { .. } => {
            effects.push(Effect::Fail(Cause::new(CauseKind::LocalFile, told(what, error)), checkpoint.clone()));
        }
    }
    effects
}

/// Whether there is nothing left to download.
fn is_gone(error: &FalError) -> bool {
    error.cause.kind == CauseKind::Download && matches!(error.cause.http, Some(404 | 410))
}

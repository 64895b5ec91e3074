//! A photo goes up into fal's storage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::engine::effect::{Again, Effect, Effects, Queue};
use crate::engine::job_table::JobTable;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::steps::further::{self, Files};
use crate::engine::steps::hand_over;
use crate::engine::steps::measure;
use crate::engine::steps::prepare::Ready;
use crate::engine::steps::save::not_saved;
use crate::engine::steps::stages::{Outcome, Stages, UploadError, Uploaded};
use crate::fal::{FalError, Meter};
use crate::job::{Cause, CauseKind, Checkpoint, Job, JobState, Photo, Timestamp, Transition, Upload};
use crate::model::Sizing;

/// Brings it up, if its result could be written.
pub(in crate::engine) async fn run(
    stages: Arc<Stages>,
    (photo, files): (Photo, Files),
    sizing: Sizing,
    meter: Meter,
    length: Arc<AtomicU64>,
) -> Outcome {
    if let Err(error) = stages.output.try_for(&photo).await {
        return Outcome::Uploaded(Err(UploadError::Output(error)));
    }
    // Without them the photo would go up in vain.
    if let Err(error) = stages.urls(&files).await {
        return Outcome::Uploaded(Err(UploadError::Further(error)));
    }
    Outcome::Uploaded(send_up(&stages, photo, sizing, &meter, &length).await)
}

/// What is measured is what is sent: both come from one open file.
async fn send_up(
    stages: &Stages,
    photo: Photo,
    sizing: Sizing,
    meter: &Meter,
    length: &AtomicU64,
) -> Result<Uploaded, UploadError> {
    if let Some(handed_over) = stages.hand_over(&photo, sizing).await {
        return handed_over;
    }
    let opened = tokio::task::spawn_blocking(move || measure::open(&photo)).await;
    let (photo, file, header) =
        opened.map_err(|error| FalError::local_file(format!("could not be read: {error}")))??;
    let Ready { file, content } = stages.workshop.prepare(file, header, sizing.sent(header.upright())).await?;
    length.store(file.length(), Ordering::Relaxed);
    let (url, sent) = stages.fal.upload(&file, meter).await?;
    let content = hand_over::content_of(&photo, content.unwrap_or(sent));
    Ok(Uploaded { photo, url, content })
}

/// What follows. `retries` is how often a photo that grew is tried under the cap; `None` without a cap.
pub(in crate::engine) fn finish(
    job: &Job,
    result: Result<Uploaded, UploadError>,
    jobs: &JobTable,
    retries: Option<u16>,
    now: Timestamp,
) -> Effects {
    let JobState::Uploading(_) = &job.state else { return Vec::new() };
    match result {
        Ok(Uploaded { photo, url, content }) => vec![
            Effect::GotThrough(CallKind::Upload),
            Effect::Forgive,
            Effect::Remeasured(Box::new(photo)),
            Effect::Learned(content),
            Effect::Change(
                Transition::FinishUpload(Upload { url, at: now, content }),
                vec![Effect::Queue(Queue::Submit)],
            ),
        ],
        Err(UploadError::Fal(error)) => vec![Effect::failed(CallKind::Upload, error, Checkpoint::Nothing)],
        Err(UploadError::Further(error)) => further::failed(error, Checkpoint::Nothing),
        Err(UploadError::Grown(photo)) => {
            let mut effects = vec![Effect::GotThrough(CallKind::Upload)];
            effects.extend(grown(job, photo, jobs, retries));
            effects
        }
        Err(UploadError::Output(error)) => {
            let what = "not sent, since its result could not be written";
            not_saved(what, &error, CallKind::Upload, &Checkpoint::Nothing)
        }
    }
}

/// A photo has more pixels than when it was planned. Under a cap it goes back to where its price is
/// held against that; without one only a person can agree to pay more.
fn grown(job: &Job, photo: Box<Photo>, jobs: &JobTable, retries: Option<u16>) -> Effects {
    let larger = Job { photo: (*photo).clone(), ..job.clone() };
    let at_most = |job: &Job| (job.photo.pixels, jobs.at_most(job));
    let message = measure::grew(at_most(job), at_most(&larger));
    let is_tried = retries.is_some_and(|retries| job.state.attempt() <= retries);
    let follows = if is_tried {
        Effect::Retry(Again {
            cause: Cause::new(CauseKind::LocalFile, message),
            wait: Duration::ZERO,
            checkpoint: Checkpoint::Nothing,
            counts: true,
        })
    } else {
        let message = format!("{message}. It was not sent; a retry sends it at that price");
        Effect::Fail(Cause::new(CauseKind::LocalFile, message), Checkpoint::Nothing)
    };
    vec![Effect::Remeasured(photo), follows]
}

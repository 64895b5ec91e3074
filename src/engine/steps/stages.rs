//! The steps of a photo's way, each a task of its own. They share nothing: each gets what it needs
//! and sends back an [`Outcome`].

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::engine::steps::fetch::{Heard, SaveError, fetch};
use crate::engine::steps::measure;
use crate::engine::steps::prepare::{Ready, Workshop};
use crate::fal::{Accepted, CancelAnswer, Fal, FalError, Meter, Past, Status};
use crate::job::{
    Answer, BatchId, ContentHash, EndpointId, Job, JobId, PaidCall, Photo, Pixels, Request, RequestId, Saved, Terms,
    Timestamp,
};
use crate::ledger::{Attempt, Claimed, Ledger, LedgerError, Trail, Writer};
use crate::model::{Gives, Model};
use crate::output::{Dressing, Expect, Output, OutputError, Placed};
use crate::picture::Provenance;
use crate::plan::{Look, Origin, Sought};

/// What a step came to.
#[derive(Debug)]
pub(in crate::engine) enum Outcome {
    /// The photo's URL in fal's storage.
    Uploaded(Result<Uploaded, UploadError>),
    /// The paid call was made, or its intent could not be recorded and it was not.
    Submitted(Result<Accepted, SubmitError>),
    /// A state is safely in the ledger, or is not.
    Recorded(Result<(), LedgerError>),
    /// Where a request stands.
    Polled(Result<Status, FalError>),
    /// Where its picture is.
    Answered(Result<Answer, FalError>),
    /// What fal stored of a request that its queue has forgotten; `None` if nothing.
    Stored(Result<Option<Past>, FalError>),
    /// The picture is on disk.
    Saved(Result<Placed, SaveError>),
    /// fal was asked to stop it.
    Cancelled(Result<CancelAnswer, FalError>),
    /// Requests that fal remembers, by the URL of their input.
    Listed(Result<Vec<(String, RequestId)>, FalError>),
    /// Whether fal can be reached.
    Reached(Result<(), FalError>),
    /// Whether fal knows the key.
    KeyAsked(Result<(), FalError>),
    /// Its earlier attempts.
    Recalled(Vec<Attempt>, Trail),
    /// What is known of the batch that changed parameters make.
    Sibling(Result<Vec<Job>, LedgerError>),
    /// What a photo holds, if it can be read.
    Hashed(Photo, Option<ContentHash>),
    /// What earlier runs paid for of the same picture.
    Sought(Result<Sought, LedgerError>),
    /// What has become of paid calls that others make, and how long looking took.
    Rivals(Vec<(JobId, Look)>, Duration),
    /// The result of its twin was copied.
    Copied(Box<Origin>, Result<Placed, OutputError>),
}

/// Why a submit did not give a request.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum SubmitError {
    #[error("the intent to submit could not be recorded, so nothing was sent")]
    NotRecorded(#[source] LedgerError),
    #[error("batch {0} sends the same picture")]
    Held(BatchId),
    #[error(transparent)]
    Fal(#[from] FalError),
}

/// A photo in fal's storage.
#[derive(Debug)]
pub(in crate::engine) struct Uploaded {
    /// The photo as it went up.
    pub(in crate::engine) photo: Photo,
    /// Its URL there.
    pub(in crate::engine) url: Box<str>,
    /// What the photo holds, whatever was made of it to be sent.
    pub(in crate::engine) content: ContentHash,
}

/// Why a photo is not at fal.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum UploadError {
    /// It has more pixels now than were planned and reserved for.
    #[error("it is larger than when it was planned")]
    Grown(Box<Photo>),
    #[error(transparent)]
    Fal(#[from] FalError),
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// What every stage needs. It is shared: a photo goes through some ten of them.
#[derive(Debug)]
pub(in crate::engine) struct Stages {
    pub(in crate::engine) fal: Fal,
    pub(in crate::engine) endpoint: EndpointId,
    /// What its answers should give.
    pub(in crate::engine) gives: Gives,
    /// How long fal may take to start a request.
    pub(in crate::engine) start_timeout: Option<Duration>,
    pub(in crate::engine) writer: Writer,
    pub(in crate::engine) output: Output,
    /// Where photos are made ready.
    pub(in crate::engine) workshop: Workshop,
    /// What its results are made on.
    pub(in crate::engine) terms: Arc<Terms>,
}

impl Stages {
    pub(in crate::engine) async fn upload(
        self: Arc<Self>,
        photo: Photo,
        meter: Meter,
        length: Arc<AtomicU64>,
    ) -> Outcome {
        if let Err(error) = self.output.try_for(&photo).await {
            return Outcome::Uploaded(Err(UploadError::Output(error)));
        }
        Outcome::Uploaded(self.send_up(photo, &meter, &length).await)
    }

    /// What is measured is what is sent: both come from one open file.
    async fn send_up(&self, photo: Photo, meter: &Meter, length: &AtomicU64) -> Result<Uploaded, UploadError> {
        let opened = tokio::task::spawn_blocking(move || measure::open(&photo)).await;
        let (photo, file, header) =
            opened.map_err(|error| FalError::local_file(format!("could not be read: {error}")))??;
        let Ready { file, content } = self.workshop.prepare(file, header).await?;
        length.store(file.length(), Ordering::Relaxed);
        let (url, sent) = self.fal.upload(&file, meter).await?;
        Ok(Uploaded { photo, url, content: content.unwrap_or(sent) })
    }

    /// Intent recorded and synced, then the paid call.
    pub(in crate::engine) async fn submit(self: Arc<Self>, job: Job, body: Value, stakes: Option<Stakes>) -> Outcome {
        let recorded = match stakes {
            Some(stakes) => self.writer.claim(&job, stakes.terms, stakes.settled).await,
            None => self.writer.commit(&job).await.map(|()| Claimed::Ours),
        };
        match recorded {
            Ok(Claimed::Ours) => {}
            Ok(Claimed::Held(batch)) => return Outcome::Submitted(Err(SubmitError::Held(batch))),
            Err(error) => return Outcome::Submitted(Err(SubmitError::NotRecorded(error))),
        }
        Outcome::Submitted(self.fal.submit(&self.endpoint, &body, self.start_timeout).await.map_err(SubmitError::Fal))
    }

    pub(in crate::engine) async fn record(self: Arc<Self>, job: Job) -> Outcome {
        Outcome::Recorded(self.writer.commit(&job).await)
    }

    pub(in crate::engine) async fn poll(self: Arc<Self>, request: Request, logs: bool) -> Outcome {
        Outcome::Polled(self.fal.status(&self.endpoint, &request, logs).await)
    }

    /// A call that costs nothing, to see whether there is a fal.
    pub(in crate::engine) async fn reach(self: Arc<Self>) -> Outcome {
        Outcome::Reached(self.fal.reach(&self.endpoint).await)
    }

    /// A call that costs nothing, to see whether the key is good.
    pub(in crate::engine) async fn ask_for_key(self: Arc<Self>) -> Outcome {
        Outcome::KeyAsked(self.fal.price(&self.endpoint).await.map(drop))
    }

    /// Requests that fal remembers and that could be these jobs' lost ones. A retry uses its upload
    /// again, so that earlier requests which are over and done with bear the same URL: they are not meant.
    pub(in crate::engine) async fn look_up(self: Arc<Self>, model: Model, since: Timestamp, lost: Lost) -> Outcome {
        let listed = match self.fal.requests_since(&self.endpoint, |input| model.photo_in(input), since).await {
            Ok(listed) => listed,
            Err(error) => return Outcome::Listed(Err(error)),
        };
        match lost.spent(&self.writer).await {
            Ok(spent) => Outcome::Listed(Ok(listed.into_iter().filter(|(_, id)| !spent.contains(id)).collect())),
            Err(error) => {
                tracing::warn!(%error, "without the ledger nobody knows which requests are over; it is asked again");
                Outcome::Listed(Ok(Vec::new()))
            }
        }
    }

    pub(in crate::engine) async fn answer(self: Arc<Self>, request: Request) -> Outcome {
        Outcome::Answered(self.fal.result(&self.endpoint, &request, self.gives).await)
    }

    pub(in crate::engine) async fn stored(self: Arc<Self>, id: RequestId) -> Outcome {
        Outcome::Stored(self.fal.past(&self.endpoint, self.gives, &id).await)
    }

    pub(in crate::engine) async fn cancel(self: Arc<Self>, request: Request) -> Outcome {
        Outcome::Cancelled(self.fal.cancel(&self.endpoint, &request).await)
    }

    pub(in crate::engine) async fn save(self: Arc<Self>, work: Save) -> Outcome {
        Outcome::Saved(match self.save_inner(work).await {
            Err(SaveError::Output(error)) => Err(SaveError::Output(self.output.whose(error).await)),
            saved => saved,
        })
    }

    async fn save_inner(&self, work: Save) -> Result<Placed, SaveError> {
        let hear = |heard| match heard {
            Heard::Begins(length) => {
                work.meter.restart();
                work.length.store(length, Ordering::Relaxed);
            }
            Heard::Came(bytes) => work.meter.add(bytes),
        };
        let dressing = Dressing::read(&work.photo, self.output.written().strip, work.made).await;
        let parts = fetch(&self.fal, &self.output, &work.photo, &work.answer, &dressing, hear).await?;
        let expect = Expect { pixels: work.promised, previous: work.previous.as_deref(), caption: work.answer.text() };
        Ok(self.output.place(&work.photo, parts, expect).await?)
    }
}

/// What a paid call is made for: nobody else's for the same may be in its way.
#[derive(Debug)]
pub(in crate::engine) struct Stakes {
    pub(in crate::engine) terms: Terms,
    /// Calls that came to nothing for this job.
    pub(in crate::engine) settled: HashSet<PaidCall>,
}

/// A result to be downloaded and saved.
#[derive(Debug)]
pub(in crate::engine) struct Save {
    pub(in crate::engine) photo: Photo,
    pub(in crate::engine) answer: Answer,
    /// How it came to be.
    pub(in crate::engine) made: Provenance,
    /// The size that the result should have, px.
    pub(in crate::engine) promised: Option<Pixels>,
    /// What an earlier attempt of this job wrote and this one may replace.
    pub(in crate::engine) previous: Option<Box<Saved>>,
    pub(in crate::engine) meter: Meter,
    pub(in crate::engine) length: Arc<AtomicU64>,
}

/// Jobs whose paid call's answer was lost.
#[derive(Debug)]
pub(in crate::engine) struct Lost {
    pub(in crate::engine) ledger: Ledger,
    pub(in crate::engine) batch: BatchId,
    pub(in crate::engine) jobs: Vec<JobId>,
}

impl Lost {
    /// The requests of their earlier attempts.
    async fn spent(&self, writer: &Writer) -> Result<HashSet<RequestId>, LedgerError> {
        // What is still on its way into the ledger counts, too.
        writer.flush().await?;
        let mut spent = HashSet::new();
        for job in &self.jobs {
            let attempts = self.ledger.attempts(self.batch, *job).await?;
            spent.extend(attempts.into_iter().filter_map(|attempt| attempt.request));
        }
        Ok(spent)
    }
}

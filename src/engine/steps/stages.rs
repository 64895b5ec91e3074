//! What the steps of a photo's way have in common: what each gets, and the [`Outcome`] that each sends back.
//! They share no state.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::engine::command::Command;
use crate::engine::crew::Errand;
use crate::engine::steps::fetch::SaveError;
use crate::engine::steps::further::Further;
use crate::engine::steps::prepare::Workshop;
use crate::fal::{Accepted, CancelAnswer, Fal, FalError, Meter, Past, Status};
use crate::job::{
    Answer, BatchId, ContentHash, EndpointId, FurtherFile, Job, JobId, Photo, Pixels, RequestId, Saved, Terms, Way,
};
use crate::ledger::{Attempt, LedgerError, Money, Placed, Trail, Writer};
use crate::model::Gives;
use crate::output::{self, Again, Output, OutputError};
use crate::picture::Provenance;
use crate::plan::{Hashed, Look, Origin, Sought};

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
    Saved(Result<output::Placed, SaveError>),
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
    /// Files that a face named, by the path that was typed.
    Files(Vec<(String, Result<FurtherFile, String>)>),
    /// What is known of the batch that changed parameters make.
    Sibling(Result<Vec<Job>, LedgerError>),
    /// What photos hold.
    Hashed(Vec<Hashed>),
    /// What earlier runs paid for of the same picture.
    Sought(Result<Sought, LedgerError>),
    /// What has become of paid calls that others make, and how long looking took.
    Rivals(Vec<(JobId, Look)>, Duration),
    /// Which photos go first is written down, or is not.
    CanaryNoted(Result<(), LedgerError>),
    /// What came of files that were to say what people think.
    SaidAgain(Vec<Written>),
    /// What became of something that is asked of all who work on the batch.
    Ordered(Command, Result<Placed, LedgerError>),
    /// Jobs that were nobody's, for something that a person asks.
    Adopted(Errand, Result<Vec<Job>, LedgerError>),
    /// The result of its twin was copied.
    Copied(Box<Origin>, Result<output::Placed, OutputError>),
}

/// What came of a job's files that were to say what people think.
pub(in crate::engine) type Written = (JobId, Result<Again, OutputError>);

/// Why a submit did not give a request.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum SubmitError {
    #[error("the intent to submit could not be recorded, so nothing was sent")]
    NotRecorded(#[source] LedgerError),
    #[error("batch {0} sends the same picture")]
    Held(BatchId),
    #[error("the cap that all workers keep does not bear it")]
    OverCap(Money),
    /// A file that goes along with it is not at fal.
    #[error("what goes along could not be brought up")]
    Further(#[source] FalError),
    /// The photo itself, which stands in the request, is not what was measured.
    #[error("the photo could not be put into the request")]
    Photo(#[source] FalError),
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
    /// A file that goes along with it is not at fal.
    #[error("what goes along could not be brought up")]
    Further(#[source] FalError),
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
    /// How fal is to get photos, if that was asked for.
    pub(in crate::engine) send: Option<Way>,
    pub(in crate::engine) writer: Writer,
    pub(in crate::engine) output: Output,
    /// Where photos are made ready.
    pub(in crate::engine) workshop: Workshop,
    /// Files that go along with every photo.
    pub(in crate::engine) further: Further,
    /// What its results are made on.
    pub(in crate::engine) terms: Arc<Terms>,
}

/// A result to be downloaded and saved.
#[derive(Debug)]
pub(in crate::engine) struct Save {
    /// Its job's number, from 1.
    pub(in crate::engine) index: u32,
    /// fal's id of its request.
    pub(in crate::engine) request: RequestId,
    pub(in crate::engine) photo: Photo,
    pub(in crate::engine) answer: Answer,
    /// How it came to be.
    pub(in crate::engine) made: Provenance,
    /// The size that the result should have, px.
    pub(in crate::engine) promised: Option<Pixels>,
    /// What a person says of it in place of the model.
    pub(in crate::engine) said: Option<Box<str>>,
    /// What an earlier attempt of this job wrote and this one may replace.
    pub(in crate::engine) previous: Option<Box<Saved>>,
    pub(in crate::engine) meter: Meter,
    pub(in crate::engine) length: Arc<AtomicU64>,
}

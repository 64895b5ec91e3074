//! Jobs that were looked up, whatever batch they are of.

use std::path::PathBuf;

use crate::job::{BatchId, ContentHash, Job, RequestId, Service, Upload};

/// A job of some batch that a look-up found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its batch.
    pub batch: BatchId,
    /// The folder that its batch's pictures go to; a saved picture's path is below it.
    pub output: PathBuf,
    /// The job.
    pub job: Job,
    /// The last upload of its photo, whatever became of it.
    pub upload: Option<Upload>,
    /// Whether another photo has taken its place since.
    pub is_former: bool,
    /// Whether its picture's name is still its own: no result of its successor lies there.
    pub has_file: bool,
}

/// The last URLs of a job, and what was answered. Its row keeps them after its state has forgotten them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trail {
    /// The photo's in fal's storage.
    pub upload_url: Option<String>,
    /// The base of its request's, where fal gave one.
    pub request_url: Option<String>,
    /// The result's.
    pub result_url: Option<String>,
    /// What its request answered, as JSON.
    pub answer: Option<String>,
}

/// What a job is looked up by.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'a> {
    /// The same picture, sent to the same model with the same parameters.
    Content { content: &'a ContentHash, model: &'a str, params: &'a str, service: &'a Service },
    /// The URL that the photo was uploaded to.
    UploadUrl(&'a str, &'a Service),
    /// The id of its request.
    Request(&'a RequestId, &'a Service),
}

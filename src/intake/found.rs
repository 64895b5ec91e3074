//! What the walk comes upon.

use crate::job::{Job, JobId, JobState, OwnParams, Photo};

/// A file that the walk came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A photo to send, and its own parameters where a list or texts say something else for each.
    Photo(Photo, Option<OwnParams>),
    /// Something that is not sent, and why: a lowercase fragment, the same for the same fault, with
    /// nothing from outside in it.
    Skipped(Photo, Box<str>),
}

impl Found {
    /// The file.
    #[must_use]
    pub fn photo(&self) -> &Photo {
        match self {
            Self::Photo(photo, _) | Self::Skipped(photo, _) => photo,
        }
    }

    /// Whether it is a photo with parameters of its own.
    #[must_use]
    pub fn has_own(&self) -> bool {
        matches!(self, Self::Photo(_, Some(_)))
    }

    /// The job that it is from now on: to be sent, or skipped.
    #[must_use]
    pub fn into_job(self, id: JobId) -> Job {
        let (photo, state, own) = match self {
            Self::Photo(photo, own) => (photo, JobState::Pending, own),
            Self::Skipped(photo, reason) => (photo, JobState::Skipped(reason), None),
        };
        Job { id, photo, state, own, opinion: None }
    }
}

//! What the walk comes upon.

use crate::job::{Job, JobId, JobState, Photo};

/// A file that the walk came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A photo to send.
    Photo(Photo),
    /// Something that is not sent, and why: a lowercase fragment, the same for the same fault, with
    /// nothing from outside in it.
    Skipped(Photo, Box<str>),
}

impl Found {
    /// The file.
    #[must_use]
    pub fn photo(&self) -> &Photo {
        match self {
            Self::Photo(photo) | Self::Skipped(photo, _) => photo,
        }
    }

    /// The job that it is from now on: to be sent, or skipped.
    #[must_use]
    pub fn into_job(self, id: JobId) -> Job {
        let (photo, state) = match self {
            Self::Photo(photo) => (photo, JobState::Pending),
            Self::Skipped(photo, reason) => (photo, JobState::Skipped(reason)),
        };
        Job { id, photo, state, own: None }
    }
}

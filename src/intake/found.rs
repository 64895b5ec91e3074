//! What the walk comes upon.

use std::path::Path;

use crate::job::{Job, JobId, JobState, OwnParams, Photo};

/// What comes of looking for photos, in its order. The end of it all is the end of the walk, unless that was told
/// before.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// Files, in natural order: new ones, and after the walk also known ones that changed.
    Found(Vec<Found>),
    /// Every file that was there has been found. What comes now is new.
    Walked,
    /// Jobs of a batch that many work on, which this process took; none where others have all.
    Taken(Vec<Job>),
    /// A file that was there is no more, or a folder with all below it: its path below the input.
    Gone(Box<Path>),
}

impl Arrival {
    /// The files that were found.
    #[must_use]
    pub fn found(self) -> Vec<Found> {
        match self {
            Self::Found(found) => found,
            Self::Walked | Self::Taken(_) | Self::Gone(_) => Vec::new(),
        }
    }
}

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

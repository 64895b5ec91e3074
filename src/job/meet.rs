//! A photo that an earlier run knew is found again: what becomes of its job.

use super::{Job, JobState, Status};

/// What finding a photo again makes of its job.
#[derive(Debug, Clone, PartialEq)]
pub enum Met {
    /// Nothing: its job stands where it stood.
    Same,
    /// It is the same picture and was not begun; what its result is called or what it is sent with may have changed.
    Renewed(Job),
    /// Another photo has its place. Where the one before left a result, that was paid for, and is kept for whichever
    /// photo holds the same picture.
    Another {
        /// What stands in its place.
        job: Job,
        /// Whether what it was is kept.
        leaves_result: bool,
    },
}

/// A job that is known, and what was found under its path.
#[must_use]
pub fn meet(known: &Job, found: Job) -> Met {
    if known.is_another(&found) {
        let leaves_result = known.state.saved().is_some_and(|saved| saved.content.is_some());
        Met::Another { job: found, leaves_result }
    } else if matches!(known.state, JobState::Pending) && (known.photo != found.photo || known.own != found.own) {
        Met::Renewed(found)
    } else {
        Met::Same
    }
}

impl Job {
    /// Whether another file lies where its photo was, by its length and when it was changed.
    #[must_use]
    pub fn is_of_another_file(&self, found: &Self) -> bool {
        self.photo.bytes != found.photo.bytes || self.photo.modified != found.photo.modified
    }

    /// Whether the photo that was found under its path is another one by now, or is judged otherwise. A job that is
    /// on its way, or may be, is left to arrive.
    #[must_use]
    pub fn is_another(&self, found: &Self) -> bool {
        let same_file = !self.is_of_another_file(found);
        let is_skipped = |job: &Self| job.state.status() == Status::Skipped;
        let settled = self.state.status().is_untouched() || self.state.closed().is_some();
        settled && !(same_file && is_skipped(self) == is_skipped(found))
    }
}

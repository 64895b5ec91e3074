//! What each job will cost and how large its result will be, before it is there.

use std::collections::HashSet;

use super::table::Measure;
use crate::job::{Job, JobId, JobState, Params, Photo, Pixels, UnitPrice, Usd};

/// What jobs cost in this batch.
#[derive(Debug)]
pub(super) struct Rates {
    pub(super) price: Option<UnitPrice>,
    pub(super) params: Params,
    /// Jobs that will get another one's result: they cost nothing.
    pub(super) reusing: HashSet<JobId>,
}

impl Rates {
    /// What a photo's result will cost; `None` if that cannot be known.
    pub(super) fn estimate(&self, photo: &Photo) -> Option<Usd> {
        self.price.as_ref()?.estimate(self.output(photo)?)
    }

    /// What a job will cost; nothing if it gets another one's result.
    pub(super) fn expected(&self, job: &Job) -> Option<Usd> {
        if self.reusing.contains(&job.id) { Some(Usd::ZERO) } else { self.estimate(&job.photo) }
    }

    /// The most that a photo's result may be billed as; `None` if that cannot be known.
    pub(super) fn at_most(&self, photo: &Photo) -> Option<Usd> {
        self.price.as_ref()?.at_most(self.output(photo)?)
    }

    /// The most that a job may still be billed as.
    pub(super) fn reserve(&self, job: &Job) -> Option<Usd> {
        if self.reusing.contains(&job.id) { Some(Usd::ZERO) } else { self.at_most(&job.photo) }
    }

    /// What a job's row shows as its cost and size: as billed and saved, else as estimated.
    pub(super) fn measure(&self, job: &Job) -> Measure {
        match (job.state.saved(), &job.state) {
            (Some(saved), _) => Measure { cost: saved.cost, output: Some(saved.pixels) },
            (None, JobState::Skipped(_)) => Measure { cost: None, output: self.output(&job.photo) },
            (None, _) => Measure { cost: self.expected(job), output: self.output(&job.photo) },
        }
    }

    fn output(&self, photo: &Photo) -> Option<Pixels> {
        photo.pixels.map(|pixels| self.params.output_size(pixels))
    }
}

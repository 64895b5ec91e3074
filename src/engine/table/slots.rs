//! Jobs by their numbers. Of a batch that many work on there are only those that this process took.

use crate::job::{Job, JobId};

/// A place for each number; a job that is not here costs a pointer.
#[derive(Debug, Default)]
pub(in crate::engine) struct Slots(Vec<Option<Box<Job>>>);

impl Slots {
    /// How many places there are.
    pub(in crate::engine) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number behind the last.
    pub(in crate::engine) fn next_id(&self) -> JobId {
        JobId::at(self.0.len())
    }

    pub(in crate::engine) fn get(&self, id: JobId) -> Option<&Job> {
        self.0.get(id.index())?.as_deref()
    }

    pub(in crate::engine) fn get_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.0.get_mut(id.index())?.as_deref_mut()
    }

    /// Takes a job in that is not here yet.
    pub(in crate::engine) fn put(&mut self, job: Box<Job>) {
        let place = job.id.index();
        if self.0.len() <= place {
            self.0.resize_with(place + 1, || None);
        }
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Some(job);
        }
    }

    /// Every job, by number.
    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = &Job> {
        self.0.iter().filter_map(Option::as_deref)
    }

    /// What is in so many places from one on, by number.
    pub(in crate::engine) fn some(&self, first: usize, places: usize) -> impl Iterator<Item = Option<&Job>> {
        self.0.iter().skip(first).take(places).map(Option::as_deref)
    }
}

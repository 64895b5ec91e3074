//! Jobs that are found by something that they have, of which nothing is kept but their numbers: among a million each
//! byte more of an entry is two megabytes.

use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;

use crate::job::JobId;

/// Jobs by a key that whoever asks reads from elsewhere; it stays the same for as long as the job is in here.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    numbers: HashTable<JobId>,
    hasher: RandomState,
}

impl Finder {
    /// The job that has a key.
    pub(crate) fn get<'k, K: Hash + Eq + ?Sized + 'k>(
        &self,
        key: &K,
        of: impl Fn(JobId) -> Option<&'k K>,
    ) -> Option<JobId> {
        self.numbers.find(self.hasher.hash_one(key), |id| of(*id) == Some(key)).copied()
    }

    /// Takes in a job with its key, unless there is one that has it.
    pub(crate) fn insert<'k, K: Hash + Eq + ?Sized + 'k>(
        &mut self,
        id: JobId,
        key: &K,
        of: impl Fn(JobId) -> Option<&'k K>,
    ) {
        if self.get(key, &of).is_none() {
            let Self { numbers, hasher } = self;
            numbers.insert_unique(hasher.hash_one(key), id, |id| of(*id).map_or(0, |key| hasher.hash_one(key)));
        }
    }

    /// Takes out the job that has a key.
    pub(crate) fn remove<'k, K: Hash + Eq + ?Sized + 'k>(
        &mut self,
        key: &K,
        of: impl Fn(JobId) -> Option<&'k K>,
    ) -> Option<JobId> {
        let found = self.numbers.find_entry(self.hasher.hash_one(key), |id| of(*id) == Some(key)).ok()?;
        Some(found.remove().0)
    }

    /// Puts another job in the place of the one that has its key.
    pub(crate) fn replace<'k, K: Hash + Eq + ?Sized + 'k>(
        &mut self,
        id: JobId,
        key: &K,
        of: impl Fn(JobId) -> Option<&'k K>,
    ) {
        if let Some(place) = self.numbers.find_mut(self.hasher.hash_one(key), |id| of(*id) == Some(key)) {
            *place = id;
        }
    }

    /// Every job, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = JobId> + '_ {
        self.numbers.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_found_by_what_they_have() {
        let names: Vec<String> = (0..5000).map(|n| format!("{n}.jpg")).collect();
        let of = |id: JobId| names.get(id.index()).map(String::as_str);
        let mut finder = Finder::default();
        for (place, name) in names.iter().enumerate() {
            finder.insert(JobId::at(place), name.as_str(), of);
        }
        finder.insert(JobId::at(7), "3.jpg", of);
        assert_eq!((finder.get("4999.jpg", of), finder.get("5000.jpg", of)), (Some(JobId::at(4999)), None));
        assert_eq!((finder.remove("3.jpg", of), finder.remove("3.jpg", of)), (Some(JobId::at(3)), None));
        assert_eq!(finder.iter().count(), 4999);
    }
}

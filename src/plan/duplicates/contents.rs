//! What photos hold, by their numbers. Mostly few are hashed; where all are, no hash takes more than its own length.

use std::collections::HashMap;

use crate::job::{ContentHash, JobId};

/// Numbers that lie in one place.
const PAGE: usize = 64;

type Page = Box<[Option<ContentHash>; PAGE]>;

/// What photos hold.
#[derive(Debug, Default)]
pub(super) struct Contents(HashMap<usize, Page>);

impl Contents {
    pub(super) fn get(&self, id: JobId) -> Option<&ContentHash> {
        self.0.get(&(id.index() / PAGE))?.get(id.index() % PAGE)?.as_ref()
    }

    /// Puts what a photo holds in the place of what it held.
    pub(super) fn set(&mut self, id: JobId, content: Option<ContentHash>) {
        let number = id.index() / PAGE;
        if content.is_none() && !self.0.contains_key(&number) {
            return;
        }
        let page = self.0.entry(number).or_insert_with(|| Box::new([None; PAGE]));
        if let Some(place) = page.get_mut(id.index() % PAGE) {
            *place = content;
        }
    }
}

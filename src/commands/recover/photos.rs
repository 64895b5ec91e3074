//! The user's photos, to be found by what they hold. None is read unless another of its length is
//! looked for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::commands::batch::Batch;
use crate::intake::{self, Found};
use crate::job::{ContentHash, Photo};

/// Photos by their length.
#[derive(Debug, Default)]
pub(super) struct Photos {
    by_length: HashMap<u64, Class>,
}

/// The photos of one length.
#[derive(Debug)]
enum Class {
    /// Not read yet.
    Unread(Vec<Photo>),
    /// By what they hold; those that cannot be read are left out.
    Read(HashMap<ContentHash, Vec<Photo>>),
}

impl Photos {
    /// Every photo of a batch's folders.
    pub(super) async fn of(batch: &Batch) -> Self {
        let mut by_length: HashMap<u64, Vec<Photo>> = HashMap::new();
        let mut found = batch.walk_all();
        while let Some(arrival) = found.recv().await {
            for found in arrival.found() {
                if let Found::Photo(photo, _) = found {
                    by_length.entry(photo.bytes).or_default().push(photo);
                }
            }
        }
        Self { by_length: by_length.into_iter().map(|(length, photos)| (length, Class::Unread(photos))).collect() }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        let count = |class: &Class| match class {
            Class::Unread(photos) => photos.len(),
            Class::Read(by_content) => by_content.values().map(Vec::len).sum(),
        };
        self.by_length.values().map(count).sum()
    }

    /// Whether there is one of this length.
    pub(super) fn has_length(&self, bytes: u64) -> bool {
        self.by_length.contains_key(&bytes)
    }

    /// Every photo that holds this.
    pub(super) async fn holding(&mut self, bytes: u64, content: ContentHash) -> Vec<Photo> {
        let Entry::Occupied(mut entry) = self.by_length.entry(bytes) else { return Vec::new() };
        if let Class::Unread(photos) = entry.get_mut() {
            let photos = std::mem::take(photos);
            entry.insert(Class::Read(read(photos).await));
        }
        match entry.get() {
            Class::Read(by_content) => by_content.get(&content).cloned().unwrap_or_default(),
            Class::Unread(_) => Vec::new(),
        }
    }
}

async fn read(photos: Vec<Photo>) -> HashMap<ContentHash, Vec<Photo>> {
    let read = tokio::task::spawn_blocking(move || {
        let mut by_content: HashMap<_, Vec<_>> = HashMap::new();
        for photo in photos {
            match intake::content(&photo.source) {
                Ok(content) => by_content.entry(content).or_default().push(photo),
                Err(error) => tracing::warn!(photo = %photo.slash_path(), %error, "cannot be read"),
            }
        }
        by_content
    });
    read.await.unwrap_or_default()
}

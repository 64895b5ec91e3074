//! Photos that do not go through fal's storage: what is sent is measured and known by its hash all the same.

mod address;
mod inline;

use crate::engine::steps::stages::{Stages, UploadError, Uploaded};
use crate::intake::remote_content;
use crate::job::{ContentHash, Photo, Way};
use crate::model::Sizing;
use crate::storage;

impl Stages {
    /// How fal gets a photo.
    fn way_of(&self, photo: &Photo) -> Way {
        Way::of(self.send, storage::is_address(&photo.source))
    }

    /// Makes a photo ready to be sent by another way than an upload; `None` for what is uploaded.
    pub(in crate::engine) async fn hand_over(
        &self,
        photo: &Photo,
        sizing: Sizing,
    ) -> Option<Result<Uploaded, UploadError>> {
        match self.way_of(photo) {
            Way::Upload => None,
            Way::Url => Some(self.send_address(photo.clone()).await),
            Way::DataUri => Some(self.put_inline(photo.clone(), sizing).await),
        }
    }
}

/// What a photo is known by: what its file holds, or where it lies on another machine, from which we or fal fetch it, what
/// is said of it there.
pub(in crate::engine) fn content_of(photo: &Photo, held: ContentHash) -> ContentHash {
    remote_content(photo).unwrap_or(held)
}

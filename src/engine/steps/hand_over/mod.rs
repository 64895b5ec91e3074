//! Photos that do not go through fal's storage: what is sent is measured and known by its hash all the same.

mod inline;

use crate::engine::steps::stages::{Stages, UploadError, Uploaded};
use crate::job::{Photo, Way};
use crate::model::Sizing;

impl Stages {
    /// How fal gets a photo.
    pub(in crate::engine) fn way_of(&self, _photo: &Photo) -> Way {
        Way::of(self.send, false)
    }

    /// Makes a photo ready to be sent by another way than an upload; `None` for what is uploaded.
    pub(in crate::engine) async fn hand_over(
        &self,
        photo: &Photo,
        sizing: Sizing,
    ) -> Option<Result<Uploaded, UploadError>> {
        match self.way_of(photo) {
            Way::Upload | Way::Url => None,
            Way::DataUri => Some(self.put_inline(photo.clone(), sizing).await),
        }
    }
}

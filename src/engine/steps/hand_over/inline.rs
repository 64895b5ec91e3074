//! A photo in the request itself. The ledger keeps a mark in place of the data URI, which is made when the paid call is:
//! from the same file, if that still holds what was measured. So it does of a URL that the photo's store signs, which is a
//! secret.

use std::io;

use serde_json::Value;

use super::content_of;
use crate::engine::steps::measure;
use crate::engine::steps::prepare::Ready;
use crate::engine::steps::stages::{Stages, UploadError, Uploaded};
use crate::fal::{FalError, InputFile};
use crate::job::{ContentHash, Photo, inline_mark, inlined, is_signed, marked};
use crate::model::{Sizing, put_inline};
use crate::storage;

impl Stages {
    /// Measures a photo and makes it ready.
    pub(super) async fn put_inline(&self, photo: Photo, sizing: Sizing) -> Result<Uploaded, UploadError> {
        let (photo, format, (_, sent), content) = self.inline(photo, sizing).await?;
        Ok(Uploaded { photo, url: inline_mark(format, &sent, fastrand::u64(..)), content })
    }

    /// Puts a photo into a request's body, where its mark stands for it. Does nothing where none does.
    ///
    /// # Errors
    /// A cause if the photo cannot be read any more; of class `Reupload` if it holds something else by now.
    pub(in crate::engine) async fn put_photo(
        &self,
        (body, mark): (&mut Value, &str),
        photo: &Photo,
        sizing: Sizing,
    ) -> Result<(), FalError> {
        if is_signed(mark) {
            return put_signed(body, mark, photo).await;
        }
        let Some(measured) = inlined(mark) else { return Ok(()) };
        let changed = || FalError::to_measure_again("was written to since it was measured; it is measured again");
        let (_, _, (uri, sent), _) = self.inline(photo.clone(), sizing).await.map_err(|error| match error {
            UploadError::Fal(error) => error,
            _ => changed(),
        })?;
        if sent != measured {
            return Err(changed());
        }
        put_inline(body, mark, &uri);
        Ok(())
    }

    /// A photo as it would be sent: what it is now, its format there, the data URI and what that holds, and what the photo
    /// itself does.
    async fn inline(
        &self,
        photo: Photo,
        sizing: Sizing,
    ) -> Result<(Photo, crate::job::Format, (String, ContentHash), ContentHash), UploadError> {
        let opened = tokio::task::spawn_blocking(move || measure::open(&photo)).await;
        let (photo, file, header) =
            opened.map_err(|error| FalError::local_file(format!("could not be read: {error}")))??;
        let Ready { file, content } = self.workshop.prepare(file, header, sizing.sent(header.upright())).await?;
        let format = file.format;
        let (uri, sent) = encoded(file).await?;
        let content = content_of(&photo, content.unwrap_or(sent));
        Ok((photo, format, (uri, sent), content))
    }

    /// A file that goes along, in the request itself.
    pub(in crate::engine) async fn further_inline(&self, file: InputFile) -> Result<(Box<str>, ContentHash), FalError> {
        encoded(file).await.map(|(uri, sent)| (uri.into(), sent))
    }
}

/// Puts a URL that the photo's store signs now in place of its mark.
async fn put_signed(body: &mut Value, mark: &str, photo: &Photo) -> Result<(), FalError> {
    let place = photo.source.clone();
    let signed = tokio::task::spawn_blocking(move || storage::signed(&place)).await.map_err(io::Error::other).flatten();
    let signed =
        signed.map_err(|error| FalError::local_file(format!("has no URL that fal could fetch it from: {error}")))?;
    if let Some(url) = marked(mark, &signed) {
        put_inline(body, mark, &url);
    }
    Ok(())
}

async fn encoded(file: InputFile) -> Result<(String, ContentHash), FalError> {
    let encoded = tokio::task::spawn_blocking(move || file.inline()).await;
    encoded.map_err(|error| FalError::local_file(format!("could not be read: {error}")))?
}

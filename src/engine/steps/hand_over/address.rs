//! A photo that fal fetches itself, from where it lies.

use crate::engine::steps::measure;
use crate::engine::steps::stages::{Stages, UploadError, Uploaded};
use crate::fal::FalError;
use crate::intake::{Fetching, remote_content};
use crate::job::{Photo, signed_mark};
use crate::picture::Strip;
use crate::storage;

/// What stands behind an address so that a request can be told by it, as by the URL of an upload: a fragment, which
/// whoever fetches it keeps to himself (RFC 9110, 4.2.5).
const MARK: &str = "#fal-tui-";

impl Stages {
    /// Looks once more whether it is what was planned.
    pub(super) async fn send_address(&self, photo: Photo) -> Result<Uploaded, UploadError> {
        let is_signed = storage::is_signing(&photo.source);
        if !is_signed && !storage::is_address(&photo.source) {
            return Err(FalError::local_file("was not sent: it has no URL that fal could fetch it from").into());
        }
        let fetching = Fetching { by_fal: true, from_stores: true, strips: self.output.written().strip != Strip::None };
        let looked = tokio::task::spawn_blocking(move || measure::look(&photo, fetching)).await;
        let photo = looked.map_err(|error| FalError::local_file(format!("could not be looked at: {error}")))??;
        let content = remote_content(&photo).ok_or_else(|| FalError::local_file("lies on this machine"))?;
        let url = if is_signed {
            signed_mark(fastrand::u64(..))
        } else {
            format!("{}{MARK}{:08x}", photo.source.display(), fastrand::u32(..)).into()
        };
        Ok(Uploaded { photo, url, content })
    }
}

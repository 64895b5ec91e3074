//! What a photo holds, read for as long as it takes this machine to have a file handle for it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::intake;
use crate::job::{ContentHash, JobId, Photo, Shortage};

/// How long before a file is tried again for which this machine had no handle.
pub(crate) const ANOTHER_TRY: Duration = Duration::from_secs(2);

/// Hashes a photo; of one on another machine, what is known of it. It blocks nobody.
///
/// # Errors
/// If it cannot be read, for another reason than that this machine is short of something.
pub(crate) async fn content_of(photo: &Photo) -> io::Result<ContentHash> {
    if let Some(content) = intake::remote_content(photo) {
        return Ok(content);
    }
    loop {
        let source = photo.source.clone();
        let hashed = tokio::task::spawn_blocking(move || intake::content(&source)).await;
        let content = hashed.map_err(io::Error::other).flatten();
        // Whoever is not known by what it holds could be paid for twice.
        match &content {
            Err(error) if Shortage::of(error).is_some() => tokio::time::sleep(ANOTHER_TRY).await,
            _ => return content,
        }
    }
}

/// Hashes several photos on one journey to the disk; `None` for one that cannot be read.
pub(super) async fn contents_of(photos: Vec<(JobId, Photo)>) -> Vec<(JobId, Photo, Option<ContentHash>)> {
    let photos = Arc::new(photos);
    let these = Arc::clone(&photos);
    let read = move || {
        let content = |photo: &Photo| intake::remote_content(photo).or_else(|| intake::content(&photo.source).ok());
        these.iter().map(|(_, photo)| content(photo)).collect::<Vec<_>>()
    };
    let known = tokio::task::spawn_blocking(read).await.unwrap_or_default();
    // The other journey has ended.
    let photos = Arc::unwrap_or_clone(photos);
    let mut contents = Vec::with_capacity(photos.len());
    for (at, (id, photo)) in photos.into_iter().enumerate() {
        let content = match known.get(at).copied().flatten() {
            Some(content) => Some(content),
            // Perhaps only for now.
            None => {
                content_of(&photo).await.inspect_err(|error| tracing::info!(%error, "a photo cannot be hashed")).ok()
            }
        };
        contents.push((id, photo, content));
    }
    contents
}

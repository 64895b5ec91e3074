//! What a photo holds, read for as long as it takes this machine to have a file handle for it.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::intake;
use crate::job::{ContentHash, Shortage};

/// How long before a file is tried again for which this machine had no handle.
pub(crate) const ANOTHER_TRY: Duration = Duration::from_secs(2);

/// Hashes a photo. It blocks nobody.
///
/// # Errors
/// If it cannot be read, for another reason than that this machine is short of something.
pub(crate) async fn content_of(path: Box<Path>) -> io::Result<ContentHash> {
    loop {
        let source = path.clone();
        let hashed = tokio::task::spawn_blocking(move || intake::content(&source)).await;
        let content = hashed.map_err(io::Error::other).flatten();
        // Whoever is not known by what it holds could be paid for twice.
        match &content {
            Err(error) if Shortage::of(error).is_some() => tokio::time::sleep(ANOTHER_TRY).await,
            _ => return content,
        }
    }
}

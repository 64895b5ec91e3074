//! What a photo's file holds, as a hash: two photos of one hash are the same picture.

use std::io;
use std::path::Path;

use crate::job::ContentHash;
use crate::storage;

/// Hashes a file as it is now. It blocks for as long as the disk takes to read it once.
///
/// # Errors
/// If it cannot be read.
pub fn content(path: &Path) -> io::Result<ContentHash> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(storage::source(path).open(path)?)?;
    Ok(ContentHash(*hasher.finalize().as_bytes()))
}

//! What a photo's file holds, as a hash: two photos of one hash are the same picture.

use std::io;
use std::path::Path;

use super::addresses::address_content;
use super::examine::changed;
use crate::job::ContentHash;
use crate::storage;

/// Hashes a file as it is now; of one at an address, what is said of it there. It blocks for as long as the disk takes to read it once.
///
/// # Errors
/// If it cannot be read.
pub fn content(path: &Path) -> io::Result<ContentHash> {
    if storage::is_address(path) {
        let there = storage::source(path).stat(path)?;
        return Ok(address_content(path, there.bytes, there.modified.map(changed).unwrap_or_default()));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(storage::source(path).open(path)?)?;
    Ok(ContentHash(*hasher.finalize().as_bytes()))
}

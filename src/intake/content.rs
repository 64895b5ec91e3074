//! What a photo's file holds, as a hash: two photos of one hash are the same picture.

use std::io::{self, Read as _};
use std::path::Path;

use super::addresses::address_content;
use super::examine::changed;
use crate::job::ContentHash;
use crate::storage;

/// What is read of a file first, bytes.
const SMALL: u64 = 16 << 10;

/// Hashes a file as it is now; of one on another machine, what is said of it there. It blocks for as long as the disk takes to read it once.
///
/// # Errors
/// If it cannot be read.
pub fn content(path: &Path) -> io::Result<ContentHash> {
    if storage::is_remote(path) {
        let there = storage::source(path).stat(path)?;
        return Ok(address_content(path, there.bytes, there.modified.map(changed).unwrap_or_default()));
    }
    let mut file = storage::source(path).open(path)?;
    let mut hasher = blake3::Hasher::new();
    // What a small one holds is at hand; a reader would be given 64 KiB for it, all noughts.
    let mut head = Vec::new();
    file.by_ref().take(SMALL).read_to_end(&mut head)?;
    hasher.update(&head);
    if head.len() as u64 == SMALL {
        hasher.update_reader(file)?;
    }
    Ok(ContentHash(*hasher.finalize().as_bytes()))
}

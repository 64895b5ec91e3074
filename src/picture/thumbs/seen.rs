//! How a file stands, and what it holds: by both small pictures are found.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::os;
use crate::picture::{PictureError, Unseen};

/// The hash of how a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Standing(pub(super) [u8; 12]);

/// The hash of what a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Content(pub(super) [u8; 16]);

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// How an open file stands: whoever writes to it changes that.
pub(super) fn standing_of(file: &File) -> Option<Standing> {
    let there = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mut hash = blake3::Hasher::new();
    hash.update(&there.len().to_le_bytes());
    let modified = there.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    hash.update(&modified.as_nanos().to_le_bytes());
    for part in os::identity_of(&there) {
        hash.update(&part.to_le_bytes());
    }
    first(&hash).map(Standing)
}

/// What a file holds.
pub(super) fn content_of(file: &Path, stop: &dyn Fn() -> bool) -> Result<Content, Unseen> {
    let mut open = File::open(file).map_err(PictureError::Unreadable)?;
    let (mut hash, mut chunk) = (blake3::Hasher::new(), vec![0; CHUNK]);
    loop {
        if stop() {
            return Err(Unseen::Stopped);
        }
        let read = open.read(&mut chunk).map_err(PictureError::Unreadable)?;
        match chunk.get(..read) {
            Some(bytes) if read > 0 => hash.update(bytes),
            _ => break,
        };
    }
    first(&hash).map(Content).ok_or(Unseen::Damaged)
}

/// As much of a hash as makes a short name.
fn first<const N: usize>(hash: &blake3::Hasher) -> Option<[u8; N]> {
    hash.finalize().as_bytes().first_chunk().copied()
}

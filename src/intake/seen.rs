//! Which files and folders were come upon already, by other ways.

use std::collections::HashSet;
use std::path::Path;

/// True paths seen so far, as 128 bits of their hashes: a hundred thousand take two megabytes.
#[derive(Debug, Default)]
pub(super) struct Seen(HashSet<u128>);

impl Seen {
    /// Notes a true path; `false` if it was known.
    pub(super) fn add(&mut self, path: &Path) -> bool {
        let hash = blake3::hash(path.as_os_str().as_encoded_bytes());
        let short = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        self.0.insert(u128::from_le_bytes(short))
    }
}

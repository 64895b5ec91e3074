//! Files as the disk knows them: all that is told here is how long one is, and when it was made and changed.

use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

/// What says which file it is, as far as that is told.
pub(crate) fn identity_of(file: &Metadata) -> [i128; 4] {
    let since = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let made = file.created().map(since).unwrap_or_default();
    [i128::try_from(made).unwrap_or_default(), 0, 0, 0]
}

//! Files as the disk knows them.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// What says which file it is, whatever it is called, and when anything about it last changed.
pub(crate) fn identity_of(file: &Metadata) -> [i128; 4] {
    [file.dev().into(), file.ino().into(), file.ctime().into(), file.ctime_nsec().into()]
}

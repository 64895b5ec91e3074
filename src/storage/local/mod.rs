//! This machine's file system, network folders among it.

mod sink;
mod source;
mod walk;
mod watch;

use std::fs::{FileType, Metadata};

use super::{Kind, Stat};

/// The file system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Local;

/// What the file system says of something.
pub(super) fn stat_of(metadata: &Metadata) -> Stat {
    Stat {
        kind: kind_of(metadata.file_type()),
        bytes: metadata.len(),
        modified: metadata.modified().ok(),
        is_read_only: metadata.permissions().readonly(),
    }
}

fn kind_of(kind: FileType) -> Kind {
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}

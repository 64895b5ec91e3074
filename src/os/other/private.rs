//! Who may read what is made: what lies in a user's folder is that user's here.

use std::fs::{DirBuilder, Metadata, OpenOptions};

/// A folder that nobody else may look into.
pub(crate) fn folder_for_us(_folder: &mut DirBuilder) {}

/// A file that nobody else may read.
pub(crate) fn file_for_us(_file: &mut OpenOptions) {}

/// Whether nobody else may read what is there.
pub(crate) fn is_for_us(_there: &Metadata) -> bool {
    true
}

/// A file that is no secret.
pub(crate) fn file_for_all(_file: &mut tempfile::Builder<'_, '_>) {}

//! Who may read what is made.

use std::fs::{DirBuilder, Metadata, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};

/// A folder that nobody else may look into.
pub(crate) fn folder_for_us(folder: &mut DirBuilder) {
    folder.mode(0o700);
}

/// A file that nobody else may read.
pub(crate) fn file_for_us(file: &mut OpenOptions) {
    file.mode(0o600);
}

/// Whether nobody else may read what is there.
pub(crate) fn is_for_us(there: &Metadata) -> bool {
    there.permissions().mode().trailing_zeros() >= 6
}

/// A file that is no secret: the user's umask decides who may read it.
pub(crate) fn file_for_all(file: &mut tempfile::Builder<'_, '_>) {
    file.permissions(Permissions::from_mode(0o666));
}

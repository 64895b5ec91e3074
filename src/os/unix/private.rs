//! Who may read what is made.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};

/// A folder that nobody else may look into.
pub(crate) fn folder_for_us(folder: &mut DirBuilder) {
    folder.mode(0o700);
}

/// A file that nobody else may read.
pub(crate) fn file_for_us(file: &mut OpenOptions) {
    file.mode(0o600);
}

/// A file that is no secret: the user's umask decides who may read it.
pub(crate) fn file_for_all(file: &mut tempfile::Builder<'_, '_>) {
    file.permissions(Permissions::from_mode(0o666));
}

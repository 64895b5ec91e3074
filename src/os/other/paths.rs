//! Paths are 16-bit units here, mostly UTF-16.

use std::ffi::{OsStr, OsString};
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// The path that these bytes spell in UTF-8.
pub(crate) fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// The last name of a path that was found in a folder.
pub(crate) fn last_name(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// A path as it is stored: its units, low byte first.
pub(crate) fn stored(path: &Path) -> Vec<u8> {
    path.as_os_str().encode_wide().flat_map(u16::to_le_bytes).collect()
}

/// The path that was stored so.
pub(crate) fn path_of_stored(bytes: Vec<u8>) -> PathBuf {
    let units: Vec<_> = bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    OsString::from_wide(&units).into()
}

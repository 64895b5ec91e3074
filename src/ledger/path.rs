//! Paths as the bytes that the operating system knows them by: photo folders have names that are no
//! UTF-8, and a name that changes on its way through the ledger is a lost file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The path's own bytes.
#[cfg(unix)]
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// The path that has these bytes; every sequence of bytes is one.
#[cfg(unix)]
pub(super) fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes).into()
}

/// The path's 16-bit units, low byte first.
#[cfg(windows)]
pub(super) fn to_bytes(path: &Path) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt;
    path.as_os_str().encode_wide().flat_map(u16::to_le_bytes).collect()
}

/// The path that has these 16-bit units.
#[cfg(windows)]
pub(super) fn from_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::windows::ffi::OsStringExt;
    let units: Vec<_> = bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    OsString::from_wide(&units).into()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_utf8_survives() {
        for bytes in [&b"caf\xe9/\xff\xfe.jpg"[..], b"plain", b"", "海辺/👍🏽".as_bytes(), b"new\nline\x1b[2J"] {
            assert_eq!(to_bytes(&from_bytes(bytes.to_vec())), bytes);
        }
    }
}

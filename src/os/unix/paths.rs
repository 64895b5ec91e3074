//! Paths are bytes here: photo folders have names that are no UTF-8, and a name that changes on its way is a lost file.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// The path that has these bytes; every sequence of bytes is one.
pub(crate) fn path_of(bytes: Vec<u8>) -> PathBuf {
    OsString::from_vec(bytes).into()
}

/// The last name of a path that was found in a folder. `Path` would take all of it apart, two million times where a
/// hundred thousand are sorted.
pub(crate) fn last_name(path: &Path) -> &OsStr {
    let path = path.as_os_str().as_bytes();
    let above = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    OsStr::from_bytes(path.get(above..).unwrap_or_default())
}

/// A path as it is stored: its own bytes.
pub(crate) fn stored(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

/// The path that was stored so.
pub(crate) fn path_of_stored(bytes: Vec<u8>) -> PathBuf {
    path_of(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_is_what_path_says() {
        for path in ["a/b.jpg", "/a", "b.jpg", "/x y/.jpg", "./a/é"] {
            assert_eq!(Some(last_name(Path::new(path))), Path::new(path).file_name());
        }
    }

    #[test]
    fn a_name_that_is_no_utf8_survives() {
        for bytes in [&b"caf\xe9/\xff\xfe.jpg"[..], b"plain", b"", "海辺/👍🏽".as_bytes(), b"new\nline\x1b[2J"] {
            assert_eq!(stored(&path_of_stored(bytes.to_vec())), bytes);
        }
    }
}

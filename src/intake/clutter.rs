//! What file managers, cameras and servers leave lying about; nobody means it to be sent.

use std::ffi::OsStr;

/// Names that are passed over without a word, whatever their case.
const CLUTTER: &[&str] = &[
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "icon\r",
    "@eadir",
    "__macosx",
    "$recycle.bin",
    "system volume information",
    "lost+found",
];

/// Whether a file or folder of this name is passed over: hidden ones (our own unfinished files among
/// them), and well-known clutter.
pub(super) fn is_clutter(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
        || name.to_str().is_some_and(|name| CLUTTER.iter().any(|clutter| clutter.eq_ignore_ascii_case(name)))
}

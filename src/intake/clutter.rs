//! What lies about among photos and nobody means to be sent.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use crate::storage;

/// How the report of a batch begins: a folder with one in it holds results.
const REPORT: &[u8; 31] = b"path,state,output,width,height,";

/// Names, left by file managers, cameras and servers, that are passed over without a word, whatever their case.
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

/// Extensions of what cameras and editors put beside photos: edits, settings, and thumbnails of films and raw pictures,
/// which are pictures and nobody means to be enlarged.
const SIDECARS: &[&str] = &["xmp", "aae", "thm"];

/// Whether a file stands beside a photo and is none.
pub(super) fn is_sidecar(name: &OsStr) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| SIDECARS.iter().any(|sidecar| sidecar.eq_ignore_ascii_case(extension)))
}

/// Whether a folder holds the results of some batch, which would be paid for a second time.
pub(super) fn holds_results(folder: &Path) -> bool {
    let report = folder.join("report.csv");
    let mut start = [0; REPORT.len()];
    // Opening a pipe would wait for its other end.
    storage::is_file(&report)
        && storage::source(&report).open(&report).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *REPORT
}

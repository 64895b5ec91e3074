//! Pictures for tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A real photo of `tests/photos`.
pub(crate) fn photo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/photos").join(name)
}

/// Its bytes.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    fs::read(photo(name)).unwrap()
}

/// A little-endian EXIF block with an orientation in it.
pub(crate) fn exif(orientation: u16) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x02\0".to_vec();
    block.extend(b"\x0f\x01\x02\0\x01\0\0\0A\0\0\0");
    block.extend(b"\x12\x01\x03\0\x01\0\0\0");
    block.extend(orientation.to_le_bytes());
    block.extend([0; 6]);
    block
}

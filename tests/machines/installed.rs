//! Servers that `.ci/run` installs.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::path::PathBuf;

use crate::common::root;

/// A program; `None`, and a word on it, where it is not installed.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let folder: PathBuf =
        std::env::var_os("FAL_TUI_TEST_CLOUD").map_or_else(|| root().join("target/cloud"), Into::into);
    let program = folder.join(name);
    if !program.exists() {
        println!("skipped: {} is not there; .ci/run installs it", program.display());
        return None;
    }
    Some(program)
}

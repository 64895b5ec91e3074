//! What can be wrong with the inputs as a whole.

use std::io;
use std::path::PathBuf;

use crate::job::clean;
use crate::storage::{self, UriError};

/// Why a batch cannot be made of these inputs. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// No PATH was given.
    #[error("no folder and no photo was given\nhint: fal-tui FOLDER")]
    NoInput,
    /// A PATH that names no place which can be used.
    #[error(transparent)]
    Place(#[from] UriError),
    /// A PATH that is not there.
    #[error("there is no file or folder `{}`", clean(&.0.to_string_lossy()))]
    Missing(PathBuf),
    /// A PATH that cannot be read.
    #[error("cannot read `{}`{}", clean(&.path.to_string_lossy()), hinted(source))]
    Unreadable {
        /// The PATH.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A PATH that is a device, a socket or the like.
    #[error("`{}` is neither a file nor a folder", clean(&.0.to_string_lossy()))]
    NeitherFileNorFolder(PathBuf),
    /// A pattern that cannot be read.
    #[error("`{}` is no glob: {reason}\nhint: as in `--include '*.jpg'` or `--exclude 'raw/**'`", clean(.glob))]
    Glob {
        /// The pattern as typed.
        glob: String,
        /// Why.
        reason: String,
    },
    /// A list of photos that is not as one should be.
    #[error("`{}`, line {line}: {problem}", clean(&.list.to_string_lossy()))]
    Manifest {
        /// The list.
        list: PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What about it, in words.
        problem: String,
    },
    /// A file of rules that is not as one should be.
    #[error("`{}`, line {line}, column {column}: {problem}", clean(&.file.to_string_lossy()))]
    Rules {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, in characters, from 1.
        column: usize,
        /// What about it, in words.
        problem: String,
    },
    /// Results would lie among the photos, and be photos of the next run.
    #[error(
        "the output folder `{}` is the input folder itself\nhint: choose another with `-o`, a folder in it will do",
        clean(&.0.to_string_lossy())
    )]
    OutputIsInput(PathBuf),
    /// Nothing can be written there.
    #[error("the output folder `{}` is an address\nhint: a folder of this machine, with `-o`, or one of a WebDAV server, which ends with `/`", clean(&.0.to_string_lossy()))]
    OutputIsAddress(PathBuf),
    /// The top of a file system has nothing beside it.
    #[error("there is no place beside `{}` for an output folder\nhint: choose one with `-o`", clean(&.0.to_string_lossy()))]
    NoOutput(PathBuf),
}

/// What is to be done about it, as a line of its own.
fn hinted(error: &io::Error) -> String {
    storage::hint(error).map_or_else(String::new, |hint| format!("\nhint: {hint}"))
}

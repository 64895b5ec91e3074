//! A look at a file that goes along with every photo of a batch.

use std::path::Path;

use super::{content, measure};
use crate::job::{FurtherFile, Photo};
use crate::picture::PictureError;
use crate::storage::{self, Kind};

/// The longest that is sent, bytes: fal's own tools fetch no longer one (fal docs: toolkit, 50 MiB).
const LONGEST: u64 = 50 << 20;

/// Why a file cannot go along.
#[derive(Debug, thiserror::Error)]
pub enum FurtherFault {
    /// It is no picture that fal takes, or cannot be read.
    #[error("{0}")]
    Picture(#[from] PictureError),
    /// It is no file.
    #[error("is no file")]
    NoFile,
    /// It is longer than models fetch.
    #[error("has more than {} MiB, which models do not fetch", LONGEST >> 20)]
    TooLong,
}

impl FurtherFault {
    /// Whether it cannot be read, whatever it is.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::NoFile | Self::Picture(PictureError::Unreadable(_)))
    }
}

/// Looks at a picture that is to go along, and hashes it. It blocks for as long as the disk takes.
///
/// # Errors
/// If it is not there, cannot be read, is no whole picture that fal takes, or too long.
pub fn further(path: &Path) -> Result<FurtherFile, FurtherFault> {
    let unreadable = |error| FurtherFault::Picture(PictureError::Unreadable(error));
    let path = std::path::absolute(path).map_err(unreadable)?;
    let source = storage::source(&path);
    let stat = source.stat(&path).map_err(unreadable)?;
    // A device or a pipe could be waited for without end.
    if stat.kind != Kind::File {
        return Err(FurtherFault::NoFile);
    }
    // Before anything of it is read.
    if stat.bytes > LONGEST {
        return Err(FurtherFault::TooLong);
    }
    let file = source.open(&path).map_err(unreadable)?;
    let mut photo = as_photo(&path);
    let header = measure(&mut photo, stat, file)?;
    let content = content(&path).map_err(unreadable)?;
    Ok(FurtherFile { content, path: path.into(), bytes: stat.bytes, pixels: header.upright() })
}

/// A file as photos are measured.
#[must_use]
pub fn as_photo(path: &Path) -> Photo {
    let name = path.file_name().map_or(path, Path::new);
    Photo::unread(name.into(), path.into())
}

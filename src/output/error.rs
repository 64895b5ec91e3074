//! What can go wrong on the way from a result to a file.

use std::io;
use std::path::{Path, PathBuf};

use crate::job::{Cause, CauseKind, Shortage, clean};
use crate::picture::{PictureError, said};

/// Why a result did not become a file.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// What was downloaded is not the whole picture: it is to be downloaded again.
    #[error("the result is no whole picture: {0}")]
    BadResult(Box<str>),
    /// The disk is full, or the user's share of it is.
    #[error("no room on the disk for `{}`\nhint: make room; the same command goes on", clean(&.path.to_string_lossy()))]
    Disk {
        /// What was to be written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or folder that cannot be written, for any other reason.
    #[error("cannot write `{}`", clean(&.path.to_string_lossy()))]
    LocalFile {
        /// What was to be written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The output folder as a whole cannot be used.
    #[error("cannot write to the output folder `{}`\nhint: choose another with `-o`", clean(&.path.to_string_lossy()))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl OutputError {
    /// Sorts what the operating system said about a path.
    pub(super) fn of(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Disk { path, source },
            _ => Self::LocalFile { path, source },
        }
    }

    /// What went wrong with a result's bytes, which lie at a path.
    pub(super) fn of_picture(path: &Path, error: PictureError) -> Self {
        match error {
            PictureError::Unreadable(source) => Self::of(path, source),
            error => Self::BadResult(error.to_string().into()),
        }
    }

    /// What this machine has no more of, if it is that.
    #[must_use]
    pub fn shortage(&self) -> Option<Shortage> {
        match self {
            Self::BadResult(_) => None,
            Self::Disk { source, .. } | Self::LocalFile { source, .. } | Self::Folder { source, .. } => {
                Shortage::of(source)
            }
        }
    }

    /// The kind of failure, as other programs read it.
    #[must_use]
    pub fn kind(&self) -> CauseKind {
        match self {
            Self::BadResult(_) => CauseKind::BadResult,
            Self::Disk { .. } => CauseKind::Disk,
            Self::LocalFile { .. } | Self::Folder { .. } => CauseKind::LocalFile,
        }
    }

    /// The failure as a job keeps it: one line, what happened and why.
    #[must_use]
    pub fn cause(&self) -> Cause {
        let text = self.to_string();
        let what = text.lines().next().unwrap_or_default();
        let message = match self {
            Self::BadResult(_) => what.to_owned(),
            Self::Disk { source, .. } | Self::LocalFile { source, .. } | Self::Folder { source, .. } => {
                format!("{what}: {}", said(source))
            }
        };
        Cause::new(self.kind(), clean(&message).into_owned())
    }
}

//! Where photos come from.

use std::fmt::{self, Debug};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Entries, Opened, Order, ReadSeek, Stat};

/// What can be looked at and read.
pub trait Files: Debug + Send + Sync {
    /// What is there, behind links.
    ///
    /// # Errors
    /// If nothing is, or it may not be seen.
    fn stat(&self, at: &Path) -> io::Result<Stat>;

    /// What is there itself: a link is a link.
    ///
    /// # Errors
    /// As [`Files::stat`].
    fn stat_itself(&self, at: &Path) -> io::Result<Stat>;

    /// Opens a file to read any of it.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    fn open(&self, at: &Path) -> io::Result<Reader>;
}

/// Where photos come from.
pub trait Source: Files {
    /// A path without links.
    ///
    /// # Errors
    /// If nothing is there.
    fn true_path(&self, at: &Path) -> io::Result<PathBuf>;

    /// The same of what may not be there yet: as far as it is, without links and `..`.
    fn true_place(&self, at: &Path) -> PathBuf;

    /// Whether what is in a folder may be seen.
    ///
    /// # Errors
    /// If it may not.
    fn may_list(&self, folder: &Path) -> io::Result<()>;

    /// All below a folder.
    fn entries(&self, folder: &Path, order: Order) -> Box<dyn Entries>;

    /// Opens a file to send it: what is looked at and what is sent are the same bytes.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    fn take(&self, at: &Path) -> io::Result<Opened>;
}

/// A file that is open to be read.
pub struct Reader {
    stat: Stat,
    file: Box<dyn ReadSeek + Send>,
}

impl Reader {
    /// Of something that can be read, and what is known of it.
    pub fn new(stat: Stat, file: impl ReadSeek + Send + 'static) -> Self {
        Self { stat, file: Box::new(file) }
    }

    /// What was known of it when it was opened.
    #[must_use]
    pub fn stat(&self) -> Stat {
        self.stat
    }
}

impl Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("stat", &self.stat).finish_non_exhaustive()
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.read(into)
    }

    fn read_to_end(&mut self, into: &mut Vec<u8>) -> io::Result<usize> {
        self.file.read_to_end(into)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

//! Where photos come from.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

use super::{Entries, Hearing, Opened, Order, Place, Reader, Stat, Touched, Watching};

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
    fn canonical(&self, at: &Path) -> io::Result<PathBuf>;

    /// The same of what may not be there yet: as far as it is, without links and `..`.
    fn canonical_or_missing(&self, at: &Path) -> PathBuf;

    /// Whether what is in a folder may be seen.
    ///
    /// # Errors
    /// If it may not.
    fn may_list(&self, folder: &Path) -> io::Result<()>;

    /// All below a folder.
    fn entries(&self, folder: &Path, order: Order) -> Box<dyn Entries>;

    /// Begins to hear of what happens in folders.
    ///
    /// # Errors
    /// If one is not there, or nobody can tell of it.
    fn watch(&self, places: &[Place], hearing: Hearing, touched: &Touched) -> io::Result<Box<dyn Watching>>;

    /// Opens a file to send it: what is looked at and what is sent are the same bytes.
    ///
    /// # Errors
    /// If it is not there or cannot be read.
    fn take(&self, at: &Path) -> io::Result<Opened>;
}

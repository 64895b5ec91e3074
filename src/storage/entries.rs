//! What lies below a folder, one after the other.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use super::Kind;

/// In which order the names of a folder come, each with whether it is a folder.
pub type Order = fn((&OsStr, bool), (&OsStr, bool)) -> Ordering;

/// Something below a folder.
#[derive(Debug)]
pub struct Entry {
    /// Where it is: the folder's own path, and its path below that.
    pub path: PathBuf,
    /// What it is, behind links.
    pub kind: Kind,
    /// Whether a link leads there.
    pub is_link: bool,
    /// How many folders lie between, the folder itself counted: that has 0.
    pub depth: usize,
}

/// Something that cannot be read.
#[derive(Debug)]
pub struct Trouble {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// A walk through a folder and all below it, the folder itself first. Links are followed, but for those that lead in
/// a circle.
pub trait Entries {
    /// The next.
    fn next(&mut self) -> Option<Result<Entry, Trouble>>;
    /// Does not go into the folder that came last.
    fn skip_folder(&mut self);
}

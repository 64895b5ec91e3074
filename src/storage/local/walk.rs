//! All below a folder.

use std::path::Path;

use walkdir::{DirEntry, IntoIter, WalkDir};

use super::kind_of;
use crate::os::last_name;
use crate::storage::{Entries, Entry, Order, Trouble};

/// A walk through a folder of the file system.
pub(super) struct Walk(IntoIter);

impl Walk {
    pub(super) fn new(folder: &Path, order: Order) -> Self {
        let by_name = move |a: &DirEntry, b: &DirEntry| {
            order((last_name(a.path()), a.file_type().is_dir()), (last_name(b.path()), b.file_type().is_dir()))
        };
        Self(WalkDir::new(folder).follow_links(true).sort_by(by_name).into_iter())
    }
}

impl Entries for Walk {
    fn next(&mut self) -> Option<Result<Entry, Trouble>> {
        loop {
            return Some(match self.0.next()? {
                Ok(entry) => Ok(Entry {
                    kind: kind_of(entry.file_type()),
                    is_link: entry.path_is_symlink(),
                    depth: entry.depth(),
                    path: entry.into_path(),
                }),
                Err(error) => {
                    let path = error.path().map(Path::to_owned);
                    // A circle that the walk itself noticed is no trouble.
                    let is_circle = error.io_error().is_none();
                    let (Some(path), false, Some(error)) = (path, is_circle, error.into_io_error()) else { continue };
                    Err(Trouble { path, error })
                }
            });
        }
    }

    fn skip_folder(&mut self) {
        self.0.skip_current_dir();
    }
}

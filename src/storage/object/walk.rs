//! All below a folder of a store: what stands between two slashes of a key is one.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::opened;
use super::spot::Spot;
use super::store::Store;
use crate::storage::{Entries, Entry, Kind, Order, Trouble};

/// A walk through a folder.
///
/// Of each folder that it is in, the names alone are held, to be put in order: pages of a listing are let go of as they
/// come.
pub(super) struct Walk {
    order: Order,
    /// Where it begins, until it has.
    top: Option<PathBuf>,
    /// The folders that it is in, each with what is still to come of it.
    within: Vec<(PathBuf, std::vec::IntoIter<(OsString, bool)>)>,
    /// The folder that came last, which is not gone into yet.
    next: Option<PathBuf>,
}

impl Walk {
    pub(super) fn new(folder: &Path, order: Order) -> Self {
        Self { order, top: Some(folder.to_owned()), within: Vec::new(), next: None }
    }

    /// Goes into a folder.
    fn enter(&mut self, folder: PathBuf) -> Result<(), Trouble> {
        let listed = opened(&folder).and_then(|(store, spot)| names(&store, &spot));
        let mut names = match listed {
            Ok(names) => names,
            Err(error) => return Err(Trouble { path: folder, error }),
        };
        let order = self.order;
        names.sort_by(|(a, a_is_folder), (b, b_is_folder)| order((a, *a_is_folder), (b, *b_is_folder)));
        self.within.push((folder, names.into_iter()));
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, is_folder: bool) -> Entry {
        if is_folder {
            self.next = Some(path.clone());
        }
        let kind = if is_folder { Kind::Folder } else { Kind::File };
        Entry { path, kind, is_link: false, depth: self.within.len() }
    }
}

impl Entries for Walk {
    fn next(&mut self) -> Option<Result<Entry, Trouble>> {
        if let Some(top) = self.top.take() {
            return Some(Ok(self.entry(top, true)));
        }
        if let Some(folder) = self.next.take()
            && let Err(trouble) = self.enter(folder)
        {
            return Some(Err(trouble));
        }
        loop {
            let (folder, names) = self.within.last_mut()?;
            if let Some((name, is_folder)) = names.next() {
                let path = folder.join(name);
                return Some(Ok(self.entry(path, is_folder)));
            }
            self.within.pop();
        }
    }

    fn skip_folder(&mut self) {
        self.next = None;
    }
}

/// What a folder holds, in no order, each with whether it is a folder.
pub(super) fn names(store: &Arc<Store>, spot: &Spot) -> io::Result<Vec<(OsString, bool)>> {
    let (mut names, mut page) = (Vec::new(), None);
    loop {
        let (found, next) = store.page(spot, page)?;
        let files = found.objects.iter().map(|object| (&object.location, false));
        let folders = found.common_prefixes.iter().map(|folder| (folder, true));
        for (key, is_folder) in files.chain(folders) {
            // An object that is called as the folder, and holds nothing, stands for that.
            if let Some(name) = key.filename().filter(|_| *key != spot.key) {
                names.push((OsStr::new(name).to_owned(), is_folder));
            }
        }
        if next.is_none() {
            return Ok(names);
        }
        page = next;
    }
}

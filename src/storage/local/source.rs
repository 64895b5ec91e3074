//! Photos in folders.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::walk::Walk;
use super::{Local, stat_of, watch};
use crate::storage::{Entries, Files, Hearing, Opened, Order, Place, Reader, Source, Stat, Touched, Watching};

impl Files for Local {
    fn stat(&self, at: &Path) -> io::Result<Stat> {
        fs::metadata(at).map(|metadata| stat_of(&metadata))
    }

    fn stat_itself(&self, at: &Path) -> io::Result<Stat> {
        fs::symlink_metadata(at).map(|metadata| stat_of(&metadata))
    }

    fn open(&self, at: &Path) -> io::Result<Reader> {
        let file = File::open(at)?;
        Ok(Reader::new(stat_of(&file.metadata()?), file))
    }
}

impl Source for Local {
    fn canonical(&self, at: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(at)
    }

    fn canonical_or_missing(&self, at: &Path) -> PathBuf {
        let mut found = PathBuf::new();
        for part in at.components() {
            match part {
                Component::ParentDir => drop(found.pop()),
                Component::Normal(name) => {
                    found.push(name);
                    found = fs::canonicalize(&found).unwrap_or(found);
                }
                part => found.push(part),
            }
        }
        found
    }

    fn may_list(&self, folder: &Path) -> io::Result<()> {
        fs::read_dir(folder).map(drop)
    }

    fn entries(&self, folder: &Path, order: Order) -> Box<dyn Entries> {
        Box::new(Walk::new(folder, order))
    }

    fn watch(&self, places: &[Place], hearing: Hearing, touched: &Touched) -> io::Result<Box<dyn Watching>> {
        watch::watch(places, hearing, touched)
    }

    fn take(&self, at: &Path) -> io::Result<Opened> {
        Opened::file(File::open(at)?)
    }
}

//! Results in folders: files are begun hidden beside where they will be, and get their names by a rename.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader};
use std::path::Path;

use tempfile::{NamedTempFile, PersistError, TempPath};

use super::{Local, kind_of};
use crate::os;
use crate::storage::sink::Way;
use crate::storage::{Held, Kind, Named, Refused, Sink, Unfinished, holds_same, is_missing, nearest};

/// What is written to try a folder out, bytes: a full disk takes a name, but no page behind it.
const TRIAL: [u8; 4096] = [0; 4096];

impl Sink for Local {
    fn keeps_folders(&self) -> bool {
        true
    }

    fn try_out(&self, folder: &Path) -> io::Result<()> {
        let sink: &dyn Sink = self;
        sink.written(nearest(folder), &TRIAL).map(drop)
    }

    fn begin(&self, folder: &Path, (prefix, suffix): (&str, &str)) -> io::Result<Unfinished> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix).suffix(suffix);
        os::file_for_all(&mut builder);
        loop {
            let file = builder.tempfile_in(folder)?;
            // Between its first moment and its lock, whoever clears up after killed runs may take it for left over.
            match file.as_file().try_lock() {
                Err(TryLockError::WouldBlock) => {}
                Ok(()) if fs::symlink_metadata(file.path()).is_err_and(|error| is_missing(&error)) => {}
                // Some network folders have no locks. Then what a killed run left stays lying there.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(Unfinished(file)),
            }
        }
    }

    fn claim(&self, file: Unfinished, path: &Path) -> Result<Named, Refused> {
        let hidden = file.path().to_owned();
        let refused = match file.0.persist_noclobber(path) {
            Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => refused,
            claimed => return named(claimed, hidden),
        };
        // The file system knows neither a rename that spares what is there, nor hard links. Looking
        // first leaves a moment's gap for other programs, but not for us: names are given one at a time.
        let claimed = match fs::symlink_metadata(path) {
            Ok(_) => Err(PersistError { error: io::ErrorKind::AlreadyExists.into(), file: refused.file }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => refused.file.persist(path),
            Err(error) => Err(PersistError { error, file: refused.file }),
        };
        named(claimed, hidden)
    }

    fn replace(&self, file: Unfinished, path: &Path) -> Result<Named, Refused> {
        let hidden = file.path().to_owned();
        named(file.0.persist(path), hidden)
    }

    fn unname(&self, path: &Path, named: Named) -> Option<Unfinished> {
        let Named(Way::Renamed(file, hidden)) = named else { return None };
        fs::rename(path, &hidden).ok()?;
        let hidden = TempPath::try_from_path(hidden).ok()?;
        Some(Unfinished(NamedTempFile::from_parts(file, hidden)))
    }

    fn share_as(&self, file: &Unfinished, there: &Path) {
        if let Ok(there) = there.metadata() {
            // Not every file system has permissions.
            let _ = file.0.as_file().set_permissions(there.permissions());
        }
    }

    fn is_same(&self, path: &Path, file: &Unfinished) -> io::Result<bool> {
        let (a, b) = (File::open(path)?, File::open(file.path())?);
        if a.metadata()?.len() != b.metadata()?.len() {
            return Ok(false);
        }
        holds_same(BufReader::with_capacity(64 * 1024, a), BufReader::with_capacity(64 * 1024, b))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_all(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    fn make_below(&self, root: &Path, below: &Path) -> io::Result<()> {
        let mut folder = root.to_owned();
        for part in below {
            let above = folder.clone();
            folder.push(part);
            match fs::create_dir(&folder) {
                Ok(()) => self.sync(&above)?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn sync(&self, folder: &Path) -> io::Result<()> {
        os::sync_folder(folder)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<(OsString, Kind)>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type().map_or(Kind::Other, kind_of)))
        };
        fs::read_dir(folder)?.map(entry).collect()
    }

    fn left_over(&self, path: &Path) -> io::Result<Option<Held>> {
        let file = File::options().read(true).write(true).open(path)?;
        Ok(match file.try_lock() {
            Err(TryLockError::WouldBlock) => None,
            locked => Some(Held { is_sure: locked.is_ok(), file }),
        })
    }
}

fn named(claimed: Result<File, PersistError>, hidden: std::path::PathBuf) -> Result<Named, Refused> {
    match claimed {
        Ok(file) => Ok(Named(Way::Renamed(file, hidden))),
        Err(refused) => Err(Refused { error: refused.error, file: Unfinished(refused.file) }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use crate::storage::{UNFINISHED, sink};

    #[test]
    fn a_file_that_was_begun_is_never_taken_for_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let (sink, ended) = (sink(dir.path()), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    for path in sink.named_like(dir.path(), UNFINISHED).unwrap() {
                        if let Ok(Some(_held)) = sink.left_over(&path) {
                            let _ = sink.remove(&path);
                        }
                    }
                }
            });
            let lost = (0..2_000).find(|_| !sink.begin(dir.path(), UNFINISHED).unwrap().path().exists());
            ended.store(true, Ordering::Relaxed);
            assert_eq!(lost, None, "it was removed while it was held");
        });
    }
}

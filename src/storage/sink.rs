//! Where results go: whole under their name or not there at all, and never over what is not ours.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{Files, Kind, Unfinished};

/// What unfinished files are called: hidden, so that no walk takes them for photos.
pub const UNFINISHED: (&str, &str) = (".fal-tui-", ".part");

/// Where results go.
pub trait Sink: Files {
    /// Whether there are folders, which have to be made before a file can be in one, and in which a file that is begun
    /// lies hidden beside where it will be. A store of objects has none, and what is begun for it lies on this machine.
    fn keeps_folders(&self) -> bool;

    /// Tries whether something can be written in a folder, or whatever is there in its place. Nothing is left of that.
    ///
    /// # Errors
    /// If it cannot be.
    fn try_out(&self, folder: &Path) -> io::Result<()>;

    /// Begins a file in a folder that is there, with such a beginning and end of its name until it gets its own. Nobody
    /// takes it for left over while it is held.
    ///
    /// # Errors
    /// If the folder cannot be written.
    fn begin(&self, folder: &Path, named: (&str, &str)) -> io::Result<Unfinished>;

    /// Gives a file its name, unless the name is taken.
    ///
    /// # Errors
    /// Of kind `AlreadyExists` if it is; the file is handed back.
    fn claim(&self, file: Unfinished, path: &Path) -> Result<Named, Refused>;

    /// Gives a file its name, in place of what is there.
    ///
    /// # Errors
    /// If the folder cannot be written; the file is handed back.
    fn replace(&self, file: Unfinished, path: &Path) -> Result<Named, Refused>;

    /// Takes a name back from a file that just got it; `None` if it is somebody else's by now.
    fn unname(&self, path: &Path, named: Named) -> Option<Unfinished>;

    /// Makes a file readable to whom one that is there is.
    fn share_as(&self, file: &Unfinished, there: &Path);

    /// Whether what is under a name holds the very bytes of a file.
    ///
    /// # Errors
    /// If one of them cannot be read.
    fn is_same(&self, path: &Path, file: &Unfinished) -> io::Result<bool>;

    /// Removes a file.
    ///
    /// # Errors
    /// If it cannot be.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a folder and all above it.
    ///
    /// # Errors
    /// If one cannot be made.
    fn make_all(&self, folder: &Path) -> io::Result<()>;

    /// Makes a folder below another that is there, and all folders between.
    ///
    /// # Errors
    /// If one cannot be made, or something else has its name.
    fn make_below(&self, root: &Path, below: &Path) -> io::Result<()>;

    /// Makes names given in a folder survive a loss of power.
    ///
    /// # Errors
    /// If the disk cannot be written.
    fn sync(&self, folder: &Path) -> io::Result<()>;

    /// What a folder holds, in no order; links are not followed.
    ///
    /// # Errors
    /// If it cannot be read.
    fn names(&self, folder: &Path) -> io::Result<Vec<(OsString, Kind)>>;

    /// Takes a file that was begun by somebody who is gone; `None` if somebody still holds it.
    ///
    /// # Errors
    /// If it cannot be opened.
    fn left_over(&self, path: &Path) -> io::Result<Option<Held>>;
}

impl dyn Sink + '_ {
    /// The files of a folder whose names have such a beginning and end.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn named_like(&self, folder: &Path, (prefix, suffix): (&str, &str)) -> io::Result<Vec<PathBuf>> {
        let is_one = |(name, kind): &(OsString, Kind)| {
            *kind == Kind::File && name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(suffix))
        };
        Ok(self.names(folder)?.into_iter().filter(is_one).map(|(name, _)| folder.join(name)).collect())
    }

    /// Writes and syncs a small file, without its name yet.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn written(&self, folder: &Path, bytes: &[u8]) -> io::Result<Unfinished> {
        use io::Write as _;
        let mut file = self.begin(folder, UNFINISHED)?;
        file.write_all(bytes)?;
        file.sync()?;
        Ok(file)
    }

    /// All that a file holds.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        use io::Read as _;
        let mut bytes = Vec::new();
        self.open(path)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// A file that just got its name.
#[derive(Debug)]
pub struct Named(pub(super) Way);

/// How it got it.
#[derive(Debug)]
pub(super) enum Way {
    /// By a rename: the file, and where it lay before.
    Renamed(File, PathBuf),
    /// It was copied to another machine, where it has this mark: the file itself is as it was.
    #[cfg_attr(not(feature = "cloud"), expect(dead_code, reason = "nothing is copied to another machine without it"))]
    Put(Unfinished, Option<String>),
}

/// Why a file did not get its name, and the file.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub error: io::Error,
    /// As it was.
    pub file: Unfinished,
}

/// A file that is ours alone as long as it is held, to be read and written.
#[derive(Debug)]
pub struct Held {
    pub(super) file: File,
    /// Whether it is known that nobody else holds it: where there are no locks nobody can say.
    pub is_sure: bool,
}

impl io::Read for Held {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.file.read(into)
    }
}

impl io::Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Unfinished {
    /// Leaves it lying under the name that it was begun with; it is held until this is dropped.
    ///
    /// # Errors
    /// If it cannot stay there.
    pub fn keep(self) -> io::Result<Held> {
        Ok(Held { file: self.0.keep()?.0, is_sure: true })
    }
}

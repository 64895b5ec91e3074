//! The output folder of a batch.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use super::{Draft, OutputError, atomically, name::Names};
use crate::job::{Captions, Photo};

/// The folder that a batch's results go to. Clones are the same folder.
#[derive(Debug, Clone)]
pub struct Output(pub(super) Arc<Folder>);

/// What drafts share.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    pub(super) captions: Captions,
    /// Held while names are given, so that two results never look at one name at once.
    pub(super) naming: Mutex<()>,
    /// Whether the folder is there, or was: one that goes away is not made again in a place where a
    /// disk was.
    made: Mutex<bool>,
    /// Folders that were looked through for what killed runs left.
    tidied: Mutex<HashSet<PathBuf>>,
}

impl Output {
    /// Opens an output folder and tries whether it can be written. One that is not there is made with
    /// the first file in it: until then the folder that it will be in is tried, and nothing is left.
    /// It blocks for as long as the disk does.
    ///
    /// # Errors
    /// [`OutputError::Folder`] if it cannot be written, [`OutputError::Disk`] if the disk is full.
    pub fn open(root: &Path, captions: Captions) -> Result<Self, OutputError> {
        try_out(root)?;
        let made = root.exists();
        let folder = Folder {
            root: root.to_owned(),
            captions,
            naming: Mutex::new(()),
            made: Mutex::new(made),
            tidied: Mutex::new(HashSet::new()),
        };
        if made {
            folder.tidy(root);
        }
        Ok(Self(Arc::new(folder)))
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Whose failure it is that a file could not be written: its own, or that of the whole folder, as
    /// when a disk was taken away or became read-only.
    pub async fn whose(&self, error: OutputError) -> OutputError {
        if !matches!(error, OutputError::LocalFile { .. }) {
            return error;
        }
        let root = self.0.root.clone();
        let made =
            move || fs::create_dir_all(&root).map_err(|error| refused(&root, error)).and_then(|()| try_out(&root));
        super::draft::off_the_loop(made).await.err().unwrap_or(error)
    }

    /// Begins a photo's result.
    ///
    /// # Errors
    /// If its path leads out of the folder.
    pub fn draft(&self, photo: &Photo) -> Result<Draft, OutputError> {
        let names = Names::of(photo).map_err(|error| OutputError::of(&self.0.root.join(&photo.path), error))?;
        Ok(Draft::new(Arc::clone(&self.0), names))
    }
}

/// What is written to try a folder out, bytes: a full disk takes a name, but no page behind it.
const TRIAL: [u8; 4096] = [0; 4096];

/// Tries whether a folder can be written, or where it is not there yet, the nearest above it.
fn try_out(root: &Path) -> Result<(), OutputError> {
    // A link that leads nowhere is there, and nothing can be written in it.
    let there = root.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok()).unwrap_or(root);
    atomically::written(there, &TRIAL).map(drop).map_err(|error| refused(root, error))
}

/// The folder as a whole cannot be used.
fn refused(root: &Path, source: io::Error) -> OutputError {
    match OutputError::of(root, source) {
        OutputError::LocalFile { path, source } => OutputError::Folder { path, source },
        error => error,
    }
}

impl Folder {
    /// Begins a file in the folder that it will stay in, which is made if need be: hidden, and
    /// without its name yet. It blocks.
    pub(super) fn unfinished(&self, below: &Path) -> Result<NamedTempFile, OutputError> {
        let folder = self.root.join(below);
        let begin = || {
            self.make()?;
            atomically::make_folders(&self.root, below)?;
            self.tidy(&folder);
            atomically::unfinished(&folder)
        };
        begin().map_err(|error| OutputError::of(&folder, error))
    }

    /// Makes the folder, if it was not there from the beginning. It blocks.
    pub(super) fn make(&self) -> io::Result<()> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if !*made {
            fs::create_dir_all(&self.root)?;
            *made = true;
        }
        Ok(())
    }

    /// Removes, the first time that a folder is met, what killed runs left in it.
    fn tidy(&self, folder: &Path) {
        let first = self.tidied.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        if first && let Err(error) = atomically::remove_left_over(folder) {
            tracing::warn!(folder = %folder.display(), %error, "cannot look for unfinished files");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_with_the_first_file_and_not_before_nor_a_second_time() {
        let dir = tempfile::tempdir().unwrap();
        let output = Output::open(&dir.path().join("not/yet"), Captions::default()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "trying leaves nothing");
        drop(output.0.unfinished(Path::new("sub")).unwrap());
        assert!(output.root().join("sub").is_dir());
        fs::remove_dir_all(output.root()).unwrap();
        // It may have been a disk that was taken away.
        assert!(output.0.unfinished(Path::new("sub")).is_err());
    }
}

//! The output folder of a batch.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::Written;
use super::name::{Names, Turns, another};
use super::records::journal::Journal;
use super::template::{Made, Template};
use super::{Draft, OutputError};
use crate::job::Photo;
use crate::storage::{self, Kind, Sink, UNFINISHED, Unfinished, nearest};

/// The folder that a batch's results go to. Clones are the same folder.
#[derive(Debug, Clone)]
pub struct Output(pub(super) Arc<Folder>, Option<Arc<Template>>);

/// What drafts share.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    pub(super) written: Written,
    /// Whose turn it is to be given a name.
    pub(super) turns: Turns,
    /// Whether the folder is there, or was: one that goes away is not made again in a place where a
    /// disk was.
    made: Mutex<bool>,
    /// Folders that were looked through for what killed runs left.
    tidied: Mutex<HashSet<PathBuf>>,
    /// What was saved in this run, as soon as it is.
    pub(super) journal: Mutex<Option<Journal>>,
    /// Memory for results that are written anew, MiB.
    pub(super) finishing: Semaphore,
    /// Folders below it that were tried before anything was paid for what goes there.
    tried: Mutex<HashSet<PathBuf>>,
}

impl Output {
    /// Opens an output folder and tries whether it can be written. One that is not there is made with
    /// the first file in it: until then the folder that it will be in is tried, and nothing is left.
    /// It blocks for as long as the disk does.
    ///
    /// # Errors
    /// [`OutputError::Folder`] if it cannot be written, [`OutputError::Disk`] if the disk is full.
    pub fn open(root: &Path, written: impl Into<Written>) -> Result<Self, OutputError> {
        let written = written.into();
        try_out(root)?;
        let sink = storage::sink(root);
        let made = !sink.keeps_folders() || storage::is_there(root);
        let folder = Folder {
            root: root.to_owned(),
            written,
            turns: Turns::new(!sink.keeps_folders()),
            made: Mutex::new(made),
            tidied: Mutex::new(HashSet::new()),
            tried: Mutex::new(HashSet::new()),
            journal: Mutex::new(None),
            finishing: Semaphore::new(FINISHING as usize),
        };
        if made {
            folder.tidy(root);
        }
        let name = folder.written.name.clone();
        Ok(Self(Arc::new(folder), name))
    }

    /// The same for results of a model's endpoint id that grow so: `×2`.
    #[must_use]
    pub fn of_batch(&self, endpoint: &str, growth: Option<&str>) -> Self {
        let name = self.1.as_deref().map(|name| Arc::new(name.clone().of_batch(endpoint, growth)));
        Self(Arc::clone(&self.0), name)
    }

    /// What is written with a result.
    #[must_use]
    pub fn written(&self) -> &Written {
        &self.0.written
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0.root
    }

    /// Whose failure it is that a file could not be written: its own, or that of the whole folder, as
    /// when a disk was taken away or became read-only.
    pub async fn whose(&self, error: OutputError) -> OutputError {
        if !matches!(error, OutputError::LocalFile { .. }) || error.shortage().is_some() {
            return error;
        }
        let root = self.0.root.clone();
        let made = move || {
            let made = storage::sink(&root).make_all(&root);
            made.map_err(|error| refused(&root, error)).and_then(|()| try_out(&root))
        };
        super::draft::off_the_loop(made).await.err().unwrap_or(error)
    }

    /// Tries, once a folder, whether a photo's result can be written where it will go: before it is paid
    /// for. Nothing is left of that.
    ///
    /// # Errors
    /// As [`Draft::write`].
    pub async fn try_for(&self, photo: &Photo) -> Result<(), OutputError> {
        let names = self.names(photo, Made::default())?;
        if self.0.is_tried(&names.folder) {
            return Ok(());
        }
        let shared = Arc::clone(&self.0);
        let tried = super::draft::off_the_loop(move || {
            let folder = shared.root.join(shared.free(&names.folder));
            let there = nearest(&folder);
            shared.sink().try_out(there).map_err(|error| OutputError::of(there, error))?;
            shared.tried.lock().unwrap_or_else(PoisonError::into_inner).insert(names.folder);
            Ok(())
        });
        match tried.await {
            Err(error) => Err(self.whose(error).await),
            done => done,
        }
    }

    /// The names that a photo's result may have.
    ///
    /// # Errors
    /// If they lead out of the folder.
    pub(super) fn names(&self, photo: &Photo, made: Made<'_>) -> Result<Names, OutputError> {
        Names::of(photo, self.1.as_deref(), made)
            .map_err(|error| OutputError::of(&self.0.root.join(&photo.path), error))
    }

    /// Begins a file of a photo's result.
    ///
    /// # Errors
    /// If its path leads out of the folder.
    pub fn draft(&self, photo: &Photo) -> Result<Draft, OutputError> {
        let names = self.names(photo, Made::default())?;
        Ok(Draft::new(Arc::clone(&self.0), names))
    }
}

/// The memory that results may take together while they are written anew, MiB. One that takes more is alone.
pub(super) const FINISHING: u32 = 360;
/// How many names of a folder are tried where files have them.
const MOST: usize = 100;

/// Tries whether a folder can be written, or where it is not there yet, the nearest above it.
fn try_out(root: &Path) -> Result<(), OutputError> {
    storage::sink(root).try_out(root).map_err(|error| refused(root, error))
}

/// The folder as a whole cannot be used.
fn refused(root: &Path, source: io::Error) -> OutputError {
    match OutputError::of(root, source) {
        OutputError::LocalFile { path, source } => OutputError::Folder { path, source },
        error => error,
    }
}

impl Folder {
    /// Who takes what is written in it.
    pub(super) fn sink(&self) -> &'static dyn Sink {
        storage::sink(&self.root)
    }

    fn is_tried(&self, folder: &Path) -> bool {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).contains(folder)
    }

    /// The folder that a result goes to: where something else has the name of one on the way, as a file
    /// that somebody put there, the next name that is free for a folder. Below the output folder.
    pub(super) fn free(&self, below: &Path) -> PathBuf {
        if !self.sink().keeps_folders() {
            return below.to_owned();
        }
        let mut free = PathBuf::new();
        for part in below {
            let names = iter::successors(Some(part.to_owned()), |name| Some(another(name))).take(MOST);
            let is_free = |name: &OsString| {
                let path = self.root.join(&free).join(name);
                match self.sink().stat(&path) {
                    Ok(there) => there.kind == Kind::Folder,
                    // A link that leads nowhere has the name, too.
                    Err(_) => self.sink().stat_itself(&path).is_err(),
                }
            };
            let name = names.into_iter().find(is_free);
            free.push(name.as_deref().unwrap_or(part));
        }
        free
    }

    /// Begins a file in the folder that it will stay in, which is made if need be: hidden, and
    /// without its name yet. The folder may come to have another name. It blocks.
    pub(super) fn unfinished(&self, names: &mut Names) -> Result<Unfinished, OutputError> {
        names.folder = self.free(&names.folder);
        let below = &names.folder;
        let folder = self.root.join(below);
        let begin = || {
            self.make()?;
            self.sink().make_below(&self.root, below)?;
            self.tidy(&folder);
            self.sink().begin(&folder, UNFINISHED)
        };
        begin().map_err(|error| OutputError::of(&folder, error))
    }

    /// Makes the folder, if it was not there from the beginning. It blocks.
    pub(super) fn make(&self) -> io::Result<()> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if !*made {
            self.sink().make_all(&self.root)?;
            *made = true;
        }
        Ok(())
    }

    /// Removes, the first time that a folder is met, what killed runs left in it. Who comes meanwhile waits.
    fn tidy(&self, folder: &Path) {
        if !self.sink().keeps_folders() {
            return;
        }
        let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        if tidied.insert(folder.to_owned())
            && let Err(error) = remove_left_over(self.sink(), folder)
        {
            tracing::warn!(folder = %folder.display(), %error, "cannot look for unfinished files");
        }
    }
}

/// Removes what killed runs left unfinished in a folder. Files that are being written are held.
fn remove_left_over(sink: &dyn Sink, folder: &Path) -> io::Result<()> {
    for path in sink.named_like(folder, UNFINISHED)? {
        if let Ok(Some(left)) = sink.left_over(&path)
            && left.is_sure
        {
            // Another process may have been faster.
            let _ = sink.remove(&path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::Captions;
    use crate::output::tests::photo;

    fn names_of(photo: &Photo) -> std::io::Result<Names> {
        Names::of(photo, None, Made::default())
    }

    #[test]
    fn a_folder_is_made_with_the_first_file_and_not_before_nor_a_second_time() {
        let dir = tempfile::tempdir().unwrap();
        let output = Output::open(&dir.path().join("not/yet"), Captions::default()).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "trying leaves nothing");
        let mut names = names_of(&photo("sub/a.jpg")).unwrap();
        drop(output.0.unfinished(&mut names).unwrap());
        assert!(output.root().join("sub").is_dir());
        fs::remove_dir_all(output.root()).unwrap();
        // It may have been a disk that was taken away.
        assert!(output.0.unfinished(&mut names).is_err());
    }

    #[tokio::test]
    async fn where_a_file_stands_the_folder_gets_another_name() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("beach"), "theirs").unwrap();
        let output = Output::open(dir.path(), Captions::default()).unwrap();
        output.try_for(&photo("beach/a.jpg")).await.unwrap();
        let mut names = names_of(&photo("beach/a.jpg")).unwrap();
        drop(output.0.unfinished(&mut names).unwrap());
        assert_eq!(names.folder, Path::new("beach_"));
        assert_eq!(fs::read(dir.path().join("beach")).unwrap(), b"theirs");
    }
}

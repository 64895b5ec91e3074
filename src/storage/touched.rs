//! What happened below watched folders, gathered until somebody looks.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Paths that are gathered; beyond that all below the folders is looked at.
const MOST: usize = 100_000;

/// A folder that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// Whether all below it is, too.
    pub is_deep: bool,
}

/// How one hears of what happens in folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hearing {
    /// As the folder's file system tells it; by looking again and again where nobody tells.
    #[default]
    Told,
    /// By looking again after so long.
    Looking(Duration),
}

impl Hearing {
    /// By looking again, no more often than a folder on another machine bears.
    pub const LOOKING: Self = Self::Looking(Duration::from_secs(5));
}

/// As long as this is held, a watch goes on.
pub trait Watching: Send {
    /// Whether it looks again and again, because nobody tells.
    fn looks(&self) -> bool;
}

/// What happened since somebody last asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// Files and folders that came, changed or went, as far as it is known.
    pub paths: HashSet<PathBuf>,
    /// Whether something was missed: all has to be looked at.
    pub all: bool,
    /// Whether nobody tells of it any more.
    pub deaf: bool,
}

/// Gathers it. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Touched(Arc<(Mutex<Happened>, Condvar)>);

impl Touched {
    fn lock(&self) -> MutexGuard<'_, Happened> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something happened at a path.
    pub fn note(&self, path: &Path) {
        let mut happened = self.lock();
        if happened.paths.len() < MOST {
            happened.paths.insert(path.to_owned());
        } else {
            happened.all = true;
        }
        self.0.1.notify_all();
    }

    /// Something was missed.
    pub fn miss(&self) {
        self.lock().all = true;
        self.0.1.notify_all();
    }

    /// Nobody tells any more.
    pub fn go_deaf(&self) {
        self.lock().deaf = true;
        self.0.1.notify_all();
    }

    /// What happened by now, or within so long. It blocks.
    #[must_use]
    pub fn wait(&self, at_most: Duration) -> Happened {
        let nothing = |happened: &mut Happened| *happened == Happened::default();
        let waited = self.0.1.wait_timeout_while(self.lock(), at_most, nothing);
        std::mem::take(&mut waited.unwrap_or_else(PoisonError::into_inner).0)
    }
}

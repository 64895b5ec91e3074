//! One process a batch: whoever works on it holds its lock file.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::LedgerError;
use super::error::Holder;
use crate::job::BatchId;

/// The right to work on a batch, for as long as it lives.
#[derive(Debug)]
pub struct BatchHold(#[expect(dead_code, reason = "it is held, not asked")] Box<dyn Right>);

/// What gives the right to a batch while it lives: a locked file, or a lease on a server.
pub(super) trait Right: fmt::Debug + Send + Sync {}

impl BatchHold {
    pub(super) fn by(right: impl Right + 'static) -> Self {
        Self(Box::new(right))
    }
}

/// A locked file. The operating system takes the lock back when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct LockFile {
    file: File,
}

impl Right for LockFile {}

impl LockFile {
    /// Takes the batch, or says who has it.
    pub(super) fn take(state_dir: &Path, batch: BatchId) -> Result<Self, LedgerError> {
        let path = path_of(state_dir, batch);
        let failed = |source| LedgerError::state_dir(&path, source);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        // Who only looks whether somebody holds it is gone in an instant.
        let mut looks = 5;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if looks > 0 => {
                    looks -= 1;
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(LedgerError::Held { batch, by: Holder { pid: holder(&mut file), host: None } });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        // Who holds it is written for people; a disk too full for that is no reason not to hold it.
        if let Err(error) = sign(&mut file) {
            tracing::debug!(%error, path = %path.display(), "the lock file does not say who holds it");
        }
        Ok(Self { file })
    }
}

/// Whether a file of this name is a batch's lock.
pub(super) fn is_lock(name: &OsStr) -> bool {
    number(name).is_some()
}

/// What stands for the batch in a lock's name.
fn number(name: &OsStr) -> Option<&str> {
    name.to_str()?.strip_prefix("batch-")?.strip_suffix(".lock")
}

fn batch_of(name: &OsStr) -> Option<BatchId> {
    number(name)?.parse().ok().map(BatchId)
}

fn path_of(state_dir: &Path, batch: BatchId) -> PathBuf {
    state_dir.join(format!("batch-{batch}.lock"))
}

/// Whether somebody holds a batch. What cannot be found out is taken for yes: then its claims are waited
/// for as long as a living one's.
pub(super) fn is_held(state_dir: &Path, batch: BatchId) -> bool {
    match File::open(path_of(state_dir, batch)) {
        Ok(file) => file.try_lock_shared().is_err(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

/// A batch that some process works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub batch: BatchId,
    /// By whom, as far as that can be read.
    pub by: Holder,
}

/// The batches of a state directory that processes work on now, by number. It needs no ledger.
#[must_use]
pub fn held(state_dir: &Path) -> Vec<Held> {
    let names = std::fs::read_dir(state_dir).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut batches: Vec<_> =
        names.filter_map(|name| batch_of(&name)).filter(|batch| is_held(state_dir, *batch)).collect();
    batches.sort_unstable_by_key(|batch| batch.0);
    let pid = |batch| holder(&mut File::open(path_of(state_dir, batch)).ok()?);
    batches.into_iter().map(|batch| Held { batch, by: Holder { pid: pid(batch), host: None } }).collect()
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // The file stays: taking it away would let two processes hold two files of one name.
        let cleared = self.file.set_len(0).and_then(|()| self.file.unlock());
        if let Err(error) = cleared {
            tracing::debug!(%error, "a lock file was left as it was");
        }
    }
}

fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// The process in the file; where locks are mandatory (Windows) it cannot be read.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

//! What can go wrong with the ledger, in words that say what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::job::{BatchId, JobId};

/// Why the ledger could not be read or written. Cheap to clone: one failed write is told to every
/// job that waited for it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The state directory, or a file in it, cannot be made or opened.
    #[error("cannot open {}\nhint: `--state-dir DIR` keeps the ledger elsewhere", .path.display())]
    StateDir {
        /// What could not be opened.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// Another process kept the ledger locked for longer than we wait.
    #[error("the ledger {} is locked by another program\nhint: end what has it open, and try again", .path.display())]
    Locked {
        /// The ledger.
        path: PathBuf,
    },
    /// The file may be read but not written.
    #[error("the ledger {} cannot be written\nhint: check its permissions, or keep it elsewhere with `--state-dir DIR`", .path.display())]
    ReadOnly {
        /// The ledger.
        path: PathBuf,
    },
    /// The disk is full. What was not written is kept and tried again.
    #[error("the disk is full: the ledger {} cannot grow\nhint: make room; it goes on by itself", .path.display())]
    Full {
        /// The ledger.
        path: PathBuf,
    },
    /// The file is no ledger, or not whole any more.
    #[error(
        "the ledger {} is damaged: {detail}\nhint: `fal-tui recover --set-aside PATH` keeps it under another name, begins a new one, and fetches the results that fal has", .path.display()
    )]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A newer version of the program wrote it.
    #[error(
        "the ledger {} was written by a newer fal-tui\nhint: update fal-tui, or keep another ledger with `--state-dir DIR`", .path.display()
    )]
    Newer {
        /// The ledger.
        path: PathBuf,
    },
    /// Another process works on the batch.
    #[error("batch {batch} is being worked on by {by}\nhint: wait for it, or stop it and run the command again")]
    Held {
        /// The batch.
        batch: BatchId,
        /// Who works on it.
        by: Holder,
    },
    /// The ledger's server cannot be reached, or does not answer. What was not written is kept and tried again.
    #[error(
        "the ledger {} does not answer: {detail}\nhint: see whether the server runs and can be reached from here; it is asked again", .server.display()
    )]
    Away {
        /// The server and its database.
        server: PathBuf,
        /// What came in place of an answer.
        detail: String,
    },
    /// The ledger's server does not let us in.
    #[error("the ledger {} lets nobody in so: {detail}\nhint: {}", .server.display(), .hint)]
    Refused {
        /// The server and its database.
        server: PathBuf,
        /// What it said.
        detail: String,
        /// What to do.
        hint: &'static str,
    },
    /// Another process has taken the batch over, because this one was not heard of for too long.
    #[error(
        "batch {0} was taken over by another process: this one was not heard of for too long\nhint: run the command again when the other is done"
    )]
    Lost(BatchId),
    /// The ledger is one machine's: from others nobody looks on or works along.
    #[error("the ledger {} is this machine's alone\nhint: workers and observers share one on a server: `--ledger postgres://HOST/DATABASE`", .path.display())]
    Unshared {
        /// The ledger.
        path: PathBuf,
    },
    /// The batch is not handed to workers.
    #[error(
        "batch {0} is not handed to workers\nhint: `fal-tui plan PATH --enqueue` with the paths, folder and parameters that it was run with hands it to them"
    )]
    NotHandedOver(BatchId),
    /// What was to be recorded would have passed a cap, although it was held against it: nothing of it was written.
    #[error("the cap of batch {0} would have been passed, so nothing was recorded or sent")]
    CapPassed(BatchId),
    /// What was given is no address of a ledger.
    #[error("{0}")]
    Address(#[from] super::address::AddressError),
    /// No batch has this number.
    #[error("the ledger knows no batch {0}\nhint: `fal-tui batches` lists them")]
    NoBatch(BatchId),
    /// A job's row makes no sense, so its batch is left alone.
    #[error("the ledger's row of job {job} in batch {batch} cannot be read: {detail}")]
    Unreadable {
        /// The batch.
        batch: BatchId,
        /// The job.
        job: JobId,
        /// What is wrong with it.
        detail: String,
    },
    /// The ledger was closed: nothing can be recorded any more.
    #[error("the ledger is closed")]
    Closed,
    /// The database could not do what was asked, for a reason that has no kind of its own.
    #[error("the ledger {} failed", .path.display())]
    Database {
        /// The ledger.
        path: PathBuf,
        /// Why.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// Who works on a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process's id, where it could be read.
    pub pid: Option<u32>,
    /// The machine, where it may be another.
    pub host: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}")?,
            None => f.write_str("another process")?,
        }
        self.host.as_ref().map_or(Ok(()), |host| write!(f, " on {host}"))
    }
}

impl LedgerError {
    pub(super) fn state_dir(path: &Path, source: io::Error) -> Self {
        Self::StateDir { path: path.to_path_buf(), source: Arc::new(source) }
    }
}

//! Opening the ledger's file: made if need be, checked, and brought to this version's format.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::time::sleep;

use super::driver::ROWS_AHEAD;
use crate::ledger::{Beginning, LedgerError, hold};
use crate::os;

/// The ledger's name in the state directory.
const FILE: &str = "ledger.db";

/// Every format that there was, in order (append-only).
static FORMATS: Migrator = sqlx::migrate!("src/ledger/sqlite/migrations");

/// How a ledger is opened; tests turn the knobs.
#[derive(Debug, Clone, Copy)]
pub(in crate::ledger) struct Tuning {
    /// How long a locked ledger is waited for.
    pub(in crate::ledger) busy: Duration,
    /// The most pages of 4 KiB that the writer may make the file; `None` for as many as fit.
    pub(in crate::ledger) pages: Option<u32>,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { busy: Duration::from_secs(10), pages: None }
    }
}

/// An open ledger.
pub(super) struct Files {
    /// What was there.
    pub(super) beginning: Beginning,
    /// The directory, absolute.
    pub(super) state_dir: PathBuf,
    /// The ledger in it.
    pub(super) path: PathBuf,
    /// For the one who writes jobs.
    pub(super) writer: SqliteConnection,
    /// For everything else.
    pub(super) desk: SqliteConnection,
}

/// Opens the ledger in a directory.
pub(super) async fn open(state_dir: &Path, tuning: Tuning) -> Result<Files, LedgerError> {
    let state_dir = std::path::absolute(state_dir).map_err(|source| LedgerError::state_dir(state_dir, source))?;
    let beginning = beginning(&state_dir);
    let path = make_file(&state_dir)?;
    // Two processes that open a new ledger at once must not both lay it out.
    let lock = lock(&state_dir, &path, tuning.busy).await?;
    let failed = |error| LedgerError::database(&path, error);

    let options = SqliteConnectOptions::new()
        .filename(&path)
        .busy_timeout(tuning.busy)
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        // Statement journals are small; as files they cost more than what they journal.
        .pragma("temp_store", "MEMORY")
        .row_buffer_size(ROWS_AHEAD)
        .thread_name(|_| "ledger".to_owned())
        .disable_statement_logging();
    let writing = options.clone().journal_mode(SqliteJournalMode::Wal);
    let writing = tuning.pages.map_or(writing.clone(), |pages| writing.pragma("max_page_count", pages.to_string()));
    let mut writer = writing.connect().await.map_err(failed)?;
    FORMATS.run(&mut writer).await.map_err(|error| LedgerError::migration(&path, error))?;
    let desk = options.connect().await.map_err(failed)?;
    drop(lock);
    Ok(Files { beginning, state_dir, path, writer, desk })
}

/// Renames a ledger to the first of `ledger.damaged-1.db`, `ledger.damaged-2.db`, … that is free.
pub(in crate::ledger) async fn set_aside(state_dir: &Path, tuning: Tuning) -> Result<PathBuf, LedgerError> {
    let path = state_dir.join(FILE);
    let _lock = lock(state_dir, &path, tuning.busy).await?;
    let name = |n: u32| state_dir.join(format!("ledger.damaged-{n}.db"));
    let free = (1..10_000).map(name).find(|name| name.symlink_metadata().is_err()).unwrap_or_else(|| name(0));
    // What is written ahead first: without it, what is renamed is still a ledger of a while ago.
    for beside in ["-wal", "-shm", ""] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(beside);
            PathBuf::from(name)
        };
        match std::fs::rename(with(&path), with(&free)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(LedgerError::state_dir(&path, error));
            }
            _ => {}
        }
    }
    Ok(free)
}

/// What is in a directory before anything is made there.
fn beginning(state_dir: &Path) -> Beginning {
    if let Ok(there) = state_dir.join(FILE).metadata() {
        return if there.len() == 0 { Beginning::Emptied } else { Beginning::Known };
    }
    let Ok(mut entries) = state_dir.read_dir() else { return Beginning::New };
    let has_locks = entries.any(|entry| entry.is_ok_and(|entry| hold::is_lock(&entry.file_name())));
    if has_locks { Beginning::Gone } else { Beginning::New }
}

/// Makes the directory and an empty file where there are none, for nobody else to read: the ledger
/// knows where photos and results are. What SQLite puts beside the file gets the same permissions.
fn make_file(state_dir: &Path) -> Result<PathBuf, LedgerError> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    os::folder_for_us(&mut folder);
    folder.create(state_dir).map_err(|source| LedgerError::state_dir(state_dir, source))?;

    let path = state_dir.join(FILE);
    let mut file = OpenOptions::new();
    file.read(true).write(true).create(true).truncate(false);
    os::file_for_us(&mut file);
    file.open(&path).map_err(|source| LedgerError::state_dir(&path, source))?;
    Ok(path)
}

/// Waits for the lock that guards opening, for at most `patience`.
async fn lock(state_dir: &Path, ledger: &Path, patience: Duration) -> Result<File, LedgerError> {
    const PAUSE: Duration = Duration::from_millis(20);
    let path = state_dir.join("ledger.lock");
    let failed = |source| LedgerError::state_dir(&path, source);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) if waited >= patience => {
                return Err(LedgerError::Locked { path: ledger.to_path_buf() });
            }
            Err(TryLockError::WouldBlock) => {
                sleep(PAUSE).await;
                waited += PAUSE;
            }
        }
    }
}

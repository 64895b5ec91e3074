//! What SQLite says, in our words.

use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::MigrateError;

use crate::ledger::LedgerError;

/// SQLite's primary result codes that have an answer of their own (SQLite docs: result codes).
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const READONLY: u32 = 8;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const NOTADB: u32 = 26;

impl LedgerError {
    /// Says in our words what SQLite said about the ledger at `path`.
    pub(in crate::ledger) fn database(path: &Path, source: sqlx::Error) -> Self {
        let path = path.to_path_buf();
        let Some(database) = source.as_database_error() else {
            return match source {
                sqlx::Error::WorkerCrashed => Self::Closed,
                sqlx::Error::Io(source) => Self::StateDir { path, source: Arc::new(source) },
                source => Self::Database { path, source: Arc::new(source) },
            };
        };
        // An extended code's low byte is its primary code.
        let code = database.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
        match code {
            Some(BUSY | LOCKED) => Self::Locked { path },
            Some(READONLY) => Self::ReadOnly { path },
            Some(FULL) => Self::Full { path },
            Some(CORRUPT | NOTADB) => Self::Damaged { path, detail: database.message().to_owned() },
            _ => Self::Database { path, source: Arc::new(source) },
        }
    }

    /// Says in our words what went wrong while the ledger at `path` was brought to this version's
    /// format.
    pub(in crate::ledger) fn migration(path: &Path, error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
                Self::Newer { path: path.to_path_buf() }
            }
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => Self::database(path, source),
            other => Self::Damaged { path: path.to_path_buf(), detail: other.to_string() },
        }
    }
}

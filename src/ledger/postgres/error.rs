//! What PostgreSQL says, in our words.

use std::sync::Arc;

use sqlx::migrate::MigrateError;

use super::Server;
use crate::ledger::LedgerError;

/// Whether nothing more comes over the connection (PostgreSQL docs: error codes; class 08 is of connections, and these
/// of 57 are of a server that ends).
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(told) => told.code().is_some_and(|code| is_of_the_way(&code)),
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Admin shutdown, crash shutdown, cannot connect now, too many connections, and the class of connections.
fn is_of_the_way(code: &str) -> bool {
    matches!(code, "57P01" | "57P02" | "57P03" | "53300") || code.starts_with("08")
}

impl Server {
    pub(super) fn away(&self, detail: String) -> LedgerError {
        LedgerError::Away { server: self.shown().to_owned(), detail }
    }

    fn refused(&self, detail: &str, hint: &'static str) -> LedgerError {
        LedgerError::Refused { server: self.shown().to_owned(), detail: detail.to_owned(), hint }
    }

    /// Says in our words what the server said, or what came in its place.
    pub(super) fn failed(&self, error: sqlx::Error) -> LedgerError {
        let path = self.shown().to_owned();
        let Some(told) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(why) => self.away(why.to_string()),
                error @ (sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed) => self.away(error.to_string()),
                sqlx::Error::Tls(why) => self.refused(&why.to_string(), TLS),
                error @ sqlx::Error::Configuration(_) => self.refused(&error.to_string(), "see its address"),
                error => LedgerError::Database { path, source: Arc::new(error) },
            };
        };
        let code = told.code().unwrap_or_default();
        match &*code {
            code if is_of_the_way(code) => self.away(told.message().to_owned()),
            // Out of disk, and read-only transactions as a standby has them.
            "53100" => LedgerError::Full { path },
            "25006" => {
                self.refused(told.message(), "give the address of the server that can be written, not a standby's")
            }
            "3D000" => self.refused(told.message(), "`createdb` makes the database; fal-tui makes its tables"),
            "42501" => {
                self.refused(told.message(), "the user must be allowed to make tables in the database and write them")
            }
            code if code.starts_with("28") => self.refused(told.message(), PASSWORD),
            _ => LedgerError::Database { path, source: Arc::new(error) },
        }
    }

    /// Says in our words what went wrong while the tables were brought to this version's format.
    pub(super) fn migration(&self, error: MigrateError) -> LedgerError {
        let path = self.shown().to_owned();
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => LedgerError::Newer { path },
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => self.failed(error),
            other => LedgerError::Damaged { path, detail: other.to_string() },
        }
    }
}

const PASSWORD: &str = "the password is read from FAL_TUI_LEDGER, from PGPASSWORD, or from the file that PGPASSFILE names \
    (~/.pgpass)";

const TLS: &str = "`?sslmode=verify-full&sslrootcert=FILE` names the authority that signs for the server";

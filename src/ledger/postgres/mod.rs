//! The ledger on a PostgreSQL server, for many machines.
//!
//! A batch is a process's by a lease: a row of `workers` that it renews. All that it records asks for that row first, in
//! the same transaction, so that a process whose batch was taken over changes nothing more.

mod changes;
mod crew;
mod driver;
mod error;
pub(super) mod lease;
mod post;
mod purse;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::time::timeout;

use self::lease::Worker;
use super::LedgerError;
use super::address::Address;
use super::sql::Tables;
use super::sql::database::{Cells, Sql};
use super::store::Beginning;
use crate::job::BatchId;

/// Every format that there was, in order (append-only).
static FORMATS: Migrator = sqlx::migrate!("src/ledger/postgres/migrations");

/// How long a server may take to let us in.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who is cut off in the middle of a transaction keeps what it has locked from everybody for no longer than this.
const IDLE: &str = "SET idle_in_transaction_session_timeout TO '5s'";

/// The oldest server whose language is spoken here, as it tells its version.
const OLDEST: i64 = 150_000;

/// The batches that this process took, and as whom.
type Taken = Arc<Mutex<BTreeMap<BatchId, Worker>>>;

/// A server, and the batches that are taken there.
pub(super) struct Server {
    options: PgConnectOptions,
    shown: PathBuf,
    taken: Taken,
}

impl fmt::Debug for Server {
    /// The options hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("shown", &self.shown).field("taken", &self.taken).finish_non_exhaustive()
    }
}

/// An open ledger on a server.
pub(super) type Postgres = Tables<Server>;

impl Server {
    fn shown(&self) -> &Path {
        &self.shown
    }

    /// A connection on which what is committed is on the server's disk.
    async fn dial(&self) -> Result<PgConnection, LedgerError> {
        let connected = timeout(PATIENCE, async {
            let mut connection = self.options.clone().disable_statement_logging().connect().await?;
            connection.run("SET synchronous_commit TO on", PgArguments::default()).await?;
            connection.run(IDLE, PgArguments::default()).await?;
            Ok(connection)
        });
        let late = |_| self.away(format!("no connection within {} s", PATIENCE.as_secs()));
        connected.await.map_err(late)?.map_err(|error| self.failed(error))
    }

    /// Brings the tables to this version's format; and what was there.
    async fn lay_out(&self, connection: &mut PgConnection) -> Result<Beginning, LedgerError> {
        let version = "SELECT CAST(current_setting('server_version_num') AS BIGINT),
            CAST(CASE WHEN to_regclass('batches') IS NULL THEN 0 ELSE 1 END AS BIGINT)";
        let failed = |error| self.failed(error);
        let row = connection.row(version, PgArguments::default()).await.map_err(failed)?;
        let row = row.ok_or(sqlx::Error::RowNotFound).map_err(failed)?;
        let (version, is_known) = (row.number(0).map_err(failed)?, row.number(1).map_err(failed)? == 1);
        if version < OLDEST {
            return Err(LedgerError::Refused {
                server: self.shown.clone(),
                detail: format!("it is PostgreSQL {}", version / 10_000),
                hint: "a ledger needs PostgreSQL 15 or newer",
            });
        }
        FORMATS.run(connection).await.map_err(|error| self.migration(error))?;
        Ok(if is_known { Beginning::Known } else { Beginning::New })
    }
}

/// Opens the ledger on a server; also tells what was there.
pub(super) async fn open(address: &Address) -> Result<(Postgres, Beginning), LedgerError> {
    let (options, shown) = (address.options.clone(), address.shown().to_owned());
    let server = Server { options, shown, taken: Arc::default() };
    let mut recorder = server.dial().await?;
    let beginning = server.lay_out(&mut recorder).await?;
    let desk = server.dial().await?;
    Ok((Tables::new(server, recorder, desk), beginning))
}

/// Ends a connection in good order, as well as that can be done.
async fn hang_up(connection: PgConnection) {
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a connection to the ledger's server ended without a word");
    }
}

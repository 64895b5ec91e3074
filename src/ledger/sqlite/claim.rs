//! Claims, asked and written in one transaction that holds the write lock: of any number of processes one is
//! first.

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Connection, Row};

use super::bulk;
use super::restore::{self, LIST};
use crate::job::{ContentHash, Service, Terms};
use crate::ledger::LedgerError;
use crate::ledger::claim::{Claimed, Claiming, Other, grant};
use crate::ledger::queue::Pending;

/// Writes all that is pending, and of these claims those that nobody is in the way of, or nothing.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    pending: &mut Pending,
    claims: &[Claiming],
) -> Result<Vec<Option<Claimed>>, Failed> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let others = others(&mut transaction, claims).await?;
    let answers = grant(pending, claims, &others);
    bulk::write_in(&mut transaction, &pending.rows()).await?;
    transaction.commit().await?;
    Ok(answers)
}

/// Why it was not written.
pub(super) enum Failed {
    Database(sqlx::Error),
    Ledger(LedgerError),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// The jobs of every batch that hold what one of these holds.
async fn others(connection: &mut SqliteConnection, claims: &[Claiming]) -> Result<Vec<Other>, Failed> {
    let contents: Vec<_> = claims.iter().filter_map(Claiming::intent).map(|(content, _)| content).collect();
    let mut others = Vec::new();
    for chunk in contents.chunks(bulk::MOST) {
        let places = vec!["?"; bulk::size_for(chunk.len())].join(", ");
        let of_batch = |what| format!("(SELECT batches.{what} FROM batches WHERE batches.id = jobs.batch)");
        let text = format!(
            "SELECT {}, {}, coalesce(own_params, {}), {} FROM jobs WHERE content IN ({places})",
            *LIST,
            of_batch("model"),
            of_batch("params"),
            of_batch("service"),
        );
        let mut values = SqliteArguments::default();
        for content in bulk::filled(chunk) {
            values.add(content.0.as_slice().to_vec()).map_err(sqlx::Error::Encode)?;
        }
        let rows = sqlx::query_with(AssertSqlSafe(text), values).fetch_all(&mut *connection).await?;
        for row in &rows {
            others.extend(other(row)?);
        }
    }
    Ok(others)
}

fn other(row: &SqliteRow) -> Result<Option<Other>, Failed> {
    let (batch, job) = restore::job(row)?;
    let content = row.try_get::<Option<&[u8]>, _>(restore::CONTENT)?.and_then(|content| content.try_into().ok());
    let terms = Terms {
        model: row.try_get(restore::COLUMNS)?,
        params: row.try_get(restore::COLUMNS + 1)?,
        service: Service::from_name(row.try_get(restore::COLUMNS + 2)?),
    };
    Ok(content.map(|content| Other { batch, job, content: ContentHash(content), terms }))
}

//! Claims, asked and written in one transaction that no rival writes beside: of any number of processes one is
//! first.

use sqlx::AssertSqlSafe;

use super::bulk;
use super::database::{Cells, Failed, Sql, Values};
use super::restore;
use crate::job::{ContentHash, Service, Terms};
use crate::ledger::claim::{Claiming, Other};

/// The jobs of every batch that hold what one of these holds.
pub(super) async fn others<C: Sql>(connection: &mut C, claims: &[Claiming]) -> Result<Vec<Other>, Failed> {
    let contents: Vec<_> = contents(claims).collect();
    let mut others = Vec::new();
    for chunk in contents.chunks(bulk::MOST) {
        let places = vec!["?"; bulk::size_for(chunk.len())].join(", ");
        let of_batch = |what| format!("(SELECT batches.{what} FROM batches WHERE batches.id = jobs.batch)");
        let text = format!(
            "SELECT {}, {}, coalesce(own_params, {}), {} FROM jobs WHERE content IN ({places})",
            restore::list::<C>(),
            of_batch("model"),
            of_batch("params"),
            of_batch("service"),
        );
        let mut values = C::Values::default();
        for content in bulk::filled(chunk) {
            values.add(content.0.as_slice()).map_err(sqlx::Error::Encode)?;
        }
        for row in &connection.rows(AssertSqlSafe(text), values).await? {
            others.extend(other(row)?);
        }
    }
    Ok(others)
}

/// What those hold that claim.
pub(in crate::ledger) fn contents(claims: &[Claiming]) -> impl Iterator<Item = ContentHash> {
    claims.iter().filter_map(Claiming::intent).map(|(content, _)| content)
}

fn other(row: &impl Cells) -> Result<Option<Other>, Failed> {
    let (batch, job) = restore::job(row)?;
    let content = row.bytes(restore::CONTENT)?.and_then(|content| content.try_into().ok());
    let terms = Terms {
        model: row.word(restore::COLUMNS)?.to_owned(),
        params: row.word(restore::COLUMNS + 1)?.to_owned(),
        service: Service::from_name(row.word(restore::COLUMNS + 2)?),
    };
    Ok(content.map(|content| Other { batch, job, content: ContentHash(content), terms }))
}

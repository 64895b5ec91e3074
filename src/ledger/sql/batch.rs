//! Batches in their tables.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::columns::money::{OF_ATTEMPTS, OF_JOBS, spent};
use super::database::{Cells, Sql, values};
use crate::job::{BatchId, Service, Spent, Status, Timestamp};
use crate::ledger::batch::Note;
use crate::ledger::{BatchKey, BatchRow};
use crate::os;

/// Finds the batch with this key.
pub(super) async fn find<C: Sql>(connection: &mut C, key: &BatchKey) -> Result<Option<BatchId>, sqlx::Error> {
    let identity = key.identity();
    let row = connection.row("SELECT id FROM batches WHERE identity = ?", values![identity.as_slice()]).await?;
    row.map(|row| row.number(0).map(BatchId)).transpose()
}

/// Finds the batch with this key, or makes it; and whether it was there before.
pub(super) async fn find_or_make<C: Sql>(connection: &mut C, key: &BatchKey) -> Result<(BatchId, bool), sqlx::Error> {
    let identity = key.identity();
    let mut transaction = connection.begin_to_write().await?;
    if let Some(id) = find(&mut *transaction, key).await? {
        transaction.rollback().await?;
        return Ok((id, true));
    }
    // Somebody else may make it at the same moment.
    let now = C::NOW_MS;
    let text = format!(
        "INSERT INTO batches (identity, output, model, params, service, created_ms, used_ms)
         VALUES (?, ?, ?, ?, ?, {now}, {now}) ON CONFLICT (identity) DO UPDATE SET used_ms = excluded.used_ms RETURNING id"
    );
    let made = values![
        identity.as_slice(),
        os::stored(&key.output),
        key.model.as_str(),
        key.params.as_str(),
        key.service.name()
    ];
    let row = transaction.row(AssertSqlSafe(text), made).await?;
    let id = row.ok_or(sqlx::Error::RowNotFound)?.number(0)?;
    for (place, root) in key.roots.iter().enumerate() {
        let text = "INSERT INTO roots (batch, place, path) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        transaction.run(text, values![id, place as u64, os::stored(root)]).await?;
    }
    transaction.commit().await?;
    Ok((BatchId(id), false))
}

/// Notes that the batch is worked on now.
pub(super) async fn touch<C: Sql>(connection: &mut C, batch: BatchId) -> Result<(), sqlx::Error> {
    let text = format!("UPDATE batches SET used_ms = {} WHERE id = ?", C::NOW_MS);
    connection.run(AssertSqlSafe(text), values![batch.0]).await
}

/// The column of a batch's row that keeps it.
fn column(note: Note) -> &'static str {
    match note {
        Note::Model => "model_schema",
        Note::Canary => "canary",
        Note::Captions => "captions",
        Note::Keeping => "keeping",
        Note::Recorded => "recorded",
    }
}

/// Keeps something with a batch; a row that says so already is not written.
pub(super) async fn note<C: Sql>(
    connection: &mut C,
    batch: BatchId,
    note: Note,
    said: Option<&str>,
) -> Result<(), sqlx::Error> {
    let (column, values) = (column(note), values![said, batch.0, said]);
    let unless = match note {
        Note::Model => format!("{column} IS NULL AND ? IS NOT NULL"),
        Note::Canary | Note::Captions | Note::Keeping | Note::Recorded => format!("{column} IS DISTINCT FROM ?"),
    };
    let text = format!("UPDATE batches SET {column} = ? WHERE id = ? AND {unless}");
    connection.run(AssertSqlSafe(text), values).await
}

/// What was kept.
pub(super) async fn noted<C: Sql>(
    connection: &mut C,
    batch: BatchId,
    note: Note,
) -> Result<Option<String>, sqlx::Error> {
    let text = format!("SELECT {} FROM batches WHERE id = ?", column(note));
    let row = connection.row(AssertSqlSafe(text), values![batch.0]).await?;
    Ok(row.map(|row| row.string(0)).transpose()?.flatten())
}

/// Every batch or one of them, newest first.
pub(super) async fn list<C: Sql>(connection: &mut C, only: Option<BatchId>) -> Result<Vec<BatchRow>, sqlx::Error> {
    // One moment for all of it, or a batch made in between would lack its folders.
    let mut moment = connection.begin_to_read().await?;
    let (first, last) = only.map_or((i64::MIN, i64::MAX), |batch| (batch.0, batch.0));
    let text = "SELECT id, output, model, params, service, created_ms, used_ms FROM batches WHERE id BETWEEN ? AND ?";
    let rows = moment.rows(text, values![first, last]).await?;
    let mut batches = rows.iter().map(read).collect::<Result<BTreeMap<_, _>, sqlx::Error>>()?;

    let text = "SELECT batch, path FROM roots WHERE batch BETWEEN ? AND ? ORDER BY batch, place";
    for root in moment.rows(text, values![first, last]).await? {
        if let Some(row) = batches.get_mut(&root.number(0)?) {
            row.key.roots.push(os::path_of_stored(root.blob(1)?.to_vec()));
        }
    }

    let text = format!(
        "SELECT batch, status, count(*), {OF_JOBS} FROM jobs WHERE batch BETWEEN ? AND ? GROUP BY batch, status"
    );
    for sum in moment.rows(AssertSqlSafe(text), values![first, last]).await? {
        let Some(row) = batches.get_mut(&sum.number(0)?) else { continue };
        row.spent += spent(sum.number(3)?, sum.number(4)?, sum.number(5)?);
        if let Some(status) = Status::from_name(sum.word(1)?) {
            row.counts.insert(status, usize::try_from(sum.number(2)?).unwrap_or(usize::MAX));
        }
    }
    // A request that failed may have been billed all the same; what a result cost is its job's.
    let text = format!(
        "SELECT batch, {OF_ATTEMPTS} FROM attempts
         WHERE batch BETWEEN ? AND ? AND cause_kind IS NOT NULL AND cost_nanos IS NOT NULL GROUP BY batch"
    );
    for sum in moment.rows(AssertSqlSafe(text), values![first, last]).await? {
        if let Some(row) = batches.get_mut(&sum.number(0)?) {
            row.spent += spent(sum.number(1)?, sum.number(2)?, sum.number(3)?);
        }
    }
    moment.rollback().await?;
    Ok(batches.into_values().rev().collect())
}

/// A batch's own row.
fn read(row: &impl Cells) -> Result<(i64, BatchRow), sqlx::Error> {
    let key = BatchKey {
        roots: Vec::new(),
        output: os::path_of_stored(row.blob(1)?.to_vec()),
        model: row.word(2)?.to_owned(),
        params: row.word(3)?.to_owned(),
        service: Service::from_name(row.word(4)?),
    };
    let id = row.number(0)?;
    let row = BatchRow {
        id: BatchId(id),
        key,
        counts: BTreeMap::new(),
        spent: Spent::NOTHING,
        created: Timestamp(row.number(5)?),
        used: Timestamp(row.number(6)?),
    };
    Ok((id, row))
}

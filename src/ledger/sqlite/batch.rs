//! Batches in their tables.

use std::collections::BTreeMap;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use super::columns::money::{OF_ATTEMPTS, OF_JOBS, spent};
use crate::job::{BatchId, Service, Spent, Status, Timestamp};
use crate::ledger::{BatchKey, BatchRow};
use crate::os;

/// Finds the batch with this key.
pub(super) async fn find(connection: &mut SqliteConnection, key: &BatchKey) -> Result<Option<BatchId>, sqlx::Error> {
    let id: Option<i64> = sqlx::query_scalar("SELECT id FROM batches WHERE identity = ?")
        .bind(key.identity().as_slice())
        .fetch_optional(connection)
        .await?;
    Ok(id.map(BatchId))
}

/// Finds the batch with this key, or makes it; and whether it was there before.
pub(super) async fn find_or_make(
    connection: &mut SqliteConnection,
    key: &BatchKey,
) -> Result<(BatchId, bool), sqlx::Error> {
    let identity = key.identity();
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    if let Some(id) = find(&mut transaction, key).await? {
        transaction.rollback().await?;
        return Ok((id, true));
    }
    let made = sqlx::query(
        "INSERT INTO batches (identity, output, model, params, service, created_ms, used_ms)
         SELECT ?, ?, ?, ?, ?, now, now FROM (SELECT CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) AS now)",
    )
    .bind(identity.as_slice())
    .bind(os::stored(&key.output))
    .bind(key.model.as_str())
    .bind(key.params.as_str())
    .bind(key.service.name())
    .execute(&mut *transaction)
    .await?;
    let id = made.last_insert_rowid();
    for (place, root) in key.roots.iter().enumerate() {
        sqlx::query("INSERT INTO roots (batch, place, path) VALUES (?, ?, ?)")
            .bind(id)
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(os::stored(root))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok((BatchId(id), false))
}

/// Notes that the batch is worked on now.
pub(super) async fn touch(connection: &mut SqliteConnection, batch: BatchId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE batches SET used_ms = CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) WHERE id = ?")
        .bind(batch.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps the model's schema; what is kept already stays.
pub(super) async fn pin(connection: &mut SqliteConnection, batch: BatchId, model: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE batches SET model_schema = ? WHERE id = ? AND model_schema IS NULL")
        .bind(model)
        .bind(batch.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// The model's schema, if it was kept.
pub(super) async fn pinned(connection: &mut SqliteConnection, batch: BatchId) -> Result<Option<String>, sqlx::Error> {
    let kept: Option<Option<String>> = sqlx::query_scalar("SELECT model_schema FROM batches WHERE id = ?")
        .bind(batch.0)
        .fetch_optional(connection)
        .await?;
    Ok(kept.flatten())
}

/// Keeps which photos go first.
pub(super) async fn note_canary(
    connection: &mut SqliteConnection,
    batch: BatchId,
    canary: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE batches SET canary = ? WHERE id = ?").bind(canary).bind(batch.0).execute(connection).await?;
    Ok(())
}

/// What was kept of that.
pub(super) async fn canary(connection: &mut SqliteConnection, batch: BatchId) -> Result<Option<String>, sqlx::Error> {
    let kept: Option<Option<String>> =
        sqlx::query_scalar("SELECT canary FROM batches WHERE id = ?").bind(batch.0).fetch_optional(connection).await?;
    Ok(kept.flatten())
}

/// Keeps what becomes of captions.
pub(super) async fn note_captions(
    connection: &mut SqliteConnection,
    batch: BatchId,
    captions: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE batches SET captions = ? WHERE id = ? AND captions IS NOT ?")
        .bind(captions)
        .bind(batch.0)
        .bind(captions)
        .execute(connection)
        .await?;
    Ok(())
}

/// What was kept of that.
pub(super) async fn captions(connection: &mut SqliteConnection, batch: BatchId) -> Result<Option<String>, sqlx::Error> {
    let kept: Option<Option<String>> = sqlx::query_scalar("SELECT captions FROM batches WHERE id = ?")
        .bind(batch.0)
        .fetch_optional(connection)
        .await?;
    Ok(kept.flatten())
}

/// Every batch or one of them, newest first.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    only: Option<BatchId>,
) -> Result<Vec<BatchRow>, sqlx::Error> {
    // One moment for all three, or a batch made in between would lack its folders.
    let mut moment = connection.begin().await?;
    let (first, last) = only.map_or((i64::MIN, i64::MAX), |batch| (batch.0, batch.0));
    let mut batches: BTreeMap<i64, BatchRow> = sqlx::query(
        "SELECT id, output, model, params, service, created_ms, used_ms FROM batches WHERE id BETWEEN ? AND ?",
    )
    .bind(first)
    .bind(last)
    .try_map(|row: SqliteRow| {
        let key = BatchKey {
            roots: Vec::new(),
            output: os::path_of_stored(row.try_get(1)?),
            model: row.try_get(2)?,
            params: row.try_get(3)?,
            service: Service::from_name(row.try_get(4)?),
        };
        let id = row.try_get(0)?;
        let row = BatchRow {
            id: BatchId(id),
            key,
            counts: BTreeMap::new(),
            spent: Spent::NOTHING,
            created: Timestamp(row.try_get(5)?),
            used: Timestamp(row.try_get(6)?),
        };
        Ok((id, row))
    })
    .fetch_all(&mut *moment)
    .await?
    .into_iter()
    .collect();

    let roots: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT batch, path FROM roots WHERE batch BETWEEN ? AND ? ORDER BY batch, place")
            .bind(first)
            .bind(last)
            .fetch_all(&mut *moment)
            .await?;
    for (batch, root) in roots {
        if let Some(row) = batches.get_mut(&batch) {
            row.key.roots.push(os::path_of_stored(root));
        }
    }

    let sums: Vec<(i64, String, i64, i64, i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT batch, status, count(*), {OF_JOBS} FROM jobs WHERE batch BETWEEN ? AND ? GROUP BY batch, status"
    )))
    .bind(first)
    .bind(last)
    .fetch_all(&mut *moment)
    .await?;
    for (batch, status, jobs, told, assumed, most) in sums {
        let Some(row) = batches.get_mut(&batch) else { continue };
        row.spent += spent(told, assumed, most);
        if let Some(status) = Status::from_name(&status) {
            row.counts.insert(status, usize::try_from(jobs).unwrap_or(usize::MAX));
        }
    }
    // A request that failed may have been billed all the same; what a result cost is its job's.
    let failed: Vec<(i64, i64, i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT batch, {OF_ATTEMPTS} FROM attempts
         WHERE batch BETWEEN ? AND ? AND cause_kind IS NOT NULL AND cost_nanos IS NOT NULL GROUP BY batch"
    )))
    .bind(first)
    .bind(last)
    .fetch_all(&mut *moment)
    .await?;
    for (batch, told, assumed, most) in failed {
        if let Some(row) = batches.get_mut(&batch) {
            row.spent += spent(told, assumed, most);
        }
    }
    moment.rollback().await?;
    Ok(batches.into_values().rev().collect())
}

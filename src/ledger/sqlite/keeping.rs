//! What fal keeps of a batch, and what it has deleted.

use sqlx::SqliteConnection;

use crate::job::BatchId;

/// Keeps what fal is to keep of a batch; what was said last holds.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    batch: BatchId,
    keeping: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE batches SET keeping = ? WHERE id = ?").bind(keeping).bind(batch.0).execute(connection).await?;
    Ok(())
}

/// What was kept of that.
pub(super) async fn find(connection: &mut SqliteConnection, batch: BatchId) -> Result<Option<String>, sqlx::Error> {
    let kept: Option<Option<String>> =
        sqlx::query_scalar("SELECT keeping FROM batches WHERE id = ?").bind(batch.0).fetch_optional(connection).await?;
    Ok(kept.flatten())
}

/// Requests of a batch whose results are on the disk and were not deleted at fal. What another batch has of the same
/// request is not this one's to delete.
pub(super) async fn unforgotten(connection: &mut SqliteConnection, batch: BatchId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT request_id FROM jobs AS own
         WHERE batch = ? AND status = 'DONE' AND request_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM forgotten WHERE request = own.request_id)
           AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.batch <> own.batch AND other.request_id = own.request_id)",
    )
    .bind(batch.0)
    .fetch_all(connection)
    .await
}

/// fal has deleted the result of a request.
pub(super) async fn forgot(connection: &mut SqliteConnection, request: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR IGNORE INTO forgotten (request) VALUES (?)").bind(request).execute(connection).await?;
    Ok(())
}

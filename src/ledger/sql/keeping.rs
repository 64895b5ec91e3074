//! What fal keeps of a batch, and what it has deleted.

use super::database::{Cells, Sql, values};
use crate::job::BatchId;

/// Requests of a batch whose results are on the disk and were not deleted at fal. What another batch has of the same
/// request is not this one's to delete.
pub(super) async fn unforgotten<C: Sql>(connection: &mut C, batch: BatchId) -> Result<Vec<String>, sqlx::Error> {
    let text = "SELECT DISTINCT request_id FROM jobs AS own
        WHERE batch = ? AND status = 'DONE' AND request_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM forgotten WHERE request = own.request_id)
          AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.batch <> own.batch AND other.request_id = own.request_id)";
    let rows = connection.rows(text, values![batch.0]).await?;
    rows.iter().map(|row| Ok(row.word(0)?.to_owned())).collect()
}

/// fal has deleted the result of a request.
pub(super) async fn forgot<C: Sql>(connection: &mut C, request: &str) -> Result<(), sqlx::Error> {
    connection.run("INSERT INTO forgotten (request) VALUES (?) ON CONFLICT DO NOTHING", values![request]).await
}

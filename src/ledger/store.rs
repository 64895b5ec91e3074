//! Rows into the database: one statement for jobs, one for attempts, each taking many rows.
//!
//! A statement costs two thread switches whatever it carries, so rows go in bulk; and so that each
//! text is prepared once and kept, the bulks come in few sizes.

use std::sync::LazyLock;

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, Connection};

use super::attempt::{self, Attempt};
use super::columns::{Column, LIST};
use super::record;
use crate::job::{BatchId, Job, JobState};

/// What one transaction writes, in order.
pub(super) struct Rows<'a> {
    /// Jobs as they stand; of two of the same job the later one wins.
    pub(super) jobs: Vec<(BatchId, &'a Job, &'a JobState)>,
    /// Attempts that ended.
    pub(super) attempts: &'a [(BatchId, Attempt)],
}

/// Writes all of it or nothing; returns when it is synced.
pub(super) async fn write(connection: &mut SqliteConnection, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    let mut statements = Vec::new();
    for bulk in bulks(&rows.jobs) {
        let mut values = SqliteArguments::default();
        values.reserve(bulk.len() * Column::ALL.len(), 0);
        for (batch, job, state) in bulk {
            record::push(&mut values, *batch, job, state).map_err(sqlx::Error::Encode)?;
        }
        statements.push((JOBS.text(bulk.len()), values));
    }
    for bulk in bulks(rows.attempts) {
        let mut values = SqliteArguments::default();
        for (batch, attempt) in bulk {
            attempt::push(&mut values, *batch, attempt).map_err(sqlx::Error::Encode)?;
        }
        statements.push((ATTEMPTS.text(bulk.len()), values));
    }
    // A lone statement is a transaction by itself, which saves two round trips.
    if let [_] = statements.as_slice() {
        return run(connection, statements).await;
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    run(&mut transaction, statements).await?;
    transaction.commit().await
}

async fn run(
    connection: &mut SqliteConnection,
    statements: Vec<(&'static str, SqliteArguments)>,
) -> Result<(), sqlx::Error> {
    for (text, values) in statements {
        sqlx::query_with(text, values).execute(&mut *connection).await?;
    }
    Ok(())
}

/// How many rows one statement takes.
const SIZES: [usize; 11] = [64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1];

/// Cuts rows into pieces of the sizes that statements are kept for.
fn bulks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (bulk, left) = rest.split_at(size);
        rest = left;
        Some(bulk)
    })
}

/// One statement in every size.
struct Bulk(Vec<(usize, String)>);

impl Bulk {
    fn new(before: &str, columns: usize, after: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(", "));
        let text = |size| format!("{before} VALUES {} {after}", vec![row.as_str(); size].join(", "));
        Self(SIZES.into_iter().map(|size| (size, text(size))).collect())
    }

    fn text(&self, size: usize) -> &str {
        self.0.iter().find(|(of, _)| *of == size).map_or("", |(_, text)| text)
    }
}

static JOBS: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::new(&format!("INSERT INTO jobs ({LIST})"), Column::ALL.len(), ON_KNOWN_JOB));

/// What becomes of the row of a job that is known already. What says where it stands is replaced.
/// What it collected stays until something newer of its kind comes, so that a state which does not
/// speak of the upload or the request does not make them forgotten; parts that belong together are
/// replaced together. A job that begins anew may be another picture, so its old hash goes.
const ON_KNOWN_JOB: &str = "
ON CONFLICT (batch, job) DO UPDATE SET
    path = excluded.path,
    source = excluded.source,
    format = excluded.format,
    width = excluded.width,
    height = excluded.height,
    bytes = excluded.bytes,
    modified_ms = excluded.modified_ms,
    shares_stem = excluded.shares_stem,

    status = excluded.status,
    attempt = excluded.attempt,
    began_ms = coalesce(excluded.began_ms, began_ms),
    ended_ms = excluded.ended_ms,
    took_ms = excluded.took_ms,
    until_ms = excluded.until_ms,
    stage = excluded.stage,
    queue_position = excluded.queue_position,
    cause_kind = excluded.cause_kind,
    cause_http = excluded.cause_http,
    cause_message = excluded.cause_message,
    suspicion = excluded.suspicion,
    skip_reason = excluded.skip_reason,

    upload_url = iif(excluded.status IN ('PENDING', 'SKIPPED'), NULL, coalesce(excluded.upload_url, upload_url)),
    upload_ms = iif(excluded.status IN ('PENDING', 'SKIPPED'), NULL, coalesce(excluded.upload_ms, upload_ms)),
    content = iif(excluded.status IN ('PENDING', 'SKIPPED'), NULL, coalesce(excluded.content, content)),

    intent_ms = coalesce(excluded.intent_ms, intent_ms),
    request_id = coalesce(excluded.request_id, request_id),
    request_url = iif(excluded.submitted_ms IS NULL, request_url, excluded.request_url),
    submitted_ms = coalesce(excluded.submitted_ms, submitted_ms),
    started_ms = coalesce(excluded.started_ms, started_ms),

    result_url = coalesce(excluded.result_url, result_url),
    result_width = iif(excluded.result_url IS NULL, result_width, excluded.result_width),
    result_height = iif(excluded.result_url IS NULL, result_height, excluded.result_height),
    billed_units = iif(excluded.result_url IS NULL, billed_units, excluded.billed_units),

    inference_s = iif(excluded.result_url IS NULL AND excluded.output IS NULL AND excluded.status <> 'COMPLETED',
        inference_s, excluded.inference_s),
    seed = iif(excluded.result_url IS NULL AND excluded.output IS NULL, seed, excluded.seed),
    caption = iif(excluded.result_url IS NULL AND excluded.output IS NULL, caption, excluded.caption),

    output = coalesce(excluded.output, output),
    out_format = iif(excluded.output IS NULL, out_format, excluded.out_format),
    out_width = iif(excluded.output IS NULL, out_width, excluded.out_width),
    out_height = iif(excluded.output IS NULL, out_height, excluded.out_height),
    out_bytes = iif(excluded.output IS NULL, out_bytes, excluded.out_bytes),

    cost_nanos = excluded.cost_nanos,
    paid_before_nanos = paid_before_nanos
        + iif(excluded.output IS NOT NULL AND excluded.request_id IS request_id, 0, coalesce(cost_nanos, 0))";

static ATTEMPTS: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(&format!("INSERT INTO attempts ({})", attempt::LIST), attempt::COLUMNS, "ON CONFLICT DO NOTHING")
});

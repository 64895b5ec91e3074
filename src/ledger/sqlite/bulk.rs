//! Rows into the database: one statement for jobs, one for attempts, each taking many rows.
//!
//! A statement costs several thread switches whatever it carries, so rows go in bulk; and so that
//! each text is prepared once and kept, the bulks come in few sizes.

use std::sync::LazyLock;

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Connection};

use super::columns::money;
use super::{attempt, row};
use crate::job::{BatchId, Job, JobState};
use crate::ledger::Attempt;
use crate::ledger::queue::Rows;

/// Writes all of it or nothing; returns when it is synced.
pub(super) async fn write(connection: &mut SqliteConnection, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    let jobs = rows.jobs.chunks(MOST).map(Piece::Jobs);
    let pieces: Vec<_> = jobs.chain(rows.attempts.chunks(MOST).map(Piece::Attempts)).collect();
    match pieces.as_slice() {
        // A lone statement is a transaction by itself.
        [piece] => piece.run(connection).await,
        // A result and the attempt that led to it: one round trip in place of four.
        [first, second] => both(connection, *first, *second).await,
        pieces => {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            for piece in pieces {
                piece.run(&mut transaction).await?;
            }
            transaction.commit().await
        }
    }
}

/// Writes all of it in a transaction that is open already.
pub(super) async fn write_in(connection: &mut SqliteConnection, rows: &Rows<'_>) -> Result<(), sqlx::Error> {
    let jobs = rows.jobs.chunks(MOST).map(Piece::Jobs);
    for piece in jobs.chain(rows.attempts.chunks(MOST).map(Piece::Attempts)) {
        piece.run(connection).await?;
    }
    Ok(())
}

/// Two statements in one transaction, sent together.
async fn both(connection: &mut SqliteConnection, first: Piece<'_>, second: Piece<'_>) -> Result<(), sqlx::Error> {
    let text = format!("BEGIN IMMEDIATE; {}; {}; COMMIT", first.text(), second.text());
    let mut values = SqliteArguments::default();
    first.push(&mut values)?;
    second.push(&mut values)?;
    let written = sqlx::query_with(AssertSqlSafe(text), values).execute(&mut *connection).await;
    if written.is_err() {
        // Whether there is something to roll back depends on which of the four failed.
        let _ = sqlx::query("ROLLBACK").execute(connection).await;
    }
    written.map(drop)
}

/// Rows that one statement writes.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Jobs(&'a [(BatchId, &'a Job, &'a JobState)]),
    Attempts(&'a [(BatchId, Attempt)]),
}

impl Piece<'_> {
    fn text(self) -> &'static str {
        match self {
            Self::Jobs(rows) => JOBS.text(rows.len()),
            Self::Attempts(rows) => ATTEMPTS.text(rows.len()),
        }
    }

    fn push(self, values: &mut SqliteArguments) -> Result<(), sqlx::Error> {
        let pushed = match self {
            Self::Jobs(rows) => {
                values.reserve(size_for(rows.len()) * row::COLUMNS.len(), 0);
                filled(rows).try_for_each(|(batch, job, state)| row::push(values, *batch, job, state))
            }
            Self::Attempts(rows) => {
                filled(rows).try_for_each(|(batch, attempt)| attempt::push(values, *batch, attempt))
            }
        };
        pushed.map_err(sqlx::Error::Encode)
    }

    async fn run(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let mut values = SqliteArguments::default();
        self.push(&mut values)?;
        sqlx::query_with(self.text(), values).execute(connection).await.map(drop)
    }
}

/// How many rows one statement takes. In between, the last row is repeated: writing a row twice
/// changes nothing, and costs less than another statement.
const SIZES: [usize; 7] = [1, 2, 4, 8, 16, 32, MOST];

/// The most rows that one statement takes.
pub(super) const MOST: usize = 64;

pub(super) fn size_for(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size >= rows).unwrap_or(MOST)
}

/// Each row, and the last as often as the statement's size asks for.
pub(super) fn filled<T>(rows: &[T]) -> impl Iterator<Item = &T> {
    let missing = size_for(rows.len()) - rows.len();
    rows.iter().chain(rows.last().into_iter().cycle().take(missing))
}

/// One statement in every size.
struct Bulk(Vec<(usize, String)>);

impl Bulk {
    fn new(table: &str, columns: &[&str], after: &str) -> Self {
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let rows = |size| vec![row.as_str(); size].join(", ");
        let text = |size| format!("INSERT INTO {table} ({}) VALUES {} {after}", columns.join(", "), rows(size));
        Self(SIZES.into_iter().map(|size| (size, text(size))).collect())
    }

    fn text(&'static self, rows: usize) -> &'static str {
        let size = size_for(rows);
        self.0.iter().find(|(of, _)| *of == size).map_or("", |(_, text)| text)
    }
}

static JOBS: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::new("jobs", &row::COLUMNS, &format!("{ON_KNOWN_JOB},\n{}", money::on_known_job())));

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
    stopped_at = excluded.stopped_at,
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
    billed_units = iif(excluded.result_url IS NULL AND excluded.artifacts IS NULL, billed_units, excluded.billed_units),

    inference_s = iif(excluded.result_url IS NULL AND excluded.output IS NULL AND excluded.artifacts IS NULL
        AND excluded.status <> 'COMPLETED', inference_s, excluded.inference_s),
    seed = iif(excluded.result_url IS NULL AND excluded.output IS NULL AND excluded.artifacts IS NULL, seed, excluded.seed),
    caption = iif(excluded.result_url IS NULL AND excluded.output IS NULL AND excluded.artifacts IS NULL, caption, excluded.caption),

    artifacts = iif(excluded.result_url IS NULL AND excluded.output IS NULL AND excluded.artifacts IS NULL,
        artifacts, excluded.artifacts),

    output = coalesce(excluded.output, output),
    out_format = iif(excluded.output IS NULL, out_format, excluded.out_format),
    out_width = iif(excluded.output IS NULL, out_width, excluded.out_width),
    out_height = iif(excluded.output IS NULL, out_height, excluded.out_height),
    out_bytes = iif(excluded.output IS NULL, out_bytes, excluded.out_bytes),
    files = iif(excluded.output IS NULL, files, excluded.files),
    own_params = excluded.own_params,
    unread = excluded.unread,
    same_as = iif(excluded.output IS NULL, same_as, excluded.same_as)";

static ATTEMPTS: LazyLock<Bulk> = LazyLock::new(|| Bulk::new("attempts", &attempt::COLUMNS, "ON CONFLICT DO NOTHING"));

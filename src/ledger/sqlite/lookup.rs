//! Reading jobs back: a whole batch, or by what makes them the same picture and the same money.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Row};
use tokio::time::sleep;

use super::attempt;
use super::restore::{self, LIST};
use crate::job::{BatchId, ContentHash, Job, JobId, RequestId, Saved, Service, Status, Timestamp, Upload};
use crate::ledger::found::By;
use crate::ledger::keeps::among;
use crate::ledger::{Attempt, BatchKey, Found, LedgerError, Payment, Trail};
use crate::os;

/// What a job left behind, as its row has it.
type Left = (Option<String>, Option<String>, Option<String>, Option<String>);

/// How many rows SQLite's thread may be ahead of us.
pub(super) const ROWS_AHEAD: usize = 1024;

/// How long rows may gather.
const GATHER: Duration = Duration::from_millis(1);

impl By<'_> {
    fn condition(&self) -> &'static str {
        match self {
            Self::Content { .. } => {
                "content = ? AND batch IN (SELECT id FROM batches
                    WHERE model = ? AND coalesce(jobs.own_params, batches.params) = ? AND service = ?)"
            }
            Self::UploadUrl(..) => "upload_url = ? AND batch IN (SELECT id FROM batches WHERE service = ?)",
            Self::Request(..) => "request_id = ? AND batch IN (SELECT id FROM batches WHERE service = ?)",
        }
    }

    /// Jobs with a picture on disk come first, and those of newer batches.
    pub(in crate::ledger) fn statement(&self) -> String {
        self.statement_of("jobs", "1")
    }

    /// The same among jobs whose place another photo has taken.
    pub(super) fn statement_of_former(&self) -> String {
        let is_free = format!(
            "NOT EXISTS (SELECT 1 FROM jobs AS now WHERE now.batch = jobs.batch AND now.job = jobs.job
            AND now.status IN {} AND now.output = jobs.output)",
            among(Status::has_result)
        );
        self.statement_of("former_jobs", &is_free)
    }

    fn statement_of(&self, table: &str, has_file: &str) -> String {
        format!(
            "SELECT {}, (SELECT batches.output FROM batches WHERE batches.id = jobs.batch), upload_url, upload_ms,
                    {has_file}
             FROM {table} AS jobs WHERE {}
             ORDER BY status = 'DONE' DESC, status = 'REVIEW' DESC, batch DESC, job",
            *LIST,
            self.condition()
        )
    }

    fn values(&self) -> Result<SqliteArguments, sqlx::Error> {
        let mut values = SqliteArguments::default();
        let (added, service) = match self {
            Self::Content { content, model, params, service } => {
                let added = values.add(content.0.as_slice());
                (added.and_then(|()| values.add(*model)).and_then(|()| values.add(*params)), service)
            }
            Self::UploadUrl(url, service) => (values.add(*url), service),
            Self::Request(id, service) => (values.add(id.as_str()), service),
        };
        added.and_then(|()| values.add(service.name())).map_err(sqlx::Error::Encode)?;
        Ok(values)
    }
}

/// The last upload that a row tells of, after what every look-up lists.
fn upload(row: &SqliteRow) -> Result<Option<Upload>, sqlx::Error> {
    let (url, at): (Option<String>, Option<i64>) =
        (row.try_get(restore::COLUMNS + 1)?, row.try_get(restore::COLUMNS + 2)?);
    let content = row.try_get::<Option<&[u8]>, _>(restore::CONTENT)?.and_then(|content| content.try_into().ok());
    let parts = url.zip(at).zip(content);
    Ok(parts.map(|((url, at), content)| Upload { url: url.into(), at: Timestamp(at), content: ContentHash(content) }))
}

/// The ledger open for reading.
pub(super) struct Reading<'a> {
    pub(super) connection: &'a mut SqliteConnection,
    pub(super) path: &'a Path,
}

impl Reading<'_> {
    /// So many of a batch's jobs behind a number, in the order of their numbers.
    pub(super) async fn some_jobs(&mut self, batch: BatchId, after: i64, most: i64) -> Result<Vec<Job>, LedgerError> {
        let failed = |error| LedgerError::database(self.path, error);
        let text = format!("SELECT {} FROM jobs WHERE batch = ? AND job > ? ORDER BY job LIMIT ?", *LIST);
        let query = sqlx::query(AssertSqlSafe(text)).bind(batch.0).bind(after).bind(most);
        let rows = query.fetch_all(&mut *self.connection).await.map_err(failed)?;
        rows.iter().map(|row| Ok(restore::job(row)?.1)).collect()
    }

    /// A batch's jobs in the order of their numbers.
    pub(super) async fn jobs(&mut self, batch: BatchId) -> Result<Vec<Job>, LedgerError> {
        let failed = |error| LedgerError::database(self.path, error);
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE batch = ?")
            .bind(batch.0)
            .fetch_one(&mut *self.connection)
            .await
            .map_err(failed)?;
        let count = usize::try_from(count).unwrap_or(0);
        let mut jobs = Vec::with_capacity(count);
        let text = AssertSqlSafe(format!("SELECT {} FROM jobs WHERE batch = ? ORDER BY job", *LIST));
        let mut rows = sqlx::query(text).bind(batch.0).fetch(&mut *self.connection).try_ready_chunks(ROWS_AHEAD);
        while let Some(chunk) = rows.try_next().await.map_err(|stopped| failed(stopped.1))? {
            for row in &chunk {
                jobs.push(restore::job(row)?.1);
            }
            // Rows come from another thread. To be woken for each costs more than to read it, so
            // some hundred may gather while many are to come.
            if chunk.len() < ROWS_AHEAD && count.saturating_sub(jobs.len()) > ROWS_AHEAD {
                sleep(GATHER).await;
            }
        }
        Ok(jobs)
    }

    /// What jobs without a result left on the disk when they had one.
    pub(super) async fn replaced(&mut self, batch: BatchId) -> Result<Vec<(JobId, Saved)>, LedgerError> {
        let text = AssertSqlSafe(format!(
            "SELECT {} FROM jobs WHERE batch = ? AND output IS NOT NULL AND status NOT IN {}",
            *LIST,
            among(Status::has_result)
        ));
        let rows = sqlx::query(text)
            .bind(batch.0)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(|error| LedgerError::database(self.path, error))?;
        rows.iter().map(restore::replaced).collect()
    }

    /// The jobs of every batch that are looked for, those with a picture on disk first, and newer
    /// batches first; by content also those whose place another photo has taken, after the others.
    pub(super) async fn find(&mut self, by: By<'_>) -> Result<Vec<Found>, LedgerError> {
        let mut found = self.find_by(&by, by.statement(), false).await?;
        if matches!(by, By::Content { .. }) {
            found.extend(self.find_by(&by, by.statement_of_former(), true).await?);
        }
        Ok(found)
    }

    async fn find_by(&mut self, by: &By<'_>, statement: String, is_former: bool) -> Result<Vec<Found>, LedgerError> {
        let failed = |error| LedgerError::database(self.path, error);
        let values = by.values().map_err(failed)?;
        let rows = sqlx::query_with(AssertSqlSafe(statement), values)
            .fetch_all(&mut *self.connection)
            .await
            .map_err(failed)?;
        let found = rows.iter().map(|row| {
            let (batch, job) = restore::job(row)?;
            let output = os::path_of_stored(row.try_get(restore::COLUMNS).map_err(failed)?);
            let upload = upload(row).map_err(failed)?;
            let has_file = row.try_get(restore::COLUMNS + 3).map_err(failed)?;
            Ok(Found { batch, output, job, upload, is_former, has_file })
        });
        found.collect()
    }

    /// What batches of services that give way to this one's left in its output folder, by the photo's
    /// path. Of several pictures of a photo the first name counts, with what lies there now.
    pub(super) async fn trials(&mut self, key: &BatchKey) -> Result<HashMap<Box<Path>, Saved>, LedgerError> {
        let failed = |error| LedgerError::database(self.path, error);
        let batches: Vec<(i64, String)> = sqlx::query_as("SELECT id, service FROM batches WHERE output = ?")
            .bind(os::stored(&key.output))
            .fetch_all(&mut *self.connection)
            .await
            .map_err(failed)?;
        let mut rows = Vec::new();
        let text = format!("SELECT {}, coalesce(ended_ms, 0) FROM jobs WHERE batch = ? AND output IS NOT NULL", *LIST);
        for (batch, _) in batches.iter().filter(|(_, service)| Service::from_name(service).gives_way_to(&key.service)) {
            let left = sqlx::query(AssertSqlSafe(text.clone())).bind(batch).fetch_all(&mut *self.connection).await;
            for row in left.map_err(failed)? {
                let ended: i64 = row.try_get(restore::COLUMNS).map_err(failed)?;
                rows.push((ended, restore::left(&row)?));
            }
        }
        rows.sort_by_key(|(ended, _)| *ended);
        let mut trials: HashMap<_, Saved> = HashMap::new();
        for (_, (path, saved)) in rows {
            let known = trials.entry(path).or_insert_with(|| saved.clone());
            if known.output() == saved.output() {
                *known = saved;
            }
        }
        Ok(trials)
    }

    /// The lengths of the photos that were sent to a model with these parameters, bytes.
    pub(super) async fn sizes(
        &mut self,
        model: &str,
        params: &str,
        service: &Service,
    ) -> Result<HashSet<u64>, LedgerError> {
        let sizes: Vec<i64> = sqlx::query_scalar(
            "WITH ours AS (SELECT id FROM batches WHERE model = ?1 AND params = ?2 AND service = ?3)
             SELECT bytes FROM jobs WHERE content IS NOT NULL AND batch IN ours
             UNION SELECT bytes FROM former_jobs WHERE batch IN ours
             UNION SELECT bytes FROM jobs WHERE own_params = ?2 AND content IS NOT NULL
                AND batch IN (SELECT id FROM batches WHERE model = ?1 AND service = ?3)",
        )
        .bind(model)
        .bind(params)
        .bind(service.name())
        .fetch_all(&mut *self.connection)
        .await
        .map_err(|error| LedgerError::database(self.path, error))?;
        Ok(sizes.into_iter().filter_map(|size| u64::try_from(size).ok()).collect())
    }

    /// What the newest other batch of a service said of the same picture.
    pub(super) async fn caption(
        &mut self,
        content: &ContentHash,
        service: &Service,
        but: BatchId,
    ) -> Result<Option<String>, LedgerError> {
        let said: Option<Option<String>> = sqlx::query_scalar(
            "SELECT caption FROM jobs WHERE content = ? AND caption <> '' AND status IN ('DONE', 'REVIEW') AND batch <> ?
                AND batch IN (SELECT id FROM batches WHERE service = ?) ORDER BY batch DESC, job LIMIT 1",
        )
        .bind(content.0.as_slice())
        .bind(but.0)
        .bind(service.name())
        .fetch_optional(&mut *self.connection)
        .await
        .map_err(|error| LedgerError::database(self.path, error))?;
        Ok(said.flatten())
    }

    /// Every parameters that a model of a service was asked with.
    pub(super) async fn params_used(&mut self, model: &str, service: &Service) -> Result<Vec<String>, LedgerError> {
        sqlx::query_scalar("SELECT DISTINCT params FROM batches WHERE model = ?1 AND service = ?2")
            .bind(model)
            .bind(service.name())
            .fetch_all(&mut *self.connection)
            .await
            .map_err(|error| LedgerError::database(self.path, error))
    }

    /// When anything was last written; `None` if there is no batch.
    pub(super) async fn last_used(&mut self) -> Result<Option<Timestamp>, LedgerError> {
        let last: Option<i64> = sqlx::query_scalar(
            "SELECT max(coalesce((SELECT max(ended_ms) FROM jobs), 0), (SELECT max(used_ms) FROM batches))",
        )
        .fetch_one(&mut *self.connection)
        .await
        .map_err(|error| LedgerError::database(self.path, error))?;
        Ok(last.map(Timestamp))
    }

    /// The requests whose results were saved in a folder.
    pub(super) async fn saved_requests(&mut self, output: &Path) -> Result<HashSet<RequestId>, LedgerError> {
        let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT request_id FROM jobs WHERE batch IN (SELECT id FROM batches WHERE output = ?)
                AND status IN {} AND request_id IS NOT NULL",
            among(Status::has_result)
        )))
        .bind(os::stored(output))
        .fetch_all(&mut *self.connection)
        .await
        .map_err(|error| LedgerError::database(self.path, error))?;
        Ok(ids.iter().filter_map(|id| RequestId::new(id).ok()).collect())
    }

    /// What requests cost that ended at `since` or later, or ever, oldest first.
    pub(super) async fn payments(&mut self, since: Option<Timestamp>) -> Result<Vec<Payment>, LedgerError> {
        let rows = sqlx::query(
            "SELECT batch, job, ended_ms, request_id, cost_nanos, most_nanos FROM attempts
             WHERE cost_nanos IS NOT NULL AND cost_nanos + coalesce(most_nanos, 0) > 0 AND ended_ms >= ?
             ORDER BY ended_ms, batch, job, attempt",
        )
        .bind(since.map_or(i64::MIN, |since| since.0))
        .fetch_all(&mut *self.connection)
        .await
        .map_err(|error| LedgerError::database(self.path, error))?;
        let read = |row| attempt::payment(row).map_err(|odd| odd.of(BatchId(row.get(0)), restore::job_id(row.get(1))));
        rows.iter().filter_map(|row| read(row).transpose()).collect()
    }

    /// A job's attempts, oldest first.
    pub(super) async fn attempts(&mut self, batch: BatchId, job: JobId) -> Result<Vec<Attempt>, LedgerError> {
        let text = AssertSqlSafe(format!(
            "SELECT {} FROM attempts WHERE batch = ? AND job = ? ORDER BY ended_ms, attempt",
            attempt::COLUMNS.join(", ")
        ));
        let rows = sqlx::query(text)
            .bind(batch.0)
            .bind(job.number())
            .fetch_all(&mut *self.connection)
            .await
            .map_err(|error| LedgerError::database(self.path, error))?;
        let read = |row| attempt::read(row).map_err(|odd| odd.of(batch, job));
        rows.iter().map(read).collect()
    }

    /// The URLs that a job left behind, and its answer; none for a job that is not known.
    pub(super) async fn trail(&mut self, batch: BatchId, job: JobId) -> Result<Trail, LedgerError> {
        let row: Option<[Option<String>; 4]> =
            sqlx::query_as("SELECT upload_url, request_url, result_url, answer FROM jobs WHERE batch = ? AND job = ?")
                .bind(batch.0)
                .bind(job.number())
                .fetch_optional(&mut *self.connection)
                .await
                .map_err(|error| LedgerError::database(self.path, error))?
                .map(|(upload, request, result, answer): Left| [upload, request, result, answer]);
        let [upload_url, request_url, result_url, answer] = row.unwrap_or_default();
        Ok(Trail { upload_url, request_url, result_url, answer })
    }

    /// SQLite's own look at every page and index.
    ///
    /// # Errors
    /// [`LedgerError::Damaged`] with the first things that it found.
    pub(super) async fn check(&mut self) -> Result<(), LedgerError> {
        let findings: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(5)")
            .fetch_all(&mut *self.connection)
            .await
            .map_err(|error| LedgerError::database(self.path, error))?;
        if findings.iter().all(|finding| finding == "ok") {
            return Ok(());
        }
        Err(LedgerError::Damaged { path: self.path.to_path_buf(), detail: findings.join("; ") })
    }
}

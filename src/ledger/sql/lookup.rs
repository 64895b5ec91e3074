//! Reading jobs back: a whole batch, or by what makes them the same picture and the same money.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use sqlx::AssertSqlSafe;

use super::attempt;
use super::database::{Cells, Failed, Sql, Values, values};
use super::restore::{self, list};
use crate::job::{BatchId, ContentHash, Job, JobId, RequestId, Saved, Service, Status, Timestamp, Upload};
use crate::ledger::found::By;
use crate::ledger::keeps::among;
use crate::ledger::{Attempt, BatchKey, Found, Payment, Trail};
use crate::os;

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
    pub(in crate::ledger) fn statement<C: Sql>(&self) -> String {
        self.statement_of::<C>("jobs", "1 = 1")
    }

    /// The same among jobs whose place another photo has taken.
    fn statement_of_former<C: Sql>(&self) -> String {
        let is_free = format!(
            "NOT EXISTS (SELECT 1 FROM jobs AS now WHERE now.batch = jobs.batch AND now.job = jobs.job
            AND now.status IN {} AND now.output = jobs.output)",
            among(Status::has_result)
        );
        self.statement_of::<C>("former_jobs", &is_free)
    }

    fn statement_of<C: Sql>(&self, table: &str, has_file: &str) -> String {
        format!(
            "SELECT {}, (SELECT batches.output FROM batches WHERE batches.id = jobs.batch), upload_url, upload_ms,
                    CAST(CASE WHEN {has_file} THEN 1 ELSE 0 END AS BIGINT)
             FROM {table} AS jobs WHERE {}
             ORDER BY status = 'DONE' DESC, status = 'REVIEW' DESC, batch DESC, job",
            list::<C>(),
            self.condition()
        )
    }

    fn values<C: Sql>(&self) -> Result<C::Values, sqlx::Error> {
        Ok(match self {
            Self::Content { content, model, params, service } => {
                values![content.0.as_slice(), *model, *params, service.name()]
            }
            Self::UploadUrl(url, service) => values![*url, service.name()],
            Self::Request(id, service) => values![id.as_str(), service.name()],
        })
    }
}

/// The last upload that a row tells of, after what every look-up lists.
fn upload(row: &impl Cells) -> Result<Option<Upload>, sqlx::Error> {
    let (url, at) = (row.text(restore::COLUMNS + 1)?, row.int(restore::COLUMNS + 2)?);
    let content = row.bytes(restore::CONTENT)?.and_then(|content| content.try_into().ok());
    let parts = url.zip(at).zip(content);
    Ok(parts.map(|((url, at), content)| Upload { url: url.into(), at: Timestamp(at), content: ContentHash(content) }))
}

/// So many of a batch's jobs behind a number, in the order of their numbers.
pub(super) async fn some_jobs<C: Sql>(
    connection: &mut C,
    batch: BatchId,
    after: i64,
    most: i64,
) -> Result<Vec<Job>, Failed> {
    let text = format!("SELECT {} FROM jobs WHERE batch = ? AND job > ? ORDER BY job LIMIT ?", list::<C>());
    let mut jobs = Vec::new();
    let read = |row: &C::Row| {
        jobs.push(restore::job(row)?.1);
        Ok(())
    };
    let about = usize::try_from(most).unwrap_or(0);
    connection.each(AssertSqlSafe(text), values![batch.0, after, most], about, read).await?;
    Ok(jobs)
}

/// A batch's jobs in the order of their numbers.
pub(super) async fn jobs<C: Sql>(connection: &mut C, batch: BatchId) -> Result<Vec<Box<Job>>, Failed> {
    let count = connection.row("SELECT count(*) FROM jobs WHERE batch = ?", values![batch.0]).await?;
    let count = count.map_or(Ok(0), |row| row.number(0))?;
    let count = usize::try_from(count).unwrap_or(0);
    let mut jobs = Vec::with_capacity(count);
    let text = format!("SELECT {} FROM jobs WHERE batch = ? ORDER BY job", list::<C>());
    let read = |row: &C::Row| {
        jobs.push(Box::new(restore::job(row)?.1));
        Ok(())
    };
    connection.each(AssertSqlSafe(text), values![batch.0], count, read).await?;
    Ok(jobs)
}

/// What jobs without a result left on the disk when they had one.
pub(super) async fn replaced<C: Sql>(connection: &mut C, batch: BatchId) -> Result<Vec<(JobId, Saved)>, Failed> {
    let text = format!(
        "SELECT {} FROM jobs WHERE batch = ? AND output IS NOT NULL AND status IN {}",
        list::<C>(),
        // What is finished, most of a batch, is passed over by its index.
        among(|status| !status.has_result())
    );
    let rows = connection.rows(AssertSqlSafe(text), values![batch.0]).await?;
    rows.iter().map(|row| Ok(restore::replaced(row)?)).collect()
}

/// The jobs of every batch that are looked for, those with a picture on disk first, and newer
/// batches first; by content also those whose place another photo has taken, after the others.
pub(super) async fn find<C: Sql>(connection: &mut C, by: By<'_>) -> Result<Vec<Found>, Failed> {
    let mut found = find_by(connection, &by, by.statement::<C>(), false).await?;
    if matches!(by, By::Content { .. }) {
        found.extend(find_by(connection, &by, by.statement_of_former::<C>(), true).await?);
    }
    Ok(found)
}

async fn find_by<C: Sql>(
    connection: &mut C,
    by: &By<'_>,
    statement: String,
    is_former: bool,
) -> Result<Vec<Found>, Failed> {
    let rows = connection.rows(AssertSqlSafe(statement), by.values::<C>()?).await?;
    let found = rows.iter().map(|row| {
        let (batch, job) = restore::job(row)?;
        let output = os::path_of_stored(row.blob(restore::COLUMNS)?.to_vec());
        let has_file = row.number(restore::COLUMNS + 3)? != 0;
        Ok(Found { batch, output, job, upload: upload(row)?, is_former, has_file })
    });
    found.collect()
}

/// What batches of services that give way to this one's left in its output folder, by the photo's
/// path. Of several pictures of a photo the first name counts, with what lies there now.
pub(super) async fn trials<C: Sql>(connection: &mut C, key: &BatchKey) -> Result<HashMap<Box<Path>, Saved>, Failed> {
    let text = "SELECT id, service FROM batches WHERE output = ?";
    let batches = connection.rows(text, values![os::stored(&key.output)]).await?;
    let mut rows = Vec::new();
    let text =
        format!("SELECT {}, coalesce(ended_ms, 0) FROM jobs WHERE batch = ? AND output IS NOT NULL", list::<C>());
    for batch in &batches {
        if !Service::from_name(batch.word(1)?).gives_way_to(&key.service) {
            continue;
        }
        for row in &connection.rows(AssertSqlSafe(text.clone()), values![batch.number(0)?]).await? {
            rows.push((row.number(restore::COLUMNS)?, restore::left(row)?));
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

/// So many pictures are asked for at once: a statement of another length would be another to prepare.
const AT_ONCE: usize = 64;

/// Which of these pictures any batch has sent.
pub(super) async fn sent_of<C: Sql>(
    connection: &mut C,
    contents: &[ContentHash],
) -> Result<HashSet<ContentHash>, Failed> {
    let marks = vec!["?"; AT_ONCE].join(", ");
    let text = format!(
        "SELECT content FROM jobs WHERE content IS NOT NULL AND content IN ({marks})
         UNION SELECT content FROM former_jobs WHERE content IN ({marks})"
    );
    let mut sent = HashSet::new();
    for some in contents.chunks(AT_ONCE) {
        let Some(last) = some.last() else { continue };
        let filled: Vec<_> = some.iter().chain(std::iter::repeat(last)).take(AT_ONCE).collect();
        let mut values = C::Values::default();
        for content in filled.iter().chain(&filled) {
            values.add(content.0.as_slice()).map_err(sqlx::Error::Encode)?;
        }
        let read = |row: &C::Row| {
            sent.extend(row.bytes(0)?.and_then(|bytes| bytes.try_into().ok()).map(ContentHash));
            Ok(())
        };
        connection.each(AssertSqlSafe(text.as_str()), values, 0, read).await?;
    }
    Ok(sent)
}

/// The lengths of the photos that were sent to a model with these parameters, bytes.
pub(super) async fn sizes<C: Sql>(
    connection: &mut C,
    model: &str,
    params: &str,
    service: &Service,
) -> Result<HashSet<u64>, Failed> {
    let text = "WITH ours AS (SELECT id FROM batches WHERE model = ?1 AND params = ?2 AND service = ?3)
         SELECT bytes FROM jobs WHERE content IS NOT NULL AND batch IN (SELECT id FROM ours)
         UNION SELECT bytes FROM former_jobs WHERE batch IN (SELECT id FROM ours)
         UNION SELECT bytes FROM jobs WHERE own_params = ?2 AND content IS NOT NULL
            AND batch IN (SELECT id FROM batches WHERE model = ?1 AND service = ?3)";
    let mut sizes = HashSet::new();
    let read = |row: &C::Row| {
        sizes.extend(u64::try_from(row.number(0)?));
        Ok(())
    };
    connection.each(text, values![model, params, service.name()], 0, read).await?;
    Ok(sizes)
}

/// What the newest other batch of a service said of the same picture.
pub(super) async fn caption<C: Sql>(
    connection: &mut C,
    content: &ContentHash,
    service: &Service,
    but: BatchId,
) -> Result<Option<String>, Failed> {
    let text =
        "SELECT caption FROM jobs WHERE content = ? AND caption <> '' AND status IN ('DONE', 'REVIEW') AND batch <> ?
        AND batch IN (SELECT id FROM batches WHERE service = ?) ORDER BY batch DESC, job LIMIT 1";
    let row = connection.row(text, values![content.0.as_slice(), but.0, service.name()]).await?;
    Ok(row.map(|row| row.string(0)).transpose()?.flatten())
}

/// Every parameters that a model of a service was asked with.
pub(super) async fn params_used<C: Sql>(
    connection: &mut C,
    model: &str,
    service: &Service,
) -> Result<Vec<String>, Failed> {
    let text = "SELECT DISTINCT params FROM batches WHERE model = ? AND service = ?";
    let rows = connection.rows(text, values![model, service.name()]).await?;
    rows.iter().map(|row| Ok(row.word(0)?.to_owned())).collect()
}

/// When anything was last written; `None` if there is no batch.
pub(super) async fn last_used<C: Sql>(connection: &mut C) -> Result<Option<Timestamp>, Failed> {
    let text = "SELECT max(at) FROM (SELECT max(ended_ms) AS at FROM jobs UNION ALL SELECT max(used_ms) FROM batches) AS known";
    let row = connection.row(text, C::Values::default()).await?;
    Ok(row.map(|row| row.int(0)).transpose()?.flatten().map(Timestamp))
}

/// The requests whose results were saved in a folder.
pub(super) async fn saved_requests<C: Sql>(connection: &mut C, output: &Path) -> Result<HashSet<RequestId>, Failed> {
    let text = format!(
        "SELECT request_id FROM jobs WHERE batch IN (SELECT id FROM batches WHERE output = ?)
            AND status IN {} AND request_id IS NOT NULL",
        among(Status::has_result)
    );
    let mut requests = HashSet::new();
    let read = |row: &C::Row| {
        requests.extend(RequestId::new(row.word(0)?));
        Ok(())
    };
    connection.each(AssertSqlSafe(text), values![os::stored(output)], 0, read).await?;
    Ok(requests)
}

/// What requests cost that ended at `since` or later, or ever, oldest first.
pub(super) async fn payments<C: Sql>(connection: &mut C, since: Option<Timestamp>) -> Result<Vec<Payment>, Failed> {
    let text = "SELECT batch, job, ended_ms, request_id, cost_nanos, most_nanos FROM attempts
         WHERE cost_nanos IS NOT NULL AND cost_nanos + coalesce(most_nanos, 0) > 0 AND ended_ms >= ?
         ORDER BY ended_ms, batch, job, attempt";
    let rows = connection.rows(text, values![since.map_or(i64::MIN, |since| since.0)]).await?;
    let mut payments = Vec::with_capacity(rows.len());
    for row in &rows {
        let (batch, job) = (row.number(0)?, u32::try_from(row.number(1)?).unwrap_or_default());
        let payment = attempt::payment(row).map_err(|odd| odd.of(BatchId(batch), restore::job_id(job)))?;
        payments.extend(payment);
    }
    Ok(payments)
}

/// A job's attempts, oldest first.
pub(super) async fn attempts<C: Sql>(connection: &mut C, batch: BatchId, job: JobId) -> Result<Vec<Attempt>, Failed> {
    let columns = attempt::COLUMNS.join(", ");
    let text = format!("SELECT {columns} FROM attempts WHERE batch = ? AND job = ? ORDER BY ended_ms, attempt");
    let rows = connection.rows(AssertSqlSafe(text), values![batch.0, job.number()]).await?;
    let read = |row| Ok(attempt::read(row).map_err(|odd| odd.of(batch, job))?);
    rows.iter().map(read).collect()
}

/// The URLs that a job left behind, and its answer; none for a job that is not known.
pub(super) async fn trail<C: Sql>(connection: &mut C, batch: BatchId, job: JobId) -> Result<Trail, Failed> {
    let text = "SELECT upload_url, request_url, result_url, answer FROM jobs WHERE batch = ? AND job = ?";
    let Some(row) = connection.row(text, values![batch.0, job.number()]).await? else { return Ok(Trail::default()) };
    Ok(Trail {
        upload_url: row.string(0)?,
        request_url: row.string(1)?,
        result_url: row.string(2)?,
        answer: row.string(3)?,
    })
}

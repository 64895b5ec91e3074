//! Intents that are written only if nobody else's paid call for the same picture is in the way.
//!
//! It is asked in the very transaction that writes them, which holds the ledger's write lock: of any
//! number of processes one is first.

use std::collections::HashSet;

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Connection, Row};
use tokio::sync::oneshot;

use super::queue::Pending;
use super::restore::{self, LIST};
use super::{LedgerError, store};
use crate::job::{BatchId, ContentHash, Job, JobState, PaidCall, Service, Terms, stands_in_the_way};

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// The intent is on the disk: the call may be made.
    Ours,
    /// Nothing was written: a job of this batch came first.
    Held(BatchId),
}

/// An intent that waits to be written.
#[derive(Debug)]
pub(super) struct Claiming {
    pub(super) batch: BatchId,
    pub(super) job: Job,
    pub(super) terms: Terms,
    /// Calls that came to nothing for this job.
    pub(super) settled: HashSet<PaidCall>,
    pub(super) told: oneshot::Sender<Result<Claimed, LedgerError>>,
}

impl Claiming {
    fn intent(&self) -> Option<(ContentHash, PaidCall)> {
        let JobState::Submitting(_, intent) = &self.job.state else { return None };
        Some((intent.upload.content, PaidCall::Upload(intent.upload.url.clone())))
    }

    /// Whose claim is in its way, of those in the ledger.
    fn rival(&self, others: &[Other]) -> Option<BatchId> {
        let (content, own) = self.intent()?;
        let is_in_the_way = |other: &&Other| {
            let claim = other.job.state.claim();
            other.batch != self.batch
                && other.content == content
                && other.terms == self.terms
                // A lost call that this job took over is its own business.
                && claim.is_some_and(|claim| claim.call != own && stands_in_the_way(&claim, &self.settled))
        };
        others.iter().find(is_in_the_way).map(|other| other.batch)
    }
}

/// A job that holds the same as one of those that claim.
struct Other {
    batch: BatchId,
    job: Job,
    content: ContentHash,
    terms: Terms,
}

/// Writes all that is pending, and of its claims those that nobody is in the way of, or nothing.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    pending: &mut Pending,
    claims: Vec<Claiming>,
) -> Result<Vec<Claiming>, (Vec<Claiming>, Failed)> {
    let mut answers = Vec::with_capacity(claims.len());
    let mut later = Vec::new();
    let written = async {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let others = others(&mut transaction, &claims).await?;
        let mut granted = HashSet::new();
        for claim in &claims {
            let answer = match (claim.rival(&others), claim.intent()) {
                (Some(batch), _) => Some(Claimed::Held(batch)),
                // Of two at the same moment the second is asked again once the first is written.
                (None, Some((content, _))) if !granted.insert((content, claim.terms.clone())) => None,
                (None, _) => {
                    pending.put(claim.batch, claim.job.clone());
                    Some(Claimed::Ours)
                }
            };
            answers.push(answer);
        }
        store::write_in(&mut transaction, &pending.rows()).await?;
        transaction.commit().await?;
        Ok(())
    }
    .await;
    if let Err(failed) = written {
        return Err((claims, failed));
    }
    for (claim, answer) in claims.into_iter().zip(answers) {
        match answer {
            // Who does not wait any more need not be told.
            Some(answer) => drop(claim.told.send(Ok(answer))),
            None => later.push(claim),
        }
    }
    Ok(later)
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
    for chunk in contents.chunks(store::MOST) {
        let places = vec!["?"; store::size_for(chunk.len())].join(", ");
        let of_batch = |what| format!("(SELECT batches.{what} FROM batches WHERE batches.id = jobs.batch)");
        let text = format!(
            "SELECT {}, {}, coalesce(own_params, {}), {} FROM jobs WHERE content IN ({places})",
            *LIST,
            of_batch("model"),
            of_batch("params"),
            of_batch("service"),
        );
        let mut values = SqliteArguments::default();
        for content in store::filled(chunk) {
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

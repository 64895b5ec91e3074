//! What a run is for.

use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::commands::price;
use crate::job::{BatchId, CauseKind, Usd};
use crate::ledger::{Course, Ledger, LedgerError};
use crate::model::UnitPrice;
use crate::plan::Failed;

/// What a run is for.
#[derive(Debug)]
pub(in crate::commands) enum Purpose {
    /// To send what a command line names.
    Run,
    /// To hand it to workers; nothing is sent.
    Enqueue,
    /// To send again what failed in a batch.
    Again(Again),
    /// To look at a batch's results; nothing is sent by itself. The one that was worked on last, if none is named.
    Review(Option<BatchId>),
    /// To take part in a batch that was handed to workers.
    Work(BatchId),
}

/// Another go for what failed in a batch.
#[derive(Debug)]
pub(in crate::commands) struct Again {
    batch: BatchId,
    pub(super) failed: Failed,
}

impl Again {
    pub(in crate::commands) fn new(batch: BatchId, only: Option<&str>, text: Option<String>) -> Self {
        Self { batch, failed: Failed { only: only.and_then(CauseKind::from_name), text, listed: None } }
    }
}

impl Purpose {
    /// The batch that it names by its number.
    pub(super) async fn batch(&self, ledger: &Ledger) -> Result<Option<BatchId>, Failure> {
        match self {
            Self::Run | Self::Enqueue => Ok(None),
            Self::Again(again) => Ok(Some(again.batch)),
            Self::Review(Some(batch)) | Self::Work(batch) => Ok(Some(*batch)),
            Self::Review(None) => {
                let last = ledger.batches().await?.into_iter().max_by_key(|row| (row.used, row.id.0));
                last.map(|row| Some(row.id)).ok_or_else(|| Failure::refusal("the ledger knows no batch yet"))
            }
        }
    }

    /// What a worker goes by.
    ///
    /// # Errors
    /// If the batch is not handed to workers, or the ledger is none that they could share.
    pub(super) async fn course(&self, ledger: &Ledger) -> Result<Option<Course>, Failure> {
        match self {
            Self::Work(batch) => {
                let course = ledger.course(*batch).await?;
                Ok(Some(course.ok_or(LedgerError::NotHandedOver(*batch))?))
            }
            // Said before anything is asked or walked.
            Self::Enqueue if !ledger.is_shared() => {
                Err(LedgerError::Unshared { path: ledger.path().to_owned() }.into())
            }
            Self::Enqueue | Self::Run | Self::Again(_) | Self::Review(_) => Ok(None),
        }
    }

    /// Whether the cap can be kept, by one process or by many.
    ///
    /// # Errors
    /// If it cannot, with what to do.
    pub(super) fn check_cap(
        &self,
        batch: &Batch,
        course: Option<Course>,
        budget: Option<Usd>,
        price: Option<&UnitPrice>,
    ) -> Result<(), Failure> {
        let cap = course.map_or(budget, |course| course.cap);
        if cap.is_none() {
            return Ok(());
        }
        price::check_cap(&batch.model, &batch.params, price)?;
        let is_many = matches!(self, Self::Work(_) | Self::Enqueue);
        if is_many && !price.is_some_and(|price| batch.params.is_countable(price)) {
            return Err(Failure::refusal(
                "what a photo costs shows only once one was billed, and so many workers cannot keep a cap\nhint: run it from one machine with --budget, or hand it over with --yes and without a cap",
            ));
        }
        Ok(())
    }
}

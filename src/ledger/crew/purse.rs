//! What a shared cap leaves, while a transaction is open in which nobody else changes it.

use super::Money;
use crate::job::{BatchId, JobId, Usd};

/// The money of a batch that many work on, in hand for one transaction.
#[derive(Debug)]
pub(in crate::ledger) struct Purse {
    pub(in crate::ledger) batch: BatchId,
    /// The jobs that the transaction is about.
    pub(in crate::ledger) jobs: Vec<JobId>,
    cap: Option<Usd>,
    /// What is spent of it, and held.
    used: Usd,
    /// What of that is held for calls that may still turn out cheaper.
    held: Usd,
    /// What the intents of this transaction hold.
    granted: Vec<(JobId, Usd)>,
}

impl Purse {
    pub(in crate::ledger) fn new((batch, jobs): (BatchId, Vec<JobId>), cap: Option<Usd>) -> Self {
        Self { batch, jobs, cap, used: Usd::ZERO, held: Usd::ZERO, granted: Vec::new() }
    }

    /// Where it stands once the transaction's rows are written.
    pub(in crate::ledger) fn count(&mut self, used: Usd, held: Usd) {
        (self.used, self.held) = (used, held);
    }

    /// Holds what a job's call may cost at most, if the cap bears it; what nobody can count is borne by none.
    pub(in crate::ledger) fn take(&mut self, job: JobId, at_most: Option<Usd>) -> Result<(), Money> {
        let Some(cap) = self.cap else {
            self.granted.push((job, at_most.unwrap_or_default()));
            return Ok(());
        };
        let granted = self.granted.iter().try_fold(self.used, |sum, (_, held)| sum.checked_add(*held));
        let sum = granted.zip(at_most).and_then(|(sum, at_most)| sum.checked_add(at_most));
        match at_most.filter(|_| sum.is_some_and(|sum| sum <= cap)) {
            Some(at_most) => {
                self.granted.push((job, at_most));
                Ok(())
            }
            None => Err(Money { cap, used: self.used, held: self.held }),
        }
    }

    /// What the intents of this transaction hold.
    pub(in crate::ledger) fn granted(&self) -> &[(JobId, Usd)] {
        &self.granted
    }
}

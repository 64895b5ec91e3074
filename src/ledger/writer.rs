//! The one who writes: it groups what many jobs have to record into few transactions.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::attempt::Attempt;
use super::claim::{Claimed, Claiming, Stakes};
use super::queue::{Need, Queue};
use super::store::Store;
use super::{Inner, LedgerError};
use crate::job::{BatchId, Job};

/// How long a record that can be recomputed may wait for company.
const RIDE: Duration = Duration::from_millis(50);

/// The least time from one transaction's end to the next one's begin. A lone commit never waits for it, nor does a
/// crowd; some few at a time, each with its own sync, would cost more than all the rest of the ledger.
const SPACE: Duration = Duration::from_millis(80);

/// How long after a failed write what is left is tried again, if nobody waits for it.
const AGAIN: Duration = Duration::from_secs(1);

/// Records a batch's jobs. Cheap to clone.
///
/// What is given for one job is written in the order given; of several states within one
/// transaction only the newest row is written.
#[derive(Debug, Clone)]
pub struct Writer {
    pub(super) ledger: Arc<Inner>,
    pub(super) batch: BatchId,
}

impl Writer {
    /// Records new photos as they were found. Returns at once; they are written within 50 ms.
    pub fn add(&self, jobs: Vec<Job>) {
        self.ledger.queue.put(self.batch, jobs);
    }

    /// Returns once so little waits to be written that more photos may be looked for: they are found faster.
    pub async fn room(&self) {
        self.ledger.queue.room().await;
    }

    /// Records where a job stands, as far as that can be found out again: a crash within the next
    /// 50 ms may lose it. Returns at once.
    pub fn note(&self, job: &Job) {
        self.ledger.queue.put(self.batch, [job.clone()]);
    }

    /// Records the photo that took the place of a job with a result: what the job was is kept beside, so that its
    /// result is found by what it holds. Returns at once, as [`Self::note`].
    pub fn give_way(&self, to: &Job) {
        self.ledger.queue.give_way(self.batch, to.clone());
    }

    /// Records where a job stands, and returns when that is on the disk for good: for an intent
    /// before its paid call, a request id before its first poll, a result.
    ///
    /// # Errors
    /// If it could not be written; nothing that costs may follow then. The record stays queued and
    /// is tried again, until a newer one of the job takes its place.
    ///
    /// Should the job have changed meanwhile, that newer state is on the disk too: whoever is about
    /// to spend money looks again whether the job still stands where it stood.
    pub async fn commit(&self, job: &Job) -> Result<(), LedgerError> {
        self.ledger.queue.settle(Some((self.batch, job.clone()))).await
    }

    /// Records a job's intent, unless a job of another batch, of whatever process, has paid or may have
    /// paid for the same picture on the same terms, or a cap that many workers keep does not bear what is at stake.
    /// Returns when the intent is on the disk, or that it was not written.
    ///
    /// # Errors
    /// As [`Self::commit`].
    pub async fn claim(&self, job: &Job, stakes: Stakes) -> Result<Claimed, LedgerError> {
        self.ledger.queue.claim(self.batch, job.clone(), stakes).await
    }

    /// Records an attempt that ended. Returns at once; it is written within 50 ms.
    pub fn attempt(&self, attempt: Attempt) {
        self.ledger.queue.put_attempt(self.batch, attempt);
    }

    /// Returns when all that was recorded before is on the disk for good.
    ///
    /// # Errors
    /// If it could not be written; it stays queued and is tried again.
    pub async fn flush(&self) -> Result<(), LedgerError> {
        self.ledger.queue.settle(None).await
    }
}

/// Closes the queue when the writer is no more, be it by a panic: nobody may wait for it then.
struct Gone<'a>(&'a Queue);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.0.close();
        // With them go those who wait, and they hear of it.
        drop(self.0.take());
    }
}

/// Writes until the queue is closed, then ends recording.
pub(super) async fn run(queue: Arc<Queue>, store: Arc<dyn Store>) -> Result<(), LedgerError> {
    let _gone = Gone(&queue);
    let mut ride = RIDE;
    let mut outcome = Ok(());
    // For a few who wait, and for a crowd.
    let mut free = [Instant::now(); 2];
    while wait(&queue, ride, free).await != Need::Close {
        outcome = write(&queue, &*store, Patience::AsLongAsItTakes).await;
        let is_away = matches!(outcome, Err(LedgerError::Away { .. }));
        free = (if is_away { [AGAIN; 2] } else { [SPACE, Duration::ZERO] }).map(|wait| Instant::now() + wait);
        ride = if outcome.is_ok() { RIDE } else { AGAIN };
        queue.note_health(outcome.as_ref().err().filter(|_| is_away));
    }
    // What came while the last transaction was written, and whatever failed before.
    let last = write(&queue, &*store, Patience::None).await;
    if outcome.is_err() || last.is_err() {
        tracing::debug!(?outcome, ?last, "the ledger is closed after a failed write");
    }
    let closed = store.end_recording().await;
    last.and(closed)
}

/// Waits until there is a reason to write: somebody waits and the way is `free` for so many, or what is queued has
/// waited for `ride`.
async fn wait(queue: &Queue, ride: Duration, [free, free_for_many]: [Instant; 2]) -> Need {
    let mut due = None;
    loop {
        let need = queue.need();
        let until = match need {
            Need::Nothing => {
                queue.changed().await;
                continue;
            }
            Need::Soon => *due.get_or_insert_with(|| Instant::now() + ride),
            Need::Now => free,
            Need::AtOnce => free_for_many,
            Need::Close => return need,
        };
        if until <= Instant::now() {
            return need;
        }
        tokio::select! {
            () = queue.changed() => {}
            () = sleep_until(until) => return need,
        }
    }
}

/// How long a server that does not answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// Nobody hears of it: what waits to be written, and who waits for that, goes on waiting.
    AsLongAsItTakes,
    None,
}

/// Writes what is queued; puts it back if that does not work.
async fn write(queue: &Queue, store: &dyn Store, patience: Patience) -> Result<(), LedgerError> {
    let mut taken = queue.take();
    let claims = std::mem::take(&mut taken.claims);
    let outcome = if claims.is_empty() && taken.is_empty() {
        Ok(())
    } else {
        let answers = store.record(&mut taken, &claims).await;
        if patience == Patience::AsLongAsItTakes
            && let Err(error @ LedgerError::Away { .. }) = answers
        {
            taken.claims = claims;
            queue.put_back(taken);
            return Err(error);
        }
        tell(queue, claims, answers)
    };
    taken.tell(&outcome);
    if let Err(error) = &outcome {
        tracing::warn!(%error, "the ledger could not be written; it is tried again");
        queue.put_back(taken);
    }
    outcome
}

/// Tells those who claim how it went; who came at the same moment as another is asked again.
fn tell(
    queue: &Queue,
    claims: Vec<Claiming>,
    answers: Result<Vec<Option<Claimed>>, LedgerError>,
) -> Result<(), LedgerError> {
    let mut later = Vec::new();
    // Who does not wait any more need not be told.
    match answers {
        Ok(answers) => {
            for (claim, answer) in claims.into_iter().zip(answers) {
                match answer {
                    Some(answer) => drop(claim.told.send(Ok(answer))),
                    None => later.push(claim),
                }
            }
        }
        Err(error) => {
            for claim in claims {
                drop(claim.told.send(Err(error.clone())));
            }
            return Err(error);
        }
    }
    if !later.is_empty() {
        queue.claim_again(later);
    }
    Ok(())
}

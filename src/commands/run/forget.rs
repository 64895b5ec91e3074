//! Results that are saved are deleted at fal, if that was asked for: beside the run, and what is left at its end. What
//! is deleted the ledger remembers, so that a run that was killed is gone on with.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::fal::{Fal, FalError};
use crate::job::{BatchId, CauseKind, RequestId, plural};
use crate::ledger::{Ledger, LedgerError};

/// How often it is looked for more.
const EVERY: Duration = Duration::from_secs(20);
/// Deletions at once.
const AT_ONCE: usize = 4;

/// What deletes beside a run.
pub(super) struct Forgetting {
    stop: oneshot::Sender<()>,
    deleting: JoinHandle<Option<String>>,
}

impl Forgetting {
    /// Begins, if that is asked for.
    pub(super) fn begin(wanted: bool, ledger: Ledger, fal: Fal, batch: BatchId) -> Option<Self> {
        let (stop, stopped) = oneshot::channel();
        wanted.then(|| Self { stop, deleting: tokio::spawn(forget(stopped, ledger, fal, batch)) })
    }

    /// Deletes what is left, and says what fal has not deleted and why.
    pub(super) async fn end(self) -> Option<String> {
        drop(self.stop);
        // One that died has told nothing.
        self.deleting.await.ok().flatten()
    }
}

async fn forget(mut stopped: oneshot::Receiver<()>, ledger: Ledger, fal: Fal, batch: BatchId) -> Option<String> {
    loop {
        let is_last = tokio::select! {
            _ = &mut stopped => true,
            () = tokio::time::sleep(EVERY) => false,
        };
        match sweep(&ledger, &fal, batch).await {
            // It would be refused for each of them.
            Ok(Some(why)) if is_refused(&why) => {
                let left = left(&ledger, batch).await;
                return Some(format!(
                    "{left} not deleted at fal: {}\nhint: only an admin's key may delete; uploads and results go by \
                     themselves with --expire",
                    why.cause
                ));
            }
            Ok(Some(why)) if is_last => {
                let left = left(&ledger, batch).await;
                return Some(format!(
                    "{left} not deleted at fal: {}\nhint: the same command tries again, and sends nothing twice",
                    why.cause
                ));
            }
            Ok(_) if is_last => return None,
            Ok(_) => {}
            Err(error) => return Some(format!("results could not be deleted at fal: {error}")),
        }
    }
}

/// Deletes all that is saved by now; gives what one of them was told that could not be.
async fn sweep(ledger: &Ledger, fal: &Fal, batch: BatchId) -> Result<Option<FalError>, LedgerError> {
    let saved = ledger.unforgotten(batch).await?;
    let mut deletions = stream::iter(saved).map(|id| one(ledger, fal, id)).buffer_unordered(AT_ONCE);
    let mut trouble = None;
    while let Some(deleted) = deletions.next().await {
        match deleted? {
            Some(why) if is_refused(&why) => return Ok(Some(why)),
            Some(why) => trouble = Some(why),
            None => {}
        }
    }
    Ok(trouble)
}

async fn one(ledger: &Ledger, fal: &Fal, id: RequestId) -> Result<Option<FalError>, LedgerError> {
    match fal.forget(&id).await {
        Ok(()) => {}
        // What it does not know it does not keep.
        Err(error) if error.cause.kind == CauseKind::NotFound => {}
        Err(error) => return Ok(Some(error)),
    }
    ledger.forgot(&id).await.map(|()| None)
}

fn is_refused(error: &FalError) -> bool {
    matches!(error.cause.http, Some(401 | 403))
}

async fn left(ledger: &Ledger, batch: BatchId) -> String {
    let left = ledger.unforgotten(batch).await.map_or(0, |left| left.len());
    format!("{} {}", plural(left, "result", "results"), if left == 1 { "was" } else { "were" })
}

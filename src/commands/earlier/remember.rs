//! What the output folder knows of results that the ledger does not, and what is to be said of the two.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::commands::moment::local;
use crate::config::{Settings, Webhook};
use crate::fal::{Fal, STORED};
use crate::job::{Service, Timestamp, clean, plural};
use crate::ledger::{Beginning, Ledger};
use crate::output::{Memory, Recorded};

/// How long fal's history is waited for: it is but asked for a hint.
const PATIENCE: Duration = Duration::from_secs(5);

/// A folder's memory, and what it says of the ledger.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    pub(crate) memory: Arc<Memory>,
    /// To be said on the plan.
    pub(crate) notes: Vec<String>,
}

/// Reads what lies in a batch's output folder, and asks fal for its history where neither that nor the ledger
/// knows of anything.
///
/// # Errors
/// If the ledger cannot be read.
pub(crate) async fn remember(
    settings: &Settings,
    batch: &Batch,
    ledger: &Ledger,
    fal: Option<&Fal>,
) -> Result<Remembered, Failure> {
    let memory = memory(batch, ledger).await?;
    let mut notes: Vec<_> = beginning(ledger).into_iter().collect();
    notes.extend(settings.written.told());
    notes.extend(batch.keeping.as_ref().unwrap_or(&settings.keeping).notes());
    notes.extend(settings.telling.webhook.as_ref().map(Webhook::note));
    notes.extend(batch.schema_changed.iter().chain(&batch.notes).cloned());
    if let Some(newest) = memory.newest
        && let Some(used) = ledger.last_used().await?.filter(|used| *used < newest)
    {
        notes.push(format!(
            "the ledger was last used {}, before the newest result in the output folder ({}): it may be restored from a backup",
            local(used),
            local(newest)
        ));
    }
    if memory.unclear > 0 {
        notes.push(format!(
            "{} in the output folder {} written down by an earlier version, which did not say of what: not taken for done",
            plural(memory.unclear, "picture", "pictures"),
            if memory.unclear == 1 { "was" } else { "were" },
        ));
    }
    if let Some(fal) = fal
        && memory.is_empty()
        && (memory.unclear > 0 || ledger.last_used().await?.is_none())
    {
        notes.extend(history(batch, ledger, fal).await?);
    }
    let memory = if settings.sending.no_adopt { Memory::default() } else { memory };
    Ok(Remembered { memory: Arc::new(memory), notes })
}

/// What lies in the folder and the ledger does not know.
async fn memory(batch: &Batch, ledger: &Ledger) -> Result<Memory, Failure> {
    let root = batch.key.output.clone();
    let recorded = match ledger.batch_of(&batch.key).await? {
        Some(id) => ledger.recorded(id).await?,
        None => None,
    };
    // As an earlier run left it, there is nothing else in it.
    if let Some(then) = recorded.as_deref().and_then(Recorded::read) {
        let root = root.clone();
        let is_all = tokio::task::spawn_blocking(move || then.is_all(&root));
        if is_all.await.map_err(|error| Failure::disk(&error))? {
            return Ok(Memory::default());
        }
    }
    let (terms, known) = (batch.key.terms(), ledger.saved_requests(&batch.key.output).await?);
    let read = tokio::task::spawn_blocking(move || Memory::read(&root, &terms, &known));
    read.await.map_err(|error| Failure::disk(&error))
}

/// A ledger that was there before and is not.
fn beginning(ledger: &Ledger) -> Option<String> {
    let what = match ledger.beginning() {
        Beginning::Known | Beginning::New => return None,
        Beginning::Emptied => "was empty, 0 bytes where one had been",
        Beginning::Gone => "is gone, though batches were run with it",
    };
    let path = ledger.path().to_string_lossy();
    Some(format!("the ledger {} {what}: a new one is begun, which knows of no earlier run", clean(&path)))
}

/// Requests that fal lists and no ledger knows.
async fn history(batch: &Batch, ledger: &Ledger, fal: &Fal) -> Result<Option<String>, Failure> {
    if batch.key.service == Service::Sandbox {
        return Ok(None);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let start = Timestamp(0).plus(now.saturating_sub(STORED));
    let page = match tokio::time::timeout(PATIENCE, fal.history(&batch.model.endpoint, batch.model.gives, start, None))
        .await
    {
        Ok(Ok(page)) => page,
        Ok(Err(error)) => {
            tracing::info!(%error, "fal's history could not be asked");
            return Ok(None);
        }
        Err(_) => return Ok(None),
    };
    let mut unknown = 0;
    for past in page.requests.iter().filter(|past| past.outcome.is_ok()) {
        unknown += usize::from(ledger.by_request(&past.id, &batch.key.service).await?.is_empty());
    }
    if unknown == 0 {
        return Ok(None);
    }
    let more = if page.next.is_some() { " or more" } else { "" };
    let requests = if unknown == 1 { "request" } else { "requests" };
    Ok(Some(format!(
        "fal's history lists {unknown}{more} {requests} of this model with a picture that this ledger does not know: `fal-tui recover PATH` saves those of these photos, free",
    )))
}

//! The dashboard on a batch of a shared ledger, from whichever machine: through the ledger alone.

use std::fmt::Write as _;

use crate::attach::look_on;
use crate::commands::batch::Batch;
use crate::commands::disk;
use crate::commands::failure::Failure;
use crate::commands::models;
use crate::commands::price;
use crate::commands::process::log;
use crate::commands::process::signals;
use crate::commands::process::stdout::print;
use crate::commands::run::work::Work;
use crate::config::Settings;
use crate::engine::{Access, FaceEnds, Handle, Pools};
use crate::fal::{ApiKey, Fal};
use crate::job::BatchId;
use crate::ledger::{Held, Ledger};
use crate::os::Ends;
use crate::tui;

/// Which batch is meant: the one that is named, be it worked on or not, else the only one that is.
pub(super) fn which(held: &[Held], batch: Option<BatchId>) -> Result<BatchId, Failure> {
    if let Some(batch) = batch {
        return Ok(batch);
    }
    let mut batches: Vec<_> = held.iter().map(|held| held.batch).collect();
    batches.dedup();
    match batches.as_slice() {
        [] => Err(Failure::refusal(
            "no batch is worked on now\nhint: `fal-tui batches` lists those that the ledger knows; each is shown by its number",
        )),
        [one] => Ok(*one),
        several => {
            let mut text = format!("{} batches are worked on now: say which one\n", several.len());
            for batch in several {
                let _ = writeln!(text, "  fal-tui attach {batch}  {}", workers(held, *batch));
            }
            Err(Failure::refusal(text + "hint: `fal-tui batches` says more of each"))
        }
    }
}

/// Who works on a batch, in words: `in process 71 on far`, `by 3 workers: process 71 on far, …`.
pub(in crate::commands) fn workers(held: &[Held], batch: BatchId) -> String {
    let by: Vec<_> = held.iter().filter(|held| held.batch == batch).map(|held| held.by.to_string()).collect();
    match by.as_slice() {
        [one] => format!("in {one}"),
        all => format!("by {} workers: {}", all.len(), all.join(", ")),
    }
}

/// Looks at a batch until somebody leaves; it goes on.
pub(super) async fn observe(
    settings: &Settings,
    ledger: Ledger,
    id: BatchId,
    read_only: bool,
    options: tui::Options,
) -> Result<u8, Failure> {
    // What is written while jobs are loaded is looked at again.
    let mark = ledger.changes(id, None).await?.mark;
    let batch = Batch::known(&ledger, id).await?.with_files(&ledger).await?;
    log::start(settings)?;
    // Nothing is asked of fal from here: whoever has no key may look, too.
    let key = settings.key.clone().or_else(|_| ApiKey::new("none")).map_err(|error| Failure::usage(&error))?;
    let fal = Fal::new(settings.hosts.clone(), key)?;
    let work = Work {
        fal: fal.clone(),
        ledger: ledger.clone(),
        output: batch.output(settings)?,
        price: price::settled(&fal, &[], &batch.model, false).await,
        named_price: None,
        disk_free: disk::free(&batch.key.output).await,
        form: None,
        forgets: false,
        pools: Pools::FULL,
        retry_failed: None,
        reviews: true,
        course: None,
        enqueues: false,
        settings: settings.clone(),
        webhooks: None,
    };
    let watching = look_on(ledger.clone(), id, !read_only, mark);
    let Handle { ended, face } = work.look_on(&batch, id, watching).await?;
    let own = face.ok_or_else(|| Failure::refusal("there is no way to the engine"))?;
    let access = if read_only { Access::ReadOnly } else { Access::Full };
    let joined = own.door.join(access).await;
    let FaceEnds { snapshot, commands, .. } =
        joined.ok_or_else(|| Failure::refusal("there is no way to the engine"))?;
    tracing::info!(batch = %id, read_only, "looking on");
    let signals = tokio::spawn(until_signal(own));
    let attached = Some(tui::Attached { pid: None, face: String::new(), read_only });
    let models = models::serve(settings.clone(), fal);
    let left = tui::run(snapshot, commands, models, tui::Options { attached, ..options }).await;
    if matches!(left, Ok(tui::Left::HungUp)) {
        signals::end(1);
    }
    // With the engine's own face it ends.
    signals.abort();
    let signal = signals.await.ok().flatten();
    if let Err(error) = ended.await {
        tracing::debug!(%error, "the engine that only looked on");
    }
    if let Err(error) = ledger.close().await {
        tracing::debug!(%error, "the ledger's server was left without a word");
    }
    left?;
    print(&super::goes_on(&super::back_to(id, settings)))?;
    Ok(signal.and_then(|signal| u8::try_from(128 + signal).ok()).unwrap_or(0))
}

/// Keeps the engine's own face until a signal comes: with it all ends here, and nowhere else.
async fn until_signal(own: FaceEnds) -> Option<i32> {
    let mut signals = Ends::listen().ok()?;
    loop {
        let signal = signals.next().await;
        // A hang-up is the dashboard's to notice, and an editor has its own Ctrl-C.
        if signal != 1 && !(signal == 2 && tui::is_away()) {
            drop(own);
            return Some(signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Holder;

    #[test]
    fn who_works_on_a_batch_is_told_however_many_they_are() {
        let held = [(2, 71, None), (2, 5, Some("far")), (3, 9, None)].map(|(batch, pid, host)| Held {
            batch: BatchId(batch),
            by: Holder { pid: Some(pid), host: host.map(str::to_owned) },
        });
        assert_eq!(workers(&held, BatchId(2)), "by 2 workers: process 71, process 5 on far");
        assert_eq!(workers(&held, BatchId(3)), "in process 9");
        let several = which(&held, None).unwrap_err().message;
        assert!(several.contains("fal-tui attach 3  in process 9"), "{several}");
        assert_eq!(which(&held[..2], None).unwrap(), BatchId(2));
        assert_eq!(which(&[], Some(BatchId(7))).unwrap(), BatchId(7));
    }
}

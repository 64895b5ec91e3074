//! The records of a run: while it goes on, and at its end.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::commands::failure::Failure;
use crate::commands::further;
use crate::commands::moment::local;
use crate::config::Settings;
use crate::job::{BatchId, Service, Terms, clean};
use crate::ledger::{BatchRow, Ledger, LedgerError};
use crate::output::{Facts, FileNames, Output, OutputError, Recorded};
use crate::picture::Thumbs;

/// How often they are written while a run goes on, at most.
const EVERY: Duration = Duration::from_secs(30);
/// For each second of writing so many pass without: so what it costs grows with the time alone, however large the batch is.
const SHARE: u32 = 19;

/// The small pictures that are kept: for pages, and for the dashboard's contact sheet.
pub(in crate::commands) fn thumbs(settings: &Settings) -> Arc<Thumbs> {
    Arc::new(Thumbs::new(settings.home.cache_dir.as_ref().map(|folder| folder.join("thumbs"))))
}

/// Writes the page of a batch, if that is asked for; says how it is called. Once `stop` is set it is left as it was.
pub(in crate::commands) async fn put_page(
    ledger: &Ledger,
    batch: BatchId,
    output: &Output,
    thumbs: Arc<Thumbs>,
    stop: Arc<AtomicBool>,
) -> Result<Option<String>, Failure> {
    if !output.written().page {
        return Ok(None);
    }
    let row = ledger.batch(batch).await.map_err(of_ledger)?;
    let (facts, output) = (facts(&row), output.clone());
    let mut page = blocking(move || output.page(&facts, thumbs)).await?;
    let mut last = None;
    loop {
        let jobs = ledger.jobs_after(batch, last).await.map_err(of_ledger)?;
        let Some(job) = jobs.last() else { break };
        last = Some(job.id);
        let given_up = Arc::clone(&stop);
        page = blocking(move || page.add(&jobs, &given_up).map(|()| page)).await?;
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
    }
    blocking(move || page.finish()).await.map(Some)
}

/// What a page says of its batch.
fn facts(row: &BatchRow) -> Facts {
    let name = |path: &Path| clean(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()).into_owned();
    let roots: Vec<_> = row.key.roots.iter().map(|root| name(root)).collect();
    let service = if row.key.service == Service::Fal { "fal" } else { row.key.service.name() };
    let text = format!("Batch {} · {} · {} · {service} · {}", row.id, row.key.model, row.key.params, local(row.used));
    Facts {
        title: format!("{} → {}", roots.join(", "), name(&row.key.output)),
        about: clean(&text).into_owned(),
        spent: row.spent.to_string(),
    }
}

/// The records of a batch while it is worked on.
pub(super) struct Meanwhile {
    stop: oneshot::Sender<()>,
    /// Who leaves does not wait for pictures.
    given_up: Arc<AtomicBool>,
    writing: JoinHandle<()>,
}

impl Meanwhile {
    /// Begins to write them, every half minute if something has changed.
    pub(super) fn begin(ledger: Ledger, batch: BatchId, output: Output, thumbs: Arc<Thumbs>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let given_up = Arc::new(AtomicBool::new(false));
        let page = (thumbs, Arc::clone(&given_up));
        Self { stop, given_up, writing: tokio::spawn(keep(stopped, ledger, batch, output, page)) }
    }

    /// Writes no more; what is being written is whole when this returns.
    pub(super) async fn end(self) {
        self.given_up.store(true, Ordering::Relaxed);
        drop(self.stop);
        // One that died has written nothing.
        let _ = self.writing.await;
    }
}

async fn keep(
    mut stopped: oneshot::Receiver<()>,
    ledger: Ledger,
    batch: BatchId,
    output: Output,
    (thumbs, given_up): (Arc<Thumbs>, Arc<AtomicBool>),
) {
    let (mut wait, mut written) = (EVERY, None);
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            () = tokio::time::sleep(wait) => {}
        }
        let Ok(row) = ledger.batch(batch).await else { continue };
        let now = Some((row.counts, row.spent));
        if written == now {
            continue;
        }
        let began = Instant::now();
        // With the page its thumbnails come, so that at the end they are there.
        let put_down = match put_down(&ledger, batch, output.clone()).await {
            Ok(()) => put_page(&ledger, batch, &output, Arc::clone(&thumbs), Arc::clone(&given_up)).await.map(drop),
            failed => failed,
        };
        match put_down {
            Ok(()) => written = now,
            // At its end the run says what is wrong.
            Err(failure) => tracing::warn!(why = %failure.message, "the records are not written"),
        }
        wait = EVERY.max(began.elapsed().saturating_mul(SHARE));
    }
}

/// Writes the records of a batch whose jobs nobody changes any more, unless they are there as they would be written.
pub(super) async fn put_down_all(ledger: &Ledger, batch: BatchId, output: Output) -> Result<(), Failure> {
    let Some(made) = made(ledger, batch).await? else { return Ok(()) };
    let (root, manner) = (output.root().to_owned(), output.manner(&made.1));
    if let Some(then) = ledger.recorded(batch).await.map_err(of_ledger)?.as_deref().and_then(Recorded::read) {
        let (root, manner) = (root.clone(), manner.clone());
        if blocking(move || Ok(then.holds(&root, &manner))).await? {
            return Ok(());
        }
    }
    let alone = write(ledger, batch, output, made).await?;
    if let Some(now) = blocking(move || Ok(Recorded::now(&root, manner, alone).text())).await? {
        ledger.note_recorded(batch, &now).await.map_err(of_ledger)?;
    }
    Ok(())
}

/// The same while jobs still change, which are written down as they are.
async fn put_down(ledger: &Ledger, batch: BatchId, output: Output) -> Result<(), Failure> {
    match made(ledger, batch).await? {
        Some(made) => write(ledger, batch, output, made).await.map(drop),
        None => Ok(()),
    }
}

/// What a batch is made with, and what files are called that this names; `None` if there is nothing to record: neither
/// this run nor an earlier one began a job.
async fn made(ledger: &Ledger, batch: BatchId) -> Result<Option<(Terms, FileNames)>, Failure> {
    let row = ledger.batch(batch).await.map_err(of_ledger)?;
    if row.counts.keys().all(|status| status.is_untouched()) {
        return Ok(None);
    }
    let (terms, mut names) = (row.key.terms(), FileNames::default());
    further::learn(&mut names, ledger, &terms.params).await.map_err(of_ledger)?;
    Ok(Some((terms, names)))
}

/// Writes the records of a batch; it never has more than two thousand jobs in hand. Tells whether they say nothing of other
/// batches.
async fn write(
    ledger: &Ledger,
    batch: BatchId,
    output: Output,
    (terms, names): (Terms, FileNames),
) -> Result<bool, Failure> {
    let mut records = blocking(move || output.records(&terms)).await?;
    *records.files() = names;
    let mut jobs = ledger.jobs_after(batch, None).await.map_err(of_ledger)?;
    while let Some(last) = jobs.last().map(|job| job.id) {
        for own in jobs.iter().filter_map(|job| job.own.as_ref()) {
            further::learn(records.files(), ledger, &own.0).await.map_err(of_ledger)?;
        }
        // The next are read while these are written.
        let added = blocking(move || {
            jobs.iter().try_for_each(|job| records.add(job))?;
            Ok(records)
        });
        let (added, next) = tokio::join!(added, ledger.jobs_after(batch, Some(last)));
        records = added?;
        jobs = next.map_err(of_ledger)?;
    }
    blocking(move || records.finish()).await
}

#[expect(clippy::needless_pass_by_value, reason = "so a result hands it on")]
fn of_ledger(error: LedgerError) -> Failure {
    Failure::disk(&error)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OutputError> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::disk(&error))?.map_err(|error| Failure::disk(&error))
}

//! Running a batch: everything is checked before anything is sent.

use std::io::{self, Write};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::batch::{Batch, forget_requests};
use super::face::Face;
use super::{Failure, log, plan, price, sandbox, signals};
use crate::engine::{self, Clock, Command, Failed, Handle, Leave, Rooms, Setup, Summary};
use crate::fal::{ApiKey, Fal, Hosts};
use crate::job::{BatchId, CauseKind, RetryPolicy};
use crate::ledger::Ledger;
use crate::output::Output;
use crate::sandbox::Sandbox;
use crate::settings::{Environment, Settings};
use crate::{headless, tui};

/// Events that may lie unread before nothing new is begun.
const EVENTS: usize = 16_384;

/// Another go for what failed in a batch.
#[derive(Debug)]
pub(super) struct Again {
    batch: BatchId,
    failed: Failed,
}

impl Again {
    pub(super) fn new(batch: BatchId, only: Option<&str>, text: Option<String>) -> Self {
        Self { batch, failed: Failed { only: only.and_then(CauseKind::from_name), text } }
    }
}

/// Runs a batch, or another go of it; gives the exit status.
pub(super) async fn run(settings: &Settings, environment: &Environment, again: Option<Again>) -> Result<u8, Failure> {
    let face = Face::choose(settings, environment)?;
    let ledger = Ledger::open(&settings.state_dir).await?;
    let batch = match &again {
        Some(again) => Batch::known(&ledger, again.batch).await?,
        None => Batch::of(settings)?,
    };
    log::start(settings)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), hosts = %settings.hosts, ?face, "started");

    let (server, hosts, key) = account(settings, batch.key.sandbox).await?;
    let fal = Fal::new(hosts, key)?;
    let unit_price = price::unit_price(&fal, &batch.model).await.map_err(|error| Failure::of_fal(&error))?;
    if settings.budget.is_some() && unit_price.is_none() {
        return Err(Failure::refusal(format!(
            "the price of {} is not known, so a budget could not be kept\nhint: run it without --budget, or ask for its price at fal.ai",
            batch.model.endpoint
        )));
    }
    let told = matches!(face, Face::Told { .. });
    if told && !settings.may_start_headless() {
        plan::refuse_unconfirmed(settings, &batch, &ledger, unit_price.clone()).await?;
    }

    let output = Output::open(&batch.key.output, settings.captions)?;
    let opened = ledger.open_batch(&batch.key).await?;
    let mut known = ledger.jobs(opened.id).await?;
    if server.is_some() {
        forget_requests(&mut known);
    }
    let retry_failed = again.map(|again| again.failed).or_else(|| settings.retry_failed.then(Failed::default));
    let setup = Setup {
        facts: batch.facts(opened.id, settings),
        model: batch.model.clone(),
        params: batch.params.clone(),
        price: unit_price,
        window: settings.concurrency,
        retry: RetryPolicy { retries: settings.retries, ..RetryPolicy::default() },
        max_failures: settings.max_failures,
        budget: settings.budget,
        start_timeout: settings.start_timeout,
        waits_for_account: settings.wait_for_account,
        start: told || settings.yes,
        stay: !told,
        logs: !matches!(face, Face::Told { form: headless::Form::Lines, .. }),
        retry_failed,
        walks: batch.inputs.is_some(),
        clock: Clock::start(),
        seed: fastrand::u64(..),
    };
    let (events, heard) = mpsc::channel(EVENTS);
    let rooms = Rooms {
        fal,
        ledger: ledger.clone(),
        writer: ledger.writer(opened.id),
        output: output.clone(),
        known,
        spent: ledger.batch(opened.id).await?.spent,
        earlier: ledger.sizes(&batch.key.model, &batch.key.params, batch.key.sandbox).await?,
        found: batch.walk(),
        events: told.then_some(events),
    };
    let handle = engine::start(setup, rooms);
    let status = show(face, handle, heard).await?;

    let put_down = put_down(&ledger, opened.id, output).await;
    drop(opened.hold);
    let closed = ledger.close().await.map_err(|error| Failure::disk(&error));
    drop(server);
    // What ended the run says more than what could not be written down because of it.
    put_down
        .and(closed)
        .map_err(|failure| Failure { status: if status == 0 { failure.status } else { status }, ..failure })?;
    Ok(status)
}

/// Writes the records of a run that is over.
async fn put_down(ledger: &Ledger, batch: BatchId, output: Output) -> Result<(), Failure> {
    let jobs = ledger.jobs(batch).await?;
    let written = tokio::task::spawn_blocking(move || output.write_records(&jobs)).await;
    written.map_err(|error| Failure::usage(&error))?.map_err(|error| Failure::disk(&error))?;
    Ok(())
}

/// Whom to talk to: fal with the user's key, or a sandbox that is started here.
async fn account(settings: &Settings, sandboxed: bool) -> Result<(Option<Sandbox>, Hosts, ApiKey), Failure> {
    match &settings.sandbox {
        Some(shape) => {
            let server = sandbox::start(shape, 0).await?;
            let (hosts, key) = sandbox::account(&server)?;
            Ok((Some(server), hosts, key))
        }
        None if sandboxed => Err(Failure::refusal(
            "this batch was run on a sandbox\nhint: give --sandbox, so that nothing is charged for it",
        )),
        None => Ok((None, settings.hosts.clone(), settings.key.clone()?)),
    }
}

/// Shows the run until it ends, and sums it up.
async fn show(face: Face, handle: Handle, heard: mpsc::Receiver<engine::Event>) -> Result<u8, Failure> {
    let Handle { board, commands, ended } = handle;
    let signals = signals::listen(commands.clone()).map_err(|error| Failure::usage(&error))?;
    let summary = match face {
        Face::Told { form, color } => {
            drop(board);
            let told = headless::tell(heard, form, color, io::stdout(), io::stderr()).await;
            // If nobody listens any more, the run ends in good order, too.
            drop(commands);
            signals.abort();
            let summary = finish(ended).await?;
            told?;
            summary
        }
        Face::Dashboard(options) => {
            let left = tui::run(board, commands.clone(), *options).await;
            // Where the terminal fails, no key and perhaps no signal tells the engine to end.
            let leave = |signal| commands.send(Command::Quit { leave: Leave::Running, signal });
            match left {
                Ok(tui::Left::AtOnce { signal }) => signals::end(signal),
                Ok(tui::Left::HungUp) => {
                    // The terminal is gone: save, and touch it no more.
                    drop(leave(Some(1)).await);
                    finish(ended).await?;
                    signals::end(1);
                }
                Ok(tui::Left::Ended | tui::Left::Quit { .. }) => {}
                Err(error) => {
                    drop(leave(None).await);
                    finish(ended).await?;
                    return Err(error.into());
                }
            }
            let summary = finish(ended).await?;
            signals.abort();
            // Whoever closed the window in the meantime does not miss it.
            let _ = io::stdout().write_all(headless::summary(&summary).as_bytes());
            summary
        }
    };
    Ok(summary.exit_status())
}

async fn finish(ended: tokio::task::JoinHandle<Summary>) -> Result<Arc<Summary>, Failure> {
    ended
        .await
        .map(Arc::new)
        .map_err(|error| Failure::refusal(format!("the engine stopped: {error}; what was recorded is kept")))
}

//! Running a batch: everything is checked before anything is sent.

use std::io::{self, Write};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::batch::Batch;
use super::face::Face;
use super::work::{Begun, Over, Work, engine_stopped};
use super::{Failure, disk, log, plan, price, sandbox, signals};
use crate::engine::{self, Command, FaceEnds, Failed, Handle, Leave};
use crate::fal::{ApiKey, Fal, Hosts};
use crate::job::{BatchId, CauseKind};
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
    tracing::info!(version = env!("CARGO_PKG_VERSION"), hosts = %settings.hosts, %face, "started");

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
    let (events, heard) = mpsc::channel(EVENTS);
    let work = Work {
        fal,
        ledger: ledger.clone(),
        output: output.clone(),
        price: unit_price,
        disk_free: disk::free(&batch.key.output).await,
        form: if let Face::Told { form, .. } = &face { Some(*form) } else { None },
        forgets: server.is_some(),
        retry_failed: again.map(|again| again.failed).or_else(|| settings.retry_failed.then(Failed::default)),
        settings: settings.clone(),
    };
    let Begun { opened, handle: Handle { ended, face: ends } } = work.begin(&batch, told.then_some(events)).await?;
    let ends = ends.ok_or_else(|| Failure::refusal("there is no way to the engine"))?;
    let ended = tokio::spawn(work.see_through(batch, opened, ended));
    let Over { summary, opened, changed } = show(face, ends, ended, heard).await?;

    let put_down = put_down(&ledger, opened.id, output).await;
    drop(opened.hold);
    let closed = ledger.close().await.map_err(|error| Failure::disk(&error));
    drop(server);
    if !changed.is_empty() {
        let _ = io::stdout().write_all(how_to_go_on(&changed).as_bytes());
    }
    // What ended the run says more than what could not be written down because of it.
    let status = summary.exit_status();
    put_down
        .and(closed)
        .map_err(|failure| Failure { status: if status == 0 { failure.status } else { status }, ..failure })?;
    Ok(status)
}

/// A batch with parameters that were changed before the start is found again only with them.
fn how_to_go_on(changed: &[String]) -> String {
    let flags: Vec<_> = changed.iter().map(|pair| format!("-p {pair}")).collect();
    format!("{:<9} this batch has other parameters: go on with the same command and {}\n", "", flags.join(" "))
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
async fn show(
    face: Face,
    ends: FaceEnds,
    ended: JoinHandle<Result<Over, Failure>>,
    heard: mpsc::Receiver<engine::Event>,
) -> Result<Over, Failure> {
    let FaceEnds { board, commands } = ends;
    let signals = signals::listen(commands.clone()).map_err(|error| Failure::usage(&error))?;
    match face {
        Face::Told { form, color } => {
            drop(board);
            let told = headless::tell(heard, form, color, io::stdout(), io::stderr()).await;
            // If nobody listens any more, the run ends in good order, too.
            drop(commands);
            signals.abort();
            let over = finish(ended).await?;
            told?;
            Ok(over)
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
            let over = finish(ended).await?;
            signals.abort();
            // Whoever closed the window in the meantime does not miss it.
            let _ = io::stdout().write_all(headless::summary(&over.summary).as_bytes());
            Ok(over)
        }
    }
}

async fn finish(ended: JoinHandle<Result<Over, Failure>>) -> Result<Over, Failure> {
    ended.await.map_err(|error| engine_stopped(&error))?
}

//! What the program does: it ties the rooms together, one file a command.

mod attach;
mod batch;
mod disk;
mod doctor;
mod earlier;
mod failure;
mod finish;
mod further;
mod inspect;
mod ledger;
mod listed;
mod models;
mod moment;
mod plan;
mod price;
mod process;
mod prompts;
mod recover;
mod ruled;
mod run;
mod sandbox;
mod setup;
mod since;
mod spent;

use std::io;
use std::time::Duration;

pub use failure::Failure;

use self::process::stdout::print;
use self::setup::config;
use crate::cli::{self, Cli, Command};
use crate::config::{Environment, Settings};
use crate::os;

/// Does what the command line says; gives the exit status.
///
/// # Errors
/// With a message for the user and the exit status that goes with it.
pub fn main(cli: &Cli, environment: &Environment) -> Result<u8, Failure> {
    match &cli.command {
        Some(Command::Completions { shell }) => {
            let mut out = io::stdout().lock();
            return cli::completions(*shell, &mut out).map(|()| 0).or_else(failure::quiet_pipe);
        }
        Some(Command::Man { command, list }) => {
            let mut out = io::stdout().lock();
            let written = if *list { cli::man_pages(&mut out) } else { cli::man(command.as_deref(), &mut out) };
            return written.map(|()| 0).or_else(failure::quiet_pipe);
        }
        _ => {}
    }
    let handles = os::raise_open_files();
    let settings = Settings::resolve(&cli.flags(), environment)?;
    if let Some(Command::Config { page, .. }) = &cli.command {
        return print(&config::config(&settings, *page)?);
    }
    // The engine and the network run on these; the main thread is the dashboard's alone, so that a
    // terminal that does not take what is written holds back nothing else. One thread is enough for
    // any network: disks and decoders have others, and two would mostly wake each other.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        // Where no more threads are to be had, what is blocked on waits for one that is there: so one is.
        .thread_keep_alive(Duration::from_hours(24))
        .build()
        .map_err(|error| Failure::usage(&error))?;
    let status = runtime.block_on(async {
        match &cli.command {
            None => run::run(&settings, environment, handles, run::Purpose::Run).await,
            Some(Command::Retry { batch, only, text, .. }) => {
                let failed = run::Again::new(*batch, only.as_deref(), text.clone());
                run::run(&settings, environment, handles, run::Purpose::Again(failed)).await
            }
            Some(Command::Review { batch, .. }) => {
                run::run(&settings, environment, handles, run::Purpose::Review(*batch)).await
            }
            Some(Command::Work(flags)) => {
                run::run(&settings, environment, handles, run::Purpose::Work(flags.batch)).await
            }
            Some(Command::Attach(flags)) => attach::attach(&settings, environment, flags.batch, flags.read_only).await,
            Some(Command::Plan(flags)) if flags.enqueue => {
                run::run(&settings, environment, handles, run::Purpose::Enqueue).await
            }
            Some(Command::Plan(_)) => plan::plan(&settings).await,
            Some(Command::Sandbox { port, .. }) => sandbox::serve(&settings, *port).await,
            Some(Command::Batches { json, .. }) => inspect::batches(&settings, *json).await,
            Some(Command::Show { batch, json, .. }) => inspect::show(&settings, *batch, *json).await,
            Some(Command::Recover { since, all, dry_run, set_aside, .. }) => {
                let (since, all) = (since.clone(), all.clone());
                let wish = recover::Wish { since, all, dry_run: *dry_run, set_aside: *set_aside };
                recover::recover(&settings, wish).await
            }
            Some(Command::Models { query, category, .. }) => {
                let search = models::Search { query: query.clone(), category: category.clone() };
                // A sandbox is there for as long as it is asked.
                let (_server, fal) = plan::service(&settings).await?;
                print(&models::list(&settings, fal, search).await?)
            }
            Some(Command::Spent { since, by, reconcile, json, .. }) => {
                let (since, reconcile) = (since.clone(), *reconcile);
                spent::spent(&settings, &spent::Wish { since, by: *by, reconcile, json: *json }).await
            }
            Some(Command::Report { batch, .. }) => inspect::report(&settings, *batch).await,
            Some(Command::Login { .. }) => setup::login::login(&settings, environment).await,
            Some(Command::Logout { .. }) => setup::login::logout(&settings, environment),
            Some(Command::Doctor { .. }) => doctor::doctor(&settings, environment, handles).await,
            Some(Command::Config { .. } | Command::Completions { .. } | Command::Man { .. }) => Ok(0),
        }
    });
    // A name look-up or a file on a dead mount may hang in a blocking thread; nothing depends on it.
    runtime.shutdown_background();
    status
}

//! `fal-tui attach`: the dashboard on a batch that runs elsewhere, on this machine or on a shared ledger; and how a run
//! lets others in.

pub(super) mod host;
pub(super) mod observe;
mod which;

use crate::attach::{Gone, Joined, NotJoined, Over, Places, join};
use crate::commands::failure::{Failure, chain};
use crate::commands::ledger::open_ledger;
use crate::commands::process::log;
use crate::commands::process::signals;
use crate::commands::process::stdout::print;
use crate::commands::run::face;
use crate::commands::run::go_on::quoted;
use crate::config::{Environment, Settings};
use crate::engine::Access;
use crate::job::{BatchId, clean};
use crate::ledger::held;
use crate::os::{self, Ends};
use crate::tui;
use which::{Running, which};

/// Looks at a batch that runs: the one that is named, else the only one.
pub(super) async fn attach(
    settings: &Settings,
    environment: &Environment,
    batch: Option<BatchId>,
    read_only: bool,
) -> Result<u8, Failure> {
    if settings.home.ledger.is_none() && !os::HAS_SOCKETS {
        return Err(Failure::refusal("this system has no Unix sockets, which attaching needs"));
    }
    let options = face::dashboard_alone(settings, environment)?;
    let places = places(settings, environment);
    let running = if settings.home.ledger.is_none() {
        which(held(&settings.home.state_dir), &places, batch)?
    } else {
        let ledger = open_ledger(&settings.home).await?;
        let held = ledger.held().await?;
        let batch = observe::which(&held, batch)?;
        let workers: Vec<_> = held.into_iter().filter(|held| held.batch == batch).collect();
        let is_near = matches!(workers.as_slice(), [one] if one.by.host.is_none());
        // Its only process tells more by its own socket than by the ledger, if that can be reached from here.
        match which(workers, &places, Some(batch)) {
            Ok(running) if is_near => {
                ledger.close().await?;
                running
            }
            _ => return Box::pin(observe::observe(settings, ledger, batch, read_only, options)).await,
        }
    };
    log::start(settings)?;
    let access = if read_only { Access::ReadOnly } else { Access::Full };
    let signals = Ends::listen().map_err(|error| Failure::usage(&error))?;
    let Joined { welcome, snapshot, commands, models, gone } =
        join(&running.socket, access).await.map_err(|why| not_joined(&running, &why))?;
    tracing::info!(pid = welcome.pid, read_only, "attached");
    let attached = Some(tui::Attached { pid: Some(welcome.pid), face: clean(&welcome.face).into_owned(), read_only });
    let ended = tokio::spawn(end_of(gone, signals));
    let shown = snapshot.clone();
    let left = tui::run(snapshot, commands, models, tui::Options { attached, ..options }).await;
    // By now it may be another batch than it was: on the plan a person can make it one.
    let batch = shown.borrow().batch.id;
    let back = back_to(batch, settings);
    match left {
        Ok(tui::Left::HungUp) => signals::end(1),
        Ok(tui::Left::Ended | tui::Left::Quit { .. } | tui::Left::AtOnce { .. }) => {
            tell_end(ended.await.unwrap_or(End::Gone(Gone::Silently)), welcome.pid, &back)
        }
        Ok(tui::Left::Detached) => print(&goes_on(&back)),
        Err(error) => Err(Failure::from(error)),
    }
}

/// The places of this run's socket, or where others' are.
pub(super) fn places(settings: &Settings, environment: &Environment) -> Places {
    Places::of(&settings.home.state_dir, environment.get("XDG_RUNTIME_DIR"))
}

/// The command that gets back to a batch from here.
pub(super) fn back_to(batch: BatchId, settings: &Settings) -> String {
    words(batch, settings.types_state_dir().then(|| settings.home.state_dir.to_string_lossy()).as_deref())
}

/// The same where the state directory is typed so.
pub(super) fn words(batch: BatchId, state_dir: Option<&str>) -> String {
    let state = state_dir.map(|folder| format!(" --state-dir {}", quoted(folder)));
    format!("fal-tui attach {batch}{}", state.unwrap_or_default())
}

fn goes_on(back: &str) -> String {
    format!("detached; the batch goes on: `{back}` shows it again\n")
}

/// Why there is nothing to be shown any more.
enum End {
    Gone(Gone),
    Signal(i32),
}

/// Waits for the run's end, or for a signal to this process.
async fn end_of(mut gone: tokio::task::JoinHandle<Gone>, mut signals: Ends) -> End {
    loop {
        tokio::select! {
            gone = &mut gone => return End::Gone(gone.unwrap_or(Gone::Silently)),
            // A hang-up is the dashboard's to notice, and an editor has its own Ctrl-C.
            signal = signals.next() => if signal != 1 && !(signal == 2 && tui::is_away()) {
                gone.abort();
                return End::Signal(signal);
            },
        }
    }
}

fn tell_end(end: End, pid: u32, back: &str) -> Result<u8, Failure> {
    match end {
        End::Gone(Gone::Over(Over { text, status })) => print(&text).map(|_| status),
        End::Gone(Gone::Left) => print(&goes_on(back)),
        End::Gone(Gone::Silently) => Err(Failure {
            status: 1,
            ..Failure::refusal(format!(
                "process {pid} is gone without a word: it was killed, or this machine lost it; what it recorded is kept\n\
                 hint: the same command goes on with the batch, and picks up what is at fal; `fal-tui batches` lists it"
            ))
        }),
        End::Signal(signal) => print(&goes_on(back)).map(|_| u8::try_from(128 + signal).unwrap_or(1)),
    }
}

fn not_joined(running: &Running, why: &NotJoined) -> Failure {
    let Running { batch, pid, .. } = running;
    let hint = match why {
        NotJoined::Nobody => "\nhint: `fal-tui batches` says what runs",
        NotJoined::Refused(_) | NotJoined::Mute | NotJoined::Socket(_) => "",
    };
    Failure::refusal(format!("batch {batch} runs in process {pid}, and cannot be attached to: {}{hint}", chain(why)))
}

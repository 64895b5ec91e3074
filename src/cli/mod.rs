//! The command line as typed. Nothing is decided here: `config` weighs it against the
//! environment, the config file and the defaults.

mod attach;
mod flags;
mod given;
mod keep;
mod man;
mod pages;
mod tell;
mod webhook;
mod words;
mod work;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

pub use attach::AttachFlags;
pub use flags::{
    CaptionFlags, FaceFlags, Flags, HowFlags, Options, PlaceFlags, ReportFlags, SandboxFlags, TryFlags, WhatFlags,
    WrittenFlags,
};
pub use keep::KeepFlags;
pub use man::{completions, man, man_pages};
pub use pages::{ConfigPage, SpentBy};
pub use tell::TellFlags;
pub use webhook::WebhookFlags;
use words::{ENVIRONMENT, EXAMPLES, EXIT_STATUS};
pub use work::{PlanFlags, WorkFlags};

use crate::job::{BatchId, CauseKind};

/// Send folders of photos through fal.ai: live, resumable, and never paid for twice.
///
/// Give it a folder and it shows what would be sent and what it will cost; after Enter it uploads,
/// queues, follows and saves every photo, in a dashboard on a terminal and as plain lines
/// elsewhere. Running the same command again goes on where it stopped.
#[derive(Debug, Clone, Parser)]
#[command(name = "fal-tui", version, max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, arg_required_else_help = true)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_STATUS}"))]
#[command(override_usage = "fal-tui [OPTIONS] PATH...\n       fal-tui COMMAND")]
pub struct Cli {
    /// A command, in place of paths.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to run when no command is named.
    #[command(flatten)]
    pub run: Flags,
}

/// What there is beside running a batch.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Say what would be sent, skipped and paid; spends nothing, uploads nothing.
    Plan(PlanFlags),
    /// Take part in a batch that was handed to workers, until it ends; any number of machines may.
    ///
    /// The batch was made by `fal-tui plan PATH --ledger postgres://… --enqueue`, with its cap, its window and what is
    /// written. Each worker takes jobs that nobody works on, and those of one that died; together they keep the cap and the
    /// window. SIGTERM hands its jobs back.
    Work(WorkFlags),
    /// List the batches that the ledger knows, newest first.
    Batches {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Show one batch: its jobs, causes of failure, spending.
    Show {
        /// The batch's number, from `fal-tui batches`.
        #[arg(value_parser = batch_id)]
        batch: BatchId,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Send again what failed in a batch, all of it or some.
    ///
    /// What was uploaded is used again while it is valid, and a request that is still at fal is
    /// picked up, not sent a second time.
    Retry {
        /// The batch's number, from `fal-tui batches`.
        #[arg(value_parser = batch_id)]
        batch: BatchId,
        /// Only jobs that failed for this cause. Jobs whose paid call's answer was lost are sent again
        /// only for `unknown_outcome`, if fal does not list them: they may be paid for twice.
        #[arg(long, value_name = "CAUSE", value_parser = clap::builder::PossibleValuesParser::new(CauseKind::ALL.iter().map(|kind| kind.name())))]
        only: Option<String>,
        /// Only jobs whose path or message holds this text.
        #[arg(long = "match", value_name = "TEXT")]
        text: Option<String>,
        /// How to send them.
        #[command(flatten)]
        how: HowFlags,
        /// Where to send them instead.
        #[command(flatten)]
        sandbox: SandboxFlags,
        /// Who is told.
        #[command(flatten)]
        tell: TellFlags,
        /// How to show it.
        #[command(flatten)]
        face: FaceFlags,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Open the dashboard on a batch that runs elsewhere; leaving it never touches the batch.
    ///
    /// In the background, in systemd or cron, in another terminal; with a ledger on a server also on another machine: any
    /// number of dashboards may look at one batch. Q stops it, everything else that leaves only detaches.
    Attach(AttachFlags),
    /// Go through the results of a batch over the whole screen: accept, reject, rate, redo; sends nothing by itself.
    ///
    /// Opens the dashboard on what the ledger knows. Nothing is sent or paid for unless a redo is confirmed, which says
    /// its price first. What was decided is in the ledger, in XMP where captions are XMP, and in the records.
    Review {
        /// The batch's number, from `fal-tui batches` [default: the one that was worked on last].
        #[arg(value_parser = batch_id)]
        batch: Option<BatchId>,
        /// How a redo is sent.
        #[command(flatten)]
        how: HowFlags,
        /// Where it is sent instead.
        #[command(flatten)]
        sandbox: SandboxFlags,
        /// How to show it.
        #[command(flatten)]
        face: FaceFlags,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Find results at fal whose request ids or files were lost, and save them; spends nothing.
    ///
    /// Looks through fal's own history of requests, matches each to the photos in PATH by what was
    /// sent, and saves its result where a run would have, so that the same command does not send the
    /// photo again. Give the output folder, model and parameters that the run has. It works without a
    /// ledger, on another machine, and for requests that another program made. Without PATH it saves
    /// what is missing of every batch that the ledger knows, by the uploads and requests that it knows.
    Recover {
        /// A folder of photos, walked recursively, or an image file.
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
        /// How far to look back: a date, or how long ago, such as 12h or 7d [default: 30d, as long as
        /// fal stores results].
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Save what belongs to no photo too, by its request id, into this folder.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        all: Option<PathBuf>,
        /// Only say what would be saved.
        #[arg(long)]
        dry_run: bool,
        /// If the ledger is damaged, keep it under another name and begin a new one.
        #[arg(long)]
        set_aside: bool,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// What was sent, and where results go.
        #[command(flatten)]
        what: WhatFlags,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Search the image models at fal, or show what one of them takes, gives and costs; spends nothing.
    Models {
        /// Words to search for, or a model's id.
        #[arg(value_name = "QUERY|ID")]
        query: Option<String>,
        /// Only models of this category, such as image-to-image.
        #[arg(long, value_name = "C")]
        category: Option<String>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// Whose models.
        #[command(flatten)]
        sandbox: SandboxFlags,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Say what was paid, by day, batch or model, as the ledger knows it; asks nobody but with --reconcile.
    ///
    /// What failed and was billed all the same is in it, and what a sandbox would have cost stands apart.
    Spent {
        /// From when on: a date, or how long ago, such as 12h or 7d [default: everything].
        #[arg(long, value_name = "WHEN")]
        since: Option<String>,
        /// What is added up.
        #[arg(long, value_name = "KEY", value_enum, default_value_t = SpentBy::Day)]
        by: SpentBy,
        /// Compare it with what fal billed, request by request, and list what differs; asks fal, with a key of ADMIN scope.
        ///
        /// Of the last 90 days. Ends with status 1 if something differs.
        #[arg(long, conflicts_with = "by")]
        reconcile: bool,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Write a batch's captions and reports again from the ledger; spends nothing.
    ///
    /// Captions that are missing are written, and those that a run wrote become as the flags say now. One by another hand
    /// is kept unless --caption-existing says otherwise.
    Report {
        /// The batch's number, from `fal-tui batches`.
        #[arg(value_parser = batch_id)]
        batch: BatchId,
        /// What becomes of captions.
        #[command(flatten)]
        captions: CaptionFlags,
        /// A page of the batch.
        #[command(flatten)]
        report: ReportFlags,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Serve fal on localhost until stopped, for a first try and for tests.
    ///
    /// Prints what another program must set to use it, then serves on loopback. Any key is good
    /// but those that begin with `bad`. What it saw is at `/_sandbox/stats`.
    Sandbox {
        /// The port to listen on; 0 takes a free one.
        #[arg(long, value_name = "N", default_value_t = 0)]
        port: u16,
        /// How it behaves.
        #[command(flatten)]
        shape: flags::SandboxShape,
    },
    /// Check the key, fal's hosts, the ledger, the disk and the terminal; spends nothing.
    ///
    /// Ends with the status that a run from here would end with at once, or 0.
    Doctor {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// Where state lives.
        #[command(flatten)]
        place: PlaceFlags,
    },
    /// Store a key, so that FAL_KEY need not be set.
    ///
    /// It is read from a prompt that does not show it, or from a pipe; it is never an argument, which others could see.
    /// A file that you alone may read keeps it, below the XDG data directory. FAL_KEY wins over it.
    Login {
        /// The name to store it under, for --profile [default: default].
        #[arg(long, value_name = "NAME")]
        profile: Option<String>,
    },
    /// Remove a key that was stored.
    Logout {
        /// The name that it is stored under [default: default].
        #[arg(long, value_name = "NAME")]
        profile: Option<String>,
    },
    /// Show the settings in force and where each came from.
    Config {
        /// What to show instead.
        #[command(flatten)]
        page: ConfigPage,
        /// Flags to weigh.
        #[command(flatten)]
        options: Options,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or that of a command.
    Man {
        /// The command whose page it is.
        command: Option<String>,
        /// Print the names of the commands that have a page.
        #[arg(long, conflicts_with = "command")]
        list: bool,
    },
}

impl Cli {
    /// Reads the command line of a process, its name first.
    ///
    /// # Errors
    /// Wrong usage, or a wish for help or the version: clap's error says which, prints itself and
    /// knows its exit status (2 or 0).
    pub fn read(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Self, clap::Error> {
        let cli = Self::try_parse_from(args)?;
        match cli.misplaced_command() {
            None => Ok(cli),
            Some(name) => Err(Self::command().error(
                ErrorKind::ArgumentConflict,
                format!(
                    "`{name}` is a command and stands before every flag: `fal-tui {name} …`\n\n  tip: for a folder of that name give `./{name}`"
                ),
            )),
        }
    }

    /// A command after flags reads as a path. Nobody means that, and the flags would say something
    /// about money.
    fn misplaced_command(&self) -> Option<String> {
        let first = self.run.paths.first()?.to_str()?;
        Self::command().get_subcommands().map(clap::Command::get_name).find(|name| *name == first).map(str::to_owned)
    }
}

fn batch_id(text: &str) -> Result<BatchId, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(BatchId(number)),
        _ => Err("batches are numbered from 1; see `fal-tui batches`".to_owned()),
    }
}

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;

//! The flags of `fal-tui plan` and `fal-tui work`.

use clap::Args;

use super::batch_id;
use super::flags::{FaceFlags, Flags, PlaceFlags};
use super::tell::TellFlags;
use crate::job::BatchId;

/// What is planned, and whether workers are to send it.
#[derive(Debug, Clone, Default, Args)]
pub struct PlanFlags {
    /// Hand the batch to workers: `fal-tui work` on any machine sends it. It needs a ledger on a server, and --yes or
    /// --budget.
    #[arg(long)]
    pub enqueue: bool,
    /// What is planned.
    #[command(flatten)]
    pub flags: Flags,
}

/// Which batch to take part in, and how.
#[derive(Debug, Clone, Args)]
pub struct WorkFlags {
    /// The batch's number, as `fal-tui plan --enqueue` said it.
    #[arg(value_parser = batch_id)]
    pub batch: BatchId,
    /// How fal gets a photo: upload (to its storage), data-uri (in the request itself) or url (fal fetches it)
    /// [default: upload; url for what has one].
    #[arg(long, value_name = "HOW")]
    pub send: Option<String>,
    /// Retries a job gets for causes that pass, such as timeouts [default: 3].
    #[arg(long, value_name = "N")]
    pub retries: Option<String>,
    /// Stop once so many failed [default: 20 in a row of one cause].
    #[arg(long, value_name = "N|N%")]
    pub max_failures: Option<String>,
    /// Wait while the account is locked, and go on by itself after a top-up.
    #[arg(long)]
    pub wait_for_account: bool,
    /// Who is told.
    #[command(flatten)]
    pub tell: TellFlags,
    /// How it is told.
    #[command(flatten)]
    pub face: FaceFlags,
    /// Where state lives.
    #[command(flatten)]
    pub place: PlaceFlags,
}

//! The flags of `fal-tui plan` and `fal-tui work`.

use clap::Args;

use super::batch_id;
use super::flags::{FaceFlags, Flags, PlaceFlags, TryFlags};
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
    /// How each job is sent and tried again.
    #[command(flatten)]
    pub tries: TryFlags,
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

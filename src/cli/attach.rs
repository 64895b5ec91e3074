//! The flags of `fal-tui attach`.

use clap::Args;

use super::batch_id;
use super::flags::{FaceFlags, PlaceFlags};
use crate::job::BatchId;

/// Which batch to look at, and how.
#[derive(Debug, Clone, Default, Args)]
pub struct AttachFlags {
    /// The batch's number, from `fal-tui batches` [default: the one that runs].
    #[arg(value_parser = batch_id)]
    pub batch: Option<BatchId>,
    /// Only look: keys that would change something say so, and the run refuses it, too.
    #[arg(long)]
    pub read_only: bool,
    /// How to show it.
    #[command(flatten)]
    pub face: FaceFlags,
    /// Where state lives.
    #[command(flatten)]
    pub place: PlaceFlags,
}

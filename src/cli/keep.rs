//! The flags that say what fal keeps of a batch.

use clap::Args;

/// What fal keeps. A batch remembers it for its retries.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What fal keeps")]
pub struct KeepFlags {
    /// Have fal keep neither requests nor answers.
    ///
    /// A result is there for minutes then, at most an hour: what is not fetched by then, and a paid call whose answer
    /// was lost, can neither be found by a later run nor by `recover`.
    #[arg(long)]
    pub no_store: bool,
    /// How long uploads and results stay at fal, such as 90m, 12h or 7d; from 10m to 365d [default: as the account has it].
    #[arg(long, value_name = "DURATION")]
    pub expire: Option<String>,
    /// Delete each result at fal once it is saved and whole.
    ///
    /// It needs an admin's key. Uploads fal does not delete; --expire bounds them.
    #[arg(long)]
    pub delete_after: bool,
    /// A tag that fal's usage reports show the requests under, with the batch beside it; repeatable.
    #[arg(long, value_name = "NAME=VALUE")]
    pub tag: Vec<String>,
}

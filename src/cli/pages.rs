//! What commands are asked to show.

/// What is shown in place of the settings.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag, of which one may be given")]
pub struct ConfigPage {
    /// Show the keys of the dashboard instead.
    #[arg(long)]
    pub keys: bool,
    /// Show the themes instead.
    #[arg(long)]
    pub themes: bool,
    /// Show where the config file is instead.
    #[arg(long)]
    pub path: bool,
    /// Write a config file in which every setting is explained and none is set; one that is there stays.
    #[arg(long)]
    pub init: bool,
    /// Print the JSON Schema of the events of --json instead.
    #[arg(long)]
    pub schema: bool,
}

/// What payments are added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SpentBy {
    /// The day that they were made on.
    Day,
    /// The batch that they were made for.
    Batch,
    /// The model.
    Model,
}

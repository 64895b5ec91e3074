//! The flags that say who is told of a run beside whoever looks at it.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::webhook::WebhookFlags;

/// Who is told.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Telling you")]
pub struct TellFlags {
    /// How a terminal calls you at the end, and when a run needs you: auto, bell, osc9, osc777 or none [default: auto].
    ///
    /// With auto it rings its bell, and shows a message where the environment says that it can. osc9 and osc777 ask for
    /// the message of that kind wherever it is; tmux then needs `allow-passthrough on`.
    #[arg(long, value_name = "HOW", hide_possible_values = true, value_parser = PossibleValuesParser::new(["auto", "bell", "osc9", "osc777", "none"]))]
    pub alert: Option<String>,
    /// A command for the shell, run at the end, with the summary as JSON on its standard input [default: none].
    ///
    /// It gets no key in its environment and a minute of time. That it fails is told, and changes nothing else.
    #[arg(long, value_name = "CMD")]
    pub on_finish: Option<String>,
    /// A URL to which the same JSON is sent at the end, by POST [default: none].
    ///
    /// Without the key, and never on to another host.
    #[arg(long, value_name = "URL")]
    pub notify_url: Option<String>,
    /// Whom fal tells.
    #[command(flatten)]
    pub webhook: WebhookFlags,
}

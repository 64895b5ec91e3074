//! The flags by which fal tells of requests, in place of being asked.

use clap::Args;

/// Whom fal tells.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Webhooks")]
pub struct WebhookFlags {
    /// A URL that fal tells of each request that has ended [default: none].
    ///
    /// For a service of your own: fal-tui asks fal as often as ever. It must be https, and of a host that fal can
    /// reach.
    #[arg(long, value_name = "URL", conflicts_with_all = ["listen", "public_url"])]
    pub webhook: Option<String>,
    /// Hear webhooks at an address and port, such as 127.0.0.1:8080, so that fal is asked seldom [default: off].
    ///
    /// Put a tunnel or a proxy that speaks TLS before it, and say its URL with --public-url. What fal did not sign, what
    /// is more than five minutes old and what came before is refused. While webhooks come, fal is asked about each
    /// request once a minute; where they stay away, as often as ever.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The https URL by which fal reaches --listen.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

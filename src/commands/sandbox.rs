//! The sandbox: inside this process, or served for other programs.

use std::io::{self, Write};

use crate::commands::failure::Failure;
use crate::config::{SandboxSettings, Settings};
use crate::fal::{ApiKey, Hosts, base_url};
use crate::os::Ends;
use crate::sandbox::{Options, Sandbox, Scenario};

/// Starts a sandbox as the settings say.
pub(super) async fn start(shape: &SandboxSettings, port: u16) -> Result<Sandbox, Failure> {
    let mut options = Options { port, ..Options::default() };
    if let Some(latency) = shape.latency {
        options.latency = latency;
    }
    if let Some(runners) = shape.runners {
        options.runners = usize::from(runners);
    }
    if let Some(file) = &shape.scenario {
        options.scenario = Some(Scenario::read(file)?);
    }
    Ok(Sandbox::start(options).await?)
}

/// Where a sandbox is, and a key for it.
pub(super) fn account(sandbox: &Sandbox) -> Result<(Hosts, ApiKey), Failure> {
    let url = |url: String| base_url(&url).map_err(|error| Failure::usage(&error));
    let hosts =
        Hosts { queue: url(sandbox.queue_url())?, rest: url(sandbox.rest_url())?, api: url(sandbox.api_url())? };
    Ok((hosts, ApiKey::new("sandbox").map_err(|error| Failure::usage(&error))?))
}

/// `fal-tui sandbox`: says what to set, then serves until stopped.
pub(super) async fn serve(settings: &Settings, port: u16) -> Result<u8, Failure> {
    let shape = settings.sandbox.clone().unwrap_or_default();
    let sandbox = start(&shape, port).await?;
    {
        let mut out = io::stdout().lock();
        let lines = sandbox.settings_lines();
        // Who closed the pipe may still want the server.
        let _ = out.write_all(format!("{}\n\n", lines.trim_end()).as_bytes()).and_then(|()| out.flush());
    }
    let mut signals = Ends::listen().map_err(|error| Failure::usage(&error))?;
    tokio::select! {
        () = sandbox.stopped() => {}
        _ = signals.next() => {}
    }
    Ok(0)
}

//! The sandbox: fal on localhost, speaking fal's real protocol, with a Lanczos upscaler behind it.
//!
//! It is what newcomers try without a key, what tests trust and what we measure on. All of fal's
//! hosts are on one origin, told apart by the first segment of the path: `/queue`, `/rest`, `/api`,
//! `/cdn`. It listens on loopback only, reaches out to nobody, and charges nothing.
//!
//! A call is read once (`call`), may meet a fault of the scenario, and is then answered by `upload`,
//! `cdn`, `queue` or `platform`, all on one shared `Fal`.

mod ask;
mod call;
mod cdn;
mod clock;
mod fal;
mod files;
mod listen;
mod lock;
mod model;
mod options;
mod platform;
mod queue;
mod refuse;
mod scenario;
mod serve;
mod stats;
mod subject;
#[cfg(test)]
mod tests;
mod upload;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::serve::Listener as _;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use options::Options;
pub use scenario::{Scenario, ScenarioError};

use fal::Fal;
use listen::{Cut, Loopback};

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Its port is taken or not ours to take.
    #[error("cannot listen on 127.0.0.1:{port}\nhint: `--port 0` takes a free port")]
    Listen {
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// There is no room for its files.
    #[error("cannot create a temporary folder for the sandbox's files\nhint: TMPDIR says where such folders go")]
    Folder(#[source] io::Error),
}

/// A running sandbox. It stops, and its files go, when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    origin: String,
    address: SocketAddr,
    server: JoinHandle<()>,
    _stop: DropGuard,
}

impl Sandbox {
    /// Starts a sandbox; it answers once this returns.
    ///
    /// # Errors
    /// If its port or its temporary folder cannot be had.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let port = options.port;
        let failed = |source| SandboxError::Listen { port, source };
        let listener = Loopback::bind(options.port).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let origin = options.origin.clone().unwrap_or_else(|| format!("http://{address}"));
        let stop = CancellationToken::new();
        let fal = Arc::new(Fal::new(origin.clone(), options, stop.clone()).map_err(SandboxError::Folder)?);
        let app = Router::new().fallback(serve::serve).with_state(fal).into_make_service_with_connect_info::<Cut>();
        let server = axum::serve(listener, app).with_graceful_shutdown(stop.clone().cancelled_owned());
        let server = tokio::spawn(async move {
            // It never errs: what goes wrong with a connection ends that connection.
            let _ = server.await;
        });
        Ok(Self { origin, address, server, _stop: stop.drop_guard() })
    }

    /// What clients know it by: `http://127.0.0.1:PORT`, unless something stands in front of it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What stands for `https://queue.fal.run`.
    #[must_use]
    pub fn queue_url(&self) -> String {
        format!("{}/queue", self.origin)
    }

    /// What stands for `https://rest.fal.ai`.
    #[must_use]
    pub fn rest_url(&self) -> String {
        format!("{}/rest", self.origin)
    }

    /// What stands for `https://api.fal.ai`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/api", self.origin)
    }

    /// What another program must set to use it: four lines of `VARIABLE=VALUE`.
    #[must_use]
    pub fn settings_lines(&self) -> String {
        format!(
            "FAL_KEY=sandbox\nFAL_TUI_QUEUE_URL={}\nFAL_TUI_REST_URL={}\nFAL_TUI_API_URL={}\n",
            self.queue_url(),
            self.rest_url(),
            self.api_url()
        )
    }

    /// Serves until the process is told to stop.
    pub async fn stopped(mut self) {
        // The server ends with the sandbox; a panic in it has been reported where it happened.
        let _ = (&mut self.server).await;
    }
}

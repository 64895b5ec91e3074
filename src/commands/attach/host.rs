//! A run lets others in.

use crate::attach::{About, Host, Over, Places};
use crate::commands::failure::Failure;
use crate::commands::models;
use crate::config::Settings;
use crate::engine::{Door, Summary};
use crate::fal::Fal;
use crate::headless;
use crate::job::BatchId;
use crate::os;

/// What of a run others can have.
pub(in crate::commands) struct Let<'a> {
    pub(in crate::commands) settings: &'a Settings,
    pub(in crate::commands) fal: &'a Fal,
    pub(in crate::commands) batch: BatchId,
    pub(in crate::commands) door: Door,
    /// How it is shown here, in a word.
    pub(in crate::commands) face: &'static str,
}

/// Lets others in, or says why that cannot be: a run goes on without.
pub(in crate::commands) fn open(places: &Places, run: Let<'_>) -> Result<Host, String> {
    if !os::HAS_SOCKETS {
        return Err("this system has no Unix sockets, which attaching needs".to_owned());
    }
    let (settings, fal) = (run.settings.clone(), run.fal.clone());
    let models = Box::new(move || models::serve(settings.clone(), fal.clone()));
    Host::open(places, About { face: run.face, batch: run.batch, door: run.door, models }).map_err(|error| {
        tracing::warn!(%error, "nobody can attach: there is no place for a socket");
        format!("there is no place for its socket: {error}")
    })
}

/// Tells whoever looks on how it ended.
pub(in crate::commands) async fn end(host: Option<Host>, summary: Option<&Summary>, status: Result<&u8, &Failure>) {
    let Some(host) = host else { return };
    let mut text = summary.map(headless::summary).unwrap_or_default();
    let status = match status {
        Ok(status) => *status,
        Err(failure) => {
            text = format!("{text}fal-tui: {}\n", failure.message);
            failure.status
        }
    };
    host.end(Over { text, status }).await;
}

//! Who else is told of a run's end: a command and a URL, each with the summary as JSON. What goes wrong there is told,
//! and changes nothing else.

mod command;
mod post;

use std::ffi::OsString;
use std::io::{self, Write};

use crate::config::{Environment, Settings, Telling};
use crate::job::clean;
use crate::os::Ends;

/// Who is told of a run's end.
#[derive(Debug)]
pub(super) struct Finish {
    telling: Telling,
    /// What a command finds in its environment.
    variables: Vec<(String, OsString)>,
}

impl Finish {
    pub(super) fn new(settings: &Settings, environment: &Environment) -> Self {
        let variables = environment.harmless(|text| settings.key.as_ref().is_ok_and(|key| key.is_in(text)));
        Self { telling: settings.telling.clone(), variables }
    }

    /// Tells the end of a run: `summary` is the `batch` event, and what else its end was told by, a line each. Whoever
    /// stops the process meanwhile does not wait for it.
    pub(super) async fn tell(&self, summary: &str) {
        let Telling { on_finish, notify_url, .. } = &self.telling;
        if on_finish.is_none() && notify_url.is_none() {
            return;
        }
        let command = async {
            match on_finish {
                Some(line) => command::run(line, &self.variables, summary).await,
                None => Ok(()),
            }
        };
        let post = async {
            match notify_url {
                Some(url) => post::post(url, summary).await,
                None => Ok(()),
            }
        };
        let told = async { tokio::join!(command, post) };
        let Ok(mut signals) = Ends::listen() else { return };
        let failed = tokio::select! {
            (command, post) = told => [
                command.err().map(|why| format!("--on-finish: {why}")),
                post.err().map(|why| format!("--notify-url: {why}")),
            ],
            _ = signals.next() => [Some("stopped before everybody was told of the end".to_owned()), None],
        };
        for why in failed.into_iter().flatten() {
            tracing::warn!(%why, "the end could not be told");
            let _ = writeln!(io::stderr(), "fal-tui: {}; the run itself is as said", clean(&why));
        }
    }
}

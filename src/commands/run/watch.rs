//! A run as it is shown, until it ends: whatever becomes of the face, the run ends in good order.

use std::io::{self, Write};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::face::Face;
use super::work::{Over, engine_stopped};
use crate::commands::failure::Failure;
use crate::commands::process::signals;
use crate::commands::process::streams::Streams;
use crate::commands::run::face::Beside;
use crate::engine::{Command, Event, FaceEnds, Leave};
use crate::os::Ends;
use crate::{headless, tui};

/// What became of a run, and of its face.
#[derive(Debug)]
pub(in crate::commands) struct Seen {
    pub(in crate::commands) over: Over,
    /// What has its last word to come; `None` with a dashboard, or if nobody listens any more.
    pub(in crate::commands) told: Option<headless::Told>,
    /// Why the face could not show all of it.
    pub(in crate::commands) trouble: Option<Failure>,
    /// Whether the terminal went away.
    pub(in crate::commands) hung_up: bool,
}

/// Shows the run until it ends, and sums it up.
///
/// # Errors
/// If the engine went away with all that it knew.
pub(in crate::commands) async fn watch(
    face: Face,
    signals: Ends,
    (ends, models): (FaceEnds, tui::Models),
    ended: JoinHandle<Over>,
    heard: mpsc::Receiver<Event>,
    streams: &mut Streams,
) -> Result<Seen, Failure> {
    let FaceEnds { snapshot, commands, .. } = ends;
    let clears = match &face {
        Face::Told { beside, .. } => Beside::clears(*beside),
        Face::Dashboard(_) => "",
    };
    let signals = signals::tell(signals, commands.clone(), clears);
    match face {
        Face::Told { form, color, beside } => {
            drop(snapshot);
            let told = {
                let Streams { out, err, .. } = &mut *streams;
                headless::tell(heard, Beside::manner(beside, form, color), out, err).await
            };
            // If nobody listens any more, the run ends in good order, too.
            drop(commands);
            signals.abort();
            let (told, trouble) = match told {
                Ok(told) => (told, None),
                Err(error) => (None, Some(error.into())),
            };
            let seen = seen(ended, trouble, false).await?;
            if let (None, Ok(summary)) = (&told, &seen.over.end) {
                // What is left at fal, and how to go on, must be said somewhere.
                let _ = streams.err.write_all(headless::summary(summary).as_bytes());
            }
            Ok(Seen { told, ..seen })
        }
        Face::Dashboard(options) => {
            let left = tui::run(snapshot, commands.clone(), models, *options).await;
            // Where the terminal fails, no key and perhaps no signal tells the engine to end.
            let leave = |signal| commands.send(Command::Quit { leave: Leave::Running, signal });
            let trouble = match left {
                Ok(tui::Left::AtOnce { signal }) => signals::end(signal),
                Ok(tui::Left::HungUp) => {
                    drop(leave(Some(1)).await);
                    return seen(ended, None, true).await;
                }
                Ok(tui::Left::Ended | tui::Left::Quit { .. } | tui::Left::Detached) => None,
                Err(error) => {
                    drop(leave(None).await);
                    Some(error.into())
                }
            };
            let seen = seen(ended, trouble, false).await?;
            signals.abort();
            if let Ok(summary) = &seen.over.end {
                let text = headless::summary(summary);
                // Whoever closed the window in the meantime does not miss it.
                let _ = match seen.trouble {
                    Some(_) => io::stderr().write_all(text.as_bytes()),
                    None => io::stdout().write_all(text.as_bytes()),
                };
            }
            Ok(seen)
        }
    }
}

async fn seen(ended: JoinHandle<Over>, trouble: Option<Failure>, hung_up: bool) -> Result<Seen, Failure> {
    let over = ended.await.map_err(|error| engine_stopped(&error))?;
    Ok(Seen { over, told: None, trouble, hung_up })
}

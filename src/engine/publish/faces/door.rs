//! The way in for further faces.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use crate::engine::command::{Access, Command};
use crate::engine::snapshot::Snapshot;

/// What a face needs of an engine. It outlasts one: a batch may go on as another.
#[derive(Debug)]
pub struct FaceEnds {
    /// The newest snapshot.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// Where to send commands.
    pub commands: mpsc::Sender<Command>,
    /// The way in for others.
    pub door: Door,
}

/// A new face's ends of its two channels.
type Ends = (watch::Receiver<Arc<Snapshot>>, mpsc::Sender<Command>);

/// The way in for further faces, as long as the run lasts.
#[derive(Debug, Clone)]
pub struct Door(mpsc::Sender<Knock>);

/// Somebody who wants to be a face.
#[derive(Debug)]
pub(in crate::engine) struct Knock {
    pub(in crate::engine) access: Access,
    answer: oneshot::Sender<Ends>,
}

impl Door {
    pub(super) fn new(knocks: mpsc::Sender<Knock>) -> Self {
        Self(knocks)
    }

    /// Comes in as a further face; `None` once the run is over. Going is dropping what it gives.
    pub async fn join(&self, access: Access) -> Option<FaceEnds> {
        let (answer, ends) = oneshot::channel();
        self.0.send(Knock { access, answer }).await.ok()?;
        let (snapshot, commands) = ends.await.ok()?;
        Some(FaceEnds { snapshot, commands, door: self.clone() })
    }
}

impl Knock {
    /// Lets them in.
    pub(in crate::engine) fn open(self, ends: Ends) {
        // Who has gone again is noticed by that.
        drop(self.answer.send(ends));
    }
}

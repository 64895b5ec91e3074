//! The run's end: whoever connects and speaks as this version does becomes a face of the run. Each has a task of its own,
//! so that one that reads nothing holds back neither the run nor another.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::frame;
use super::message::{Answer, FromGuest, HELLO, Hello, Over, ToGuest, VERSION, Welcome};
use super::place::Places;
use crate::engine::snapshot::Snapshot;
use crate::engine::{Access, Door, FaceEnds};
use crate::job::BatchId;
use crate::os;
use crate::tui::{Finds, Models};

/// Guests at once; each takes an open file.
const MOST: usize = 32;
/// How long a hello is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// After this long without news a guest hears that the run is there.
const THERE: Duration = Duration::from_secs(5);
/// How long the end waits for guests to take its last words.
const LAST: Duration = Duration::from_secs(1);

/// Finds models for one more face.
type Finder = Box<dyn Fn() -> Models + Send + Sync>;

/// What guests need of a run.
pub struct About {
    /// How it is shown where it runs, in a word.
    pub face: &'static str,
    /// The batch that it begins with.
    pub batch: BatchId,
    /// The way to its engine.
    pub door: Door,
    /// Finds models for one more face.
    pub models: Finder,
}

impl std::fmt::Debug for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("About").field("face", &self.face).field("batch", &self.batch).finish_non_exhaustive()
    }
}

/// A run that others may look at.
#[derive(Debug)]
pub struct Host {
    path: PathBuf,
    over: watch::Sender<Option<Over>>,
    serving: JoinHandle<()>,
}

impl Host {
    /// Begins to listen.
    ///
    /// # Errors
    /// If there is no place for a socket that only its owner may open.
    pub fn open(places: &Places, about: About) -> io::Result<Self> {
        let (listener, path) = places.listen()?;
        let (over, ends) = watch::channel(None);
        Ok(Self { path, over, serving: tokio::spawn(serve(listener, Arc::new(about), ends)) })
    }

    /// Tells every guest how it ended, and listens no more.
    pub async fn end(mut self, over: Over) {
        self.over.send_replace(Some(over));
        // One that died has told nothing.
        drop((&mut self.serving).await);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.serving.abort();
        // It is cleared away by the next run else.
        drop(std::fs::remove_file(&self.path));
    }
}

async fn serve(listener: os::Listener, about: Arc<About>, mut over: watch::Receiver<Option<Over>>) {
    let mut guests = JoinSet::new();
    let ends = over.clone();
    loop {
        let come = tokio::select! {
            come = listener.accept() => come,
            Some(_) = guests.join_next() => continue,
            _ = over.changed() => break,
        };
        match come {
            Ok(stream) => {
                let (about, ends, is_full) = (Arc::clone(&about), ends.clone(), guests.len() >= MOST);
                guests.spawn(async move {
                    match guest(stream, &about, ends, is_full).await {
                        Ok(()) => tracing::debug!("somebody who was attached has gone"),
                        Err(error) => tracing::warn!(%error, "somebody who was attached is let go"),
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "nobody is let in");
                // Where there are no more open files there may be some in a moment.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    let all_gone = async { while guests.join_next().await.is_some() {} };
    drop(timeout(LAST, all_gone).await);
}

/// Serves one guest until one of both goes.
async fn guest(
    stream: os::Stream,
    about: &About,
    over: watch::Receiver<Option<Over>>,
    is_full: bool,
) -> io::Result<()> {
    let (mut from, mut to) = tokio::io::split(stream);
    let hello = timeout(PATIENCE, frame::read::<Hello>(&mut from, HELLO)).await;
    // Who looks whether anybody listens says nothing.
    let Some(hello) = hello.map_err(|_| io::Error::new(ErrorKind::TimedOut, "it said nothing"))?? else {
        return Ok(());
    };
    let refused = hello.foreign().or_else(|| is_full.then(|| format!("{MOST} are attached already")));
    let ends = match refused {
        Some(why) => Err(why),
        None => about.door.join(hello.access).await.ok_or_else(|| "the run is ending".to_owned()),
    };
    let answer = |refused, welcome| Answer { version: VERSION.to_owned(), refused, welcome };
    let ends = match ends {
        Ok(ends) => ends,
        Err(why) => {
            frame::write(&mut to, &answer(Some(why.clone()), None)).await?;
            return Err(io::Error::new(ErrorKind::PermissionDenied, why));
        }
    };
    let welcome = Welcome { pid: std::process::id(), face: about.face.to_owned(), batch: about.batch };
    frame::write(&mut to, &answer(None, Some(welcome))).await?;
    tracing::info!(read_only = hello.access == Access::ReadOnly, "somebody has attached");

    let FaceEnds { snapshot, commands, .. } = ends;
    let Models { ask, found } = (about.models)();
    let listen = async {
        while let Some(asked) = frame::read(&mut from, frame::LONGEST).await? {
            match asked {
                // Once the engine is over there is nobody to ask: the last words are on their way.
                FromGuest::Ask(command) => drop(commands.send(command).await),
                FromGuest::Find(search) => drop(ask.send(search)),
            }
        }
        Ok(())
    };
    tokio::select! {
        gone = listen => gone,
        told = tell(&mut to, snapshot, found, over) => told,
    }
}

/// Tells a guest how it goes, only ever the newest, and in the end how it ended.
async fn tell(
    to: &mut (impl AsyncWrite + Unpin),
    mut snapshot: watch::Receiver<Arc<Snapshot>>,
    mut found: mpsc::Receiver<Finds>,
    mut over: watch::Receiver<Option<Over>>,
) -> io::Result<()> {
    snapshot.mark_changed();
    loop {
        let news = tokio::select! {
            changed = snapshot.changed() => match changed {
                Ok(()) => ToGuest::Snapshot(Arc::clone(&snapshot.borrow_and_update())),
                Err(_) => break,
            },
            Some(finds) = found.recv() => ToGuest::Found(finds),
            () = sleep(THERE) => ToGuest::There,
        };
        frame::write(to, &news).await?;
    }
    // The engine is over: what is left is written down, and then it is told.
    loop {
        let told = tokio::select! {
            word = over.wait_for(Option::is_some) => match word {
                Ok(word) => word.clone().map_or(ToGuest::There, ToGuest::Over),
                Err(_) => return Ok(()),
            },
            () = sleep(THERE) => ToGuest::There,
        };
        frame::write(to, &told).await?;
        if matches!(told, ToGuest::Over(_)) {
            return Ok(());
        }
    }
}

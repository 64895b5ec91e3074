//! The other end: a run in another process, with the ends that a face has of one in its own.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::frame;
use super::message::{Answer, FromGuest, HELLO, Hello, Over, ToGuest, VERSION, Welcome};
use crate::engine::snapshot::{Notice, NoticeKind, Snapshot};
use crate::engine::{Access, Command};
use crate::job::clean;
use crate::os;
use crate::tui::{Finds, Models, Search};

/// How long a run may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// After this long without a word it is said that there was none; a run says something every five seconds.
const SILENT: Duration = Duration::from_secs(12);
/// Commands that may wait, as for a face in the run's own process.
const COMMANDS: usize = 64;

/// A run in another process, and the ends of a face of it.
#[derive(Debug)]
pub struct Joined {
    /// Which run it is.
    pub welcome: Welcome,
    /// The newest snapshot.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// Where to send commands.
    pub commands: mpsc::Sender<Command>,
    /// The way to models.
    pub models: Models,
    /// Says how it went once one of both has gone.
    pub gone: JoinHandle<Gone>,
}

/// Why a guest is none any more.
#[derive(Debug, PartialEq, Eq)]
pub enum Gone {
    /// The run has ended.
    Over(Over),
    /// The run went without a word: it was killed.
    Silently,
    /// The face went.
    Left,
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum NotJoined {
    /// Nobody listens there any more.
    #[error("nobody listens there any more")]
    Nobody,
    /// The run does not want this guest.
    #[error("{0}")]
    Refused(String),
    /// It does not answer.
    #[error("it does not answer: it may be stopped, or busy with a disk that does not answer")]
    Mute,
    /// The socket cannot be used.
    #[error("its socket cannot be used")]
    Socket(#[source] io::Error),
}

impl From<io::Error> for NotJoined {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => Self::Nobody,
            _ => Self::Socket(error),
        }
    }
}

type Reading = tokio::io::ReadHalf<os::Stream>;
type Writing = tokio::io::WriteHalf<os::Stream>;

/// Becomes a face of the run that listens there.
///
/// # Errors
/// If nobody does, or whoever does not let us in.
pub async fn join(path: &Path, access: Access) -> Result<Joined, NotJoined> {
    let (from, to, welcome, first) = timeout(PATIENCE, enter(path, access)).await.map_err(|_| NotJoined::Mute)??;
    let (snapshots, snapshot) = watch::channel(first);
    let (commands, asked) = mpsc::channel(COMMANDS);
    let (ask, searches) = watch::channel(Search::default());
    let (finds, found) = mpsc::channel(4);
    let ends = Ends { snapshots, finds, asked, searches, look: None };
    let way = Way { path: path.to_owned(), access, pid: welcome.pid };
    let gone = tokio::spawn(pass_on(way, ends, from, to));
    Ok(Joined { welcome, snapshot, commands, models: Models { ask, found }, gone })
}

/// Says hello, and gives what is said back, with the first snapshot.
async fn enter(path: &Path, access: Access) -> Result<(Reading, Writing, Welcome, Arc<Snapshot>), NotJoined> {
    let (mut from, mut to) = tokio::io::split(os::connect(path).await?);
    frame::write(&mut to, &Hello::new(access)).await?;
    let answer: Answer = frame::read(&mut from, HELLO).await?.ok_or(NotJoined::Nobody)?;
    if let Some(why) = answer.refused {
        return Err(NotJoined::Refused(clean(&why).into_owned()));
    }
    if answer.version != VERSION {
        let other = clean(&answer.version).into_owned();
        return Err(NotJoined::Refused(format!("the run is of fal-tui {other}, and this is {VERSION}")));
    }
    let welcome = answer.welcome.ok_or_else(|| NotJoined::Refused("it lets nobody in".to_owned()))?;
    loop {
        match frame::read(&mut from, frame::LONGEST).await?.ok_or(NotJoined::Nobody)? {
            ToGuest::Snapshot(first) => return Ok((from, to, welcome, first)),
            ToGuest::Over(_) => return Err(NotJoined::Nobody),
            ToGuest::Found(_) | ToGuest::There => {}
        }
    }
}

/// How to get there again.
struct Way {
    path: PathBuf,
    access: Access,
    pid: u32,
}

/// The ends of a face's channels that are not the face's.
struct Ends {
    snapshots: watch::Sender<Arc<Snapshot>>,
    finds: mpsc::Sender<Finds>,
    asked: mpsc::Receiver<Command>,
    searches: watch::Receiver<Search>,
    /// What was looked at last.
    look: Option<Command>,
}

/// Passes on what both say until one has gone. A connection that was lost while the run lives, as when this process was
/// stopped for a while, is made again.
async fn pass_on(way: Way, mut ends: Ends, mut from: Reading, mut to: Writing) -> Gone {
    loop {
        let since = Instant::now();
        let (snapshots, finds, look) = (ends.snapshots.clone(), ends.finds.clone(), &mut ends.look);
        let gone = tokio::select! {
            heard = hear(&mut from, &snapshots, &finds, way.pid) => heard,
            () = say(&mut to, &mut ends.asked, &mut ends.searches, look) => Some(Gone::Left),
        };
        if let Some(gone) = gone {
            return gone;
        }
        // Where it is lost at once, another would be, too.
        if since.elapsed() < PATIENCE {
            return Gone::Silently;
        }
        let Ok(Ok(again)) = timeout(PATIENCE, enter(&way.path, way.access)).await else { return Gone::Silently };
        (from, to) = (again.0, again.1);
        let is_asked = match &ends.look {
            Some(look) => frame::write(&mut to, &FromGuest::Ask(look.clone())).await.is_ok(),
            None => true,
        };
        if !is_asked {
            return Gone::Silently;
        }
    }
}

/// Takes in what the run says; gives why it has gone, or nothing if the connection was lost.
async fn hear(
    from: &mut (impl AsyncRead + Unpin),
    snapshots: &watch::Sender<Arc<Snapshot>>,
    finds: &mpsc::Sender<Finds>,
    pid: u32,
) -> Option<Gone> {
    let (word, mut heard) = watch::channel(());
    let take_in = async {
        let mut newest = None;
        loop {
            let Ok(Some(said)) = frame::read(from, frame::LONGEST).await else { return None };
            word.send_replace(());
            match said {
                ToGuest::Snapshot(snapshot) => {
                    newest = Some(Arc::clone(&snapshot));
                    snapshots.send_replace(snapshot);
                }
                // A run that was stopped for a while is there again.
                ToGuest::There => drop(newest.clone().map(|newest| snapshots.send_replace(newest))),
                // A picker that is closed has nobody who wants it.
                ToGuest::Found(found) => drop(finds.send(found).await),
                ToGuest::Over(over) => return Some(Gone::Over(over)),
            }
        }
    };
    let watch_silence = async {
        loop {
            match timeout(SILENT, heard.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => std::future::pending().await,
                Err(_) => {
                    snapshots.send_modify(|snapshot| Arc::make_mut(snapshot).notice = Some(silence(pid)));
                    // Until it says something there is nothing more to say.
                    if heard.changed().await.is_err() {
                        sleep(Duration::MAX).await;
                    }
                }
            }
        }
    };
    tokio::select! {
        gone = take_in => gone,
        never = watch_silence => never,
    }
}

fn silence(pid: u32) -> Notice {
    Notice {
        kind: NoticeKind::Waiting,
        message: format!("process {pid} has said nothing for {} s: this is how it stood then", SILENT.as_secs()),
        action: "it may be stopped; nothing is lost by leaving".to_owned(),
    }
}

/// Passes on what the face asks until it goes.
async fn say(
    to: &mut (impl AsyncWrite + Unpin),
    asked: &mut mpsc::Receiver<Command>,
    searches: &mut watch::Receiver<Search>,
    look: &mut Option<Command>,
) {
    loop {
        let said = tokio::select! {
            command = asked.recv() => match command {
                Some(command) => {
                    if matches!(command, Command::Look(_)) {
                        *look = Some(command.clone());
                    }
                    FromGuest::Ask(command)
                }
                None => return,
            },
            Ok(()) = searches.changed() => FromGuest::Find(searches.borrow_and_update().clone()),
        };
        if frame::write(to, &said).await.is_err() {
            // Whoever reads notices it, too, and says why.
            std::future::pending::<()>().await;
        }
    }
}

//! A batch that other processes work on: what comes of it, and where orders to them go.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::engine::command::Command;
use crate::engine::snapshot::{Notice, NoticeKind, Phase, Worker};
use crate::intake::Arrival;
use crate::job::{Job, JobId, Spent, Timestamp, plural};
use crate::ledger::{Part, Standing, Writer};

/// What an engine lives on.
#[derive(Debug)]
pub enum Feed {
    /// Photos as they are found; it ends when all are, and where folders are watched never.
    Photos(mpsc::Receiver<Arrival>),
    /// Jobs of a batch that many work on, as this process takes them, and what of the window is its own.
    Taken(mpsc::Receiver<Arrival>, Part),
    /// What others do with a batch: nothing is done here.
    Others(Watching),
}

/// The ends of an engine that only shows what others do.
#[derive(Debug)]
pub struct Watching {
    /// What is seen of them.
    pub sightings: mpsc::Receiver<Sighting>,
    /// Where what a person asks goes.
    pub orders: mpsc::Sender<Command>,
}

/// Something that is seen of a batch that others work on.
#[derive(Debug)]
pub enum Sighting {
    /// How it stands now.
    Stand(Box<Stand>),
    /// Nothing is to be seen: why, in words.
    Away(String),
    /// What became of something that a person asked.
    Told(String),
}

/// How a batch stands that others work on.
#[derive(Debug, Default)]
pub struct Stand {
    /// Jobs as they stand now, that may stand otherwise than before.
    pub jobs: Vec<Job>,
    /// What was paid beside what stands with jobs' results.
    pub besides: Spent,
    /// Who works on it.
    pub workers: Vec<Worker>,
    /// What holds for all of them, whoever works on it.
    pub standing: Standing,
}

/// What came over a [`Feed`]; `None` where nothing more will.
#[derive(Debug)]
pub(in crate::engine) enum Came {
    Arrival(Option<Arrival>),
    Sighting(Option<Sighting>),
}

impl Feed {
    /// What comes next. Photos wait in front until those before them are mostly in the ledger.
    pub(in crate::engine) async fn next(&mut self, writer: &Writer) -> Came {
        match self {
            Self::Photos(found) | Self::Taken(found, _) => {
                writer.room().await;
                Came::Arrival(found.recv().await)
            }
            Self::Others(watching) => Came::Sighting(watching.sightings.recv().await),
        }
    }

    /// What is known of the others, if it is about them.
    pub(in crate::engine) fn observed(&self) -> Option<Observed> {
        let Self::Others(watching) = self else { return None };
        Some(Observed::to(watching.orders.clone()))
    }

    /// What is this process's, of a batch that many work on.
    pub(in crate::engine) fn part(&self) -> Option<Part> {
        let Self::Taken(_, part) = self else { return None };
        Some(part.clone())
    }

    /// The photos that still come.
    pub(in crate::engine) fn photos(self) -> mpsc::Receiver<Arrival> {
        match self {
            Self::Photos(found) | Self::Taken(found, _) => found,
            Self::Others(_) => mpsc::channel(1).1,
        }
    }
}

/// What is known of those who work on the batch.
#[derive(Debug)]
pub(in crate::engine) struct Observed {
    /// Where what a person asks goes.
    pub(in crate::engine) orders: mpsc::Sender<Command>,
    pub(in crate::engine) workers: Arc<Vec<Worker>>,
    /// What of the totals is no job's.
    pub(in crate::engine) besides: Spent,
    /// What holds for who begins, too.
    pub(in crate::engine) standing: Standing,
    /// Why nothing is to be seen, and since when.
    pub(in crate::engine) away: Option<(Timestamp, String)>,
    /// Jobs that were seen before one with a lower number.
    pub(in crate::engine) early: BTreeMap<JobId, Job>,
}

impl Observed {
    fn to(orders: mpsc::Sender<Command>) -> Self {
        Self {
            orders,
            workers: Arc::default(),
            besides: Spent::NOTHING,
            standing: Standing::default(),
            away: None,
            early: BTreeMap::new(),
        }
    }

    /// Those who are heard of.
    pub(in crate::engine) fn at_work(&self) -> impl Iterator<Item = &Worker> {
        self.workers.iter().filter(|worker| !worker.is_lost)
    }

    /// What the batch does while it has not ended: it is held where all are.
    pub(in crate::engine) fn phase(&self) -> Phase {
        let asked = self.standing.paused.then_some("by a person");
        // Who has not said a word yet does what was asked.
        let held = |worker: &Worker| match &worker.word {
            Some(word) => word.paused.clone(),
            None => asked.map(str::to_owned),
        };
        let mut all = self.at_work().map(held);
        let first = all.next().unwrap_or(asked.map(str::to_owned));
        match first {
            Some(why) if all.all(|other| other.is_some()) => Phase::Paused(why),
            _ => Phase::Running,
        }
    }

    /// What needs a person, or what is waited for; so many photos have not ended.
    pub(in crate::engine) fn notice(&self, left: usize) -> Option<Notice> {
        if let Some((_, why)) = &self.away {
            let message = format!("what is shown is no longer new: {why}");
            let action = "it is asked again, and goes on by itself".to_owned();
            return Some(Notice { kind: NoticeKind::LedgerAway, message, action });
        }
        let mut told = self.at_work().filter_map(|worker| Some((worker, worker.word.as_ref()?.notice.clone()?)));
        if let Some((worker, notice)) = told.next() {
            let alone = self.at_work().nth(1).is_none();
            let message = if alone { notice.message } else { format!("{}: {}", worker.host, notice.message) };
            return Some(Notice { message, ..notice });
        }
        if self.at_work().next().is_some() || left == 0 {
            return None;
        }
        let photos = plural(left, "photo waits", "photos wait");
        let lost = if self.workers.is_empty() { "nobody works on it" } else { "nobody is heard of who works on it" };
        let paused = if self.standing.paused { ", and whoever begins is paused" } else { "" };
        let message = format!("{lost}: {photos}{paused}");
        let action = match self.standing.window {
            Some(_) => "`fal-tui work` goes on with it, on any machine",
            None => "the command that began it goes on with it",
        };
        let action = action.to_owned();
        Some(Notice { kind: NoticeKind::Unattended, message, action })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::snapshot::Word;

    fn worker(paused: Option<&str>, is_lost: bool) -> Worker {
        let word = Some(Word { paused: paused.map(str::to_owned), ..Word::default() });
        Worker { host: "far".to_owned(), pid: 7, began: Timestamp(0), heard: Timestamp(0), is_lost, word }
    }

    #[test]
    fn a_batch_is_held_where_all_who_are_heard_of_are() {
        let seen = |workers: Vec<Worker>| Observed { workers: workers.into(), ..Observed::to(mpsc::channel(1).0) };
        let held = |why: &str| Phase::Paused(why.to_owned());
        assert_eq!(seen(vec![]).phase(), Phase::Running, "a pause can be asked for");
        assert_eq!(
            Observed { standing: Standing { paused: true, ..Standing::default() }, ..seen(vec![]) }.phase(),
            held("by a person")
        );
        assert_eq!(
            seen(vec![worker(Some("cap reached"), false), worker(Some("disk"), false)]).phase(),
            held("cap reached")
        );
        assert_eq!(seen(vec![worker(Some("cap reached"), false), worker(None, false)]).phase(), Phase::Running);
        assert_eq!(seen(vec![worker(Some("disk"), false), worker(None, true)]).phase(), held("disk"));
        let mute = || vec![Worker { word: None, ..worker(None, false) }];
        assert_eq!(seen(mute()).phase(), Phase::Running);
        assert_eq!(
            Observed { standing: Standing { paused: true, ..Standing::default() }, ..seen(mute()) }.phase(),
            held("by a person")
        );
        let nobody = seen(vec![worker(None, true)]).notice(3).unwrap();
        assert!(nobody.message.contains("3 photos wait"), "{nobody:?}");
        assert_eq!(seen(vec![]).notice(0), None);
    }
}

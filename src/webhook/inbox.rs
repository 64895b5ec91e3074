//! What has been heard, for whoever follows requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::job::RequestId;

/// What may lie unread. What is beyond it is found by asking fal, as without webhooks.
const MOST: usize = 4096;

/// Why a webhook was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not signed by fal.
    Forged,
    /// Its time is more than five minutes off.
    Late,
    /// It was heard before, to the letter.
    Replayed,
    /// It is too long, broke off, or came too slowly.
    Unread,
    /// fal's keys could not be had, so that nobody can tell.
    Unsure,
}

/// How many webhooks came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Signed by fal, in time, and not heard before.
    pub heard: u64,
    /// Not signed by fal.
    pub forged: u64,
    /// Too old, or from the future.
    pub late: u64,
    /// Heard before, to the letter.
    pub replayed: u64,
    /// Too long, too slow, or broken off.
    pub unread: u64,
    /// Not held against fal's keys, which could not be had.
    pub unsure: u64,
}

impl Counts {
    /// How many were not believed.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.forged + self.late + self.replayed + self.unread + self.unsure
    }

    /// What became of those that were not believed, as `2 forged, 1 late`; nothing if there are none.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = [
            (self.forged, "forged"),
            (self.late, "late"),
            (self.replayed, "replayed"),
            (self.unread, "unreadable"),
            (self.unsure, "that could not be checked"),
        ];
        let told: Vec<_> =
            parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
        told.join(", ")
    }

    fn refuse(&mut self, why: Refusal) {
        let count = match why {
            Refusal::Forged => &mut self.forged,
            Refusal::Late => &mut self.late,
            Refusal::Replayed => &mut self.replayed,
            Refusal::Unread => &mut self.unread,
            Refusal::Unsure => &mut self.unsure,
        };
        *count += 1;
    }
}

/// What has been heard since it was last looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// Requests that have ended, each by the ids that fal gave it. They may be anybody's.
    pub ended: Vec<Vec<RequestId>>,
    /// All that was counted since the beginning.
    pub counts: Counts,
}

/// What has been heard. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Inbox(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    lies: Mutex<Lies>,
    came: Notify,
}

#[derive(Debug, Default)]
struct Lies {
    ended: VecDeque<Vec<RequestId>>,
    counts: Counts,
    is_new: bool,
}

impl Inbox {
    /// A request has ended, which has these ids.
    pub fn put(&self, ids: Vec<RequestId>) {
        let mut lies = self.lies();
        lies.counts.heard += 1;
        lies.is_new = true;
        if lies.ended.len() >= MOST {
            lies.ended.pop_front();
        }
        lies.ended.push_back(ids);
        drop(lies);
        self.0.came.notify_one();
    }

    /// One was not believed.
    pub fn refuse(&self, why: Refusal) {
        let mut lies = self.lies();
        lies.counts.refuse(why);
        lies.is_new = true;
        drop(lies);
        self.0.came.notify_one();
    }

    /// What is new, once something is. May be dropped and called again.
    pub async fn news(&self) -> News {
        loop {
            if let Some(news) = self.take() {
                return news;
            }
            self.0.came.notified().await;
        }
    }

    /// All that was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lies().counts
    }

    fn take(&self) -> Option<News> {
        let mut lies = self.lies();
        std::mem::take(&mut lies.is_new).then(|| News { ended: lies.ended.drain(..).collect(), counts: lies.counts })
    }

    fn lies(&self) -> MutexGuard<'_, Lies> {
        // Each change is whole by itself.
        self.0.lies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> Vec<RequestId> {
        vec![RequestId::new(&format!("r-{n}")).unwrap()]
    }

    #[tokio::test]
    async fn what_nobody_reads_does_not_grow_for_ever_and_the_newest_stays() {
        let inbox = Inbox::default();
        for n in 0..MOST + 3 {
            inbox.put(id(n));
        }
        inbox.refuse(Refusal::Late);
        let news = inbox.clone().news().await;
        assert_eq!((news.ended.len(), news.ended.last()), (MOST, Some(&id(MOST + 2))));
        assert_eq!((news.counts.heard, news.counts.refused()), (4099, 1));
        assert_eq!(news.counts.words(), "1 late");
        let nothing = tokio::time::timeout(std::time::Duration::from_millis(5), inbox.news()).await;
        assert!(nothing.is_err(), "{nothing:?}");
    }
}

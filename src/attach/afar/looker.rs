//! Who looks on at a batch that others work on: it is read again every second, and what a person asks is left for them.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::word;
use crate::engine::{Clock, Command, Sighting, Stand, Watching, first_line, order_of, what_became};
use crate::job::BatchId;
use crate::ledger::{Changes, Ledger, LedgerError, Mark};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(1);
/// The same while an answer is expected, and for how long.
const SOON: Duration = Duration::from_millis(250);
const EXPECTING: Duration = Duration::from_secs(3);
/// How often it is said that somebody looks on.
const BEAT: Duration = Duration::from_secs(5);
/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(12);
/// Orders that may wait.
const ORDERS: usize = 16;

/// Looks on at a batch from a mark on, until nobody wants to see any more.
#[must_use]
pub fn look_on(ledger: Ledger, batch: BatchId, may_answer: bool, mark: Mark) -> Watching {
    let (see, sightings) = mpsc::channel(2);
    let (orders, asked) = mpsc::channel(ORDERS);
    let looker = Looker { ledger, batch, may_answer, mark, clock: Clock::start(), number: None, said: None };
    tokio::spawn(looker.run(see, asked));
    Watching { sightings, orders }
}

struct Looker {
    ledger: Ledger,
    batch: BatchId,
    may_answer: bool,
    mark: Mark,
    clock: Clock,
    /// Under which number it was said that somebody looks on, and when.
    number: Option<i64>,
    said: Option<Instant>,
}

impl Looker {
    async fn run(mut self, see: mpsc::Sender<Sighting>, mut asked: mpsc::Receiver<Command>) {
        let (mut due, mut expecting) = (Instant::now(), Instant::now());
        loop {
            tokio::select! {
                () = see.closed() => return,
                Some(command) = asked.recv() => {
                    if let Some(told) = self.pass_on(&command).await
                        && see.send(Sighting::Told(told)).await.is_err()
                    {
                        return;
                    }
                    expecting = Instant::now() + EXPECTING;
                    due = Instant::now() + SOON;
                }
                () = sleep_until(due) => {
                    let sighting = match timeout(PATIENCE, self.look()).await {
                        Ok(Ok(stand)) => Sighting::Stand(Box::new(stand)),
                        Ok(Err(error)) => Sighting::Away(first_line(&error)),
                        Err(_) => Sighting::Away("the ledger's server does not answer".to_owned()),
                    };
                    if see.send(sighting).await.is_err() {
                        return;
                    }
                    due = Instant::now() + if Instant::now() < expecting { SOON } else { LOOK };
                }
            }
        }
    }

    async fn look(&mut self) -> Result<Stand, LedgerError> {
        if self.said.is_none_or(|at| at.elapsed() >= BEAT) {
            self.number = Some(self.ledger.look_on(self.batch, self.number, self.may_answer).await?);
            self.said = Some(Instant::now());
        }
        let Changes { mark, jobs, besides, workers, standing } =
            self.ledger.changes(self.batch, Some(self.mark)).await?;
        self.mark = mark;
        let now = self.clock.now();
        let workers = workers.into_iter().map(|seen| word::worker(seen, now)).collect();
        Ok(Stand { jobs, besides, workers, standing })
    }

    /// Leaves an order; what is to be said of it, if it is not as it should be.
    async fn pass_on(&self, command: &Command) -> Option<String> {
        let Some(order) = order_of(command) else { return Some("that cannot be passed on".to_owned()) };
        match timeout(PATIENCE, self.ledger.order(self.batch, &order)).await {
            Ok(placed) => what_became(command, self.batch, placed),
            Err(_) => Some("the ledger's server does not answer: it may not be done".to_owned()),
        }
    }
}

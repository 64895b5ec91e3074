//! Beside a run on a shared ledger: it tells those who look on how it goes, and does what they ask, by a face of the run
//! like any other.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use super::word;
use crate::engine::snapshot::{Phase, Snapshot};
use crate::engine::{Access, Command, Door, FaceEnds};
use crate::job::BatchId;
use crate::ledger::{Kind, Ledger, LedgerError, Order, Post, Slip};

/// How often it says how it goes where nobody looks on, and looks for orders of which it was not told.
const BEAT: Duration = Duration::from_secs(5);
/// The same where somebody does.
const LIVELY: Duration = Duration::from_secs(1);
/// How soon it says what came of an order.
const AFTER: Duration = Duration::from_millis(150);

/// Tells how a run goes and takes orders to it, for as long as it is kept.
#[derive(Debug)]
pub struct Clerk(AbortHandle);

impl Drop for Clerk {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Clerk {
    /// Begins; it ends by itself with the run.
    #[must_use]
    pub fn begin(ledger: Ledger, post: Post, door: Door) -> Self {
        let pause = if post.standing.paused { Pause::Asked } else { Pause::Off };
        let desk = Desk { ledger, post, door, face: None, pause, said: None };
        Self(tokio::spawn(desk.serve()).abort_handle())
    }
}

/// How far a pause has come that was asked for from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Off,
    /// The run was told.
    Asked,
    /// It was seen to be paused; where it is not any more, a person at it goes on.
    Held,
}

struct Desk {
    ledger: Ledger,
    post: Post,
    door: Door,
    /// A face of the run, while it is needed: who could answer keeps a run from ending that waits for a word, and
    /// where nobody looks on no snapshots need be made.
    face: Option<(Access, FaceEnds)>,
    pause: Pause,
    /// What was said last, and when.
    said: Option<(Instant, String)>,
}

impl Desk {
    async fn serve(mut self) {
        while let Some((access, ends)) = self.face(Access::ReadOnly).await {
            let snapshot = Arc::clone(&ends.snapshot.borrow());
            self.face = Some((access, ends));
            let wait = match self.look(&snapshot).await {
                Ok(slip) => match self.heed(slip, &snapshot).await {
                    Some(wait) => wait,
                    None => return,
                },
                Err(error) => {
                    tracing::debug!(%error, "those who look on are told nothing");
                    LIVELY
                }
            };
            tokio::select! {
                () = self.post.rung() => {}
                () = sleep(wait) => {}
            }
        }
    }

    /// A face that may do as much at least; none once the run is over.
    async fn face(&mut self, access: Access) -> Option<(Access, FaceEnds)> {
        match self.face.take() {
            Some((held, ends)) if held == Access::Full || held == access => Some((held, ends)),
            _ => Some((access, self.door.join(access).await?)),
        }
    }

    /// Says how it goes, unless that was just said, and takes what came.
    async fn look(&mut self, snapshot: &Snapshot) -> Result<Slip, LedgerError> {
        // On the plan a person can make it another batch.
        if self.post.batch != snapshot.batch.id
            && let Some(post) = self.ledger.post(snapshot.batch.id).await?
        {
            (self.post, self.said, self.pause) = (post, None, Pause::Off);
        }
        let says = serde_json::to_string(&word::of(snapshot)).unwrap_or_default();
        let is_said = |(at, said): &(Instant, String)| *said == says && at.elapsed() < BEAT;
        if self.said.as_ref().is_some_and(is_said) {
            return self.post.look("").await;
        }
        let slip = self.post.look(&says).await?;
        self.said = Some((Instant::now(), says));
        Ok(slip)
    }

    /// Does what is asked; how long until the next look, or nothing once the run is over.
    async fn heed(&mut self, slip: Slip, snapshot: &Snapshot) -> Option<Duration> {
        let commands = self.commands(&slip, &snapshot.phase).await;
        let access = if slip.may_answer || !commands.is_empty() { Access::Full } else { Access::ReadOnly };
        let after = if !commands.is_empty() {
            AFTER
        } else if slip.observers > 0 {
            LIVELY
        } else {
            BEAT
        };
        if access == Access::Full {
            let (held, ends) = self.face(access).await?;
            for command in commands {
                tracing::info!(?command, "asked from elsewhere");
                ends.commands.send(command).await.ok()?;
            }
            self.face = Some((held, ends));
        }
        let is_needed = match &self.face {
            Some((Access::Full, _)) => slip.may_answer || after == AFTER,
            Some((Access::ReadOnly, _)) => slip.observers > 0,
            None => false,
        };
        if !is_needed {
            self.face = None;
        }
        Some(after)
    }

    /// What the run is to be told.
    async fn commands(&mut self, slip: &Slip, phase: &Phase) -> Vec<Command> {
        let read = |order: &String| {
            let command: Result<Command, _> = serde_json::from_str(order);
            let command = command.inspect_err(|error| tracing::warn!(%error, "an order is not understood")).ok();
            command.filter(Command::is_order)
        };
        let mut commands: Vec<_> = slip.orders.iter().filter_map(read).collect();
        let goes_on = commands.contains(&Command::Resume);
        // A pause stands until it is taken back: whoever did not hear of it goes by that.
        commands.retain(|command| *command != Command::Pause);
        match (slip.standing.paused, self.pause) {
            (true, Pause::Off) => {
                commands.push(Command::Pause);
                self.pause = Pause::Asked;
            }
            (true, _) if goes_on => {
                commands.push(Command::Pause);
                self.pause = Pause::Asked;
            }
            (true, Pause::Asked) if matches!(phase, Phase::Paused(_)) => self.pause = Pause::Held,
            (true, Pause::Held) if *phase == Phase::Running => go_on_everywhere(&self.ledger, self.post.batch).await,
            (true, Pause::Asked | Pause::Held) | (false, Pause::Off) => {}
            (false, Pause::Asked | Pause::Held) => {
                if !goes_on {
                    commands.push(Command::Resume);
                }
                self.pause = Pause::Off;
            }
        }
        commands
    }
}

/// A person goes on with the run itself: so do all.
async fn go_on_everywhere(ledger: &Ledger, batch: BatchId) {
    let command = serde_json::to_string(&Command::Resume).unwrap_or_default();
    let order = Order { kind: Kind::Paused(false), command };
    if let Err(error) = ledger.order(batch, &order).await {
        tracing::debug!(%error, "that it goes on is told later");
    }
}

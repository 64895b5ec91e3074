//! fal's keys, asked for when they are needed and kept for a day.

use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::signature::{Key, Signed};
use crate::fal::Fal;

/// How long they are good (fal docs: webhooks).
const STAY: Duration = Duration::from_hours(24);
/// What none of them signed may be of a new one: so often they are asked for because of that, however much comes.
const AGAIN: Duration = Duration::from_mins(1);
/// The same while there are none.
const WITHOUT: Duration = Duration::from_secs(2);

/// fal's keys.
#[derive(Debug)]
pub(super) struct Keys {
    fal: Fal,
    held: StdMutex<Option<Held>>,
    /// When they were last asked for. Whoever asks holds it, and others wait for the answer.
    asked: Mutex<Option<Instant>>,
}

#[derive(Debug, Clone)]
struct Held {
    keys: Arc<[Key]>,
    since: Instant,
}

/// There are no keys to hold it against.
#[derive(Debug)]
pub(super) struct Without;

impl Keys {
    pub(super) fn new(fal: Fal) -> Self {
        Self { fal, held: StdMutex::default(), asked: Mutex::default() }
    }

    /// Whether fal signed a message.
    ///
    /// # Errors
    /// If fal's keys cannot be had.
    pub(super) async fn signed(&self, signed: &Signed, message: &[u8]) -> Result<bool, Without> {
        let held = self.held();
        if held.as_ref().is_some_and(|held| signed.is_of(&held.keys, message)) {
            return Ok(true);
        }
        self.renew(held.map(|held| held.since)).await;
        self.held().map(|held| signed.is_of(&held.keys, message)).ok_or(Without)
    }

    /// Those that there are, and that are still good.
    fn held(&self) -> Option<Held> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.clone().filter(|held| held.since.elapsed() < STAY)
    }

    /// Asks for them, unless that was done since `known`, or just now.
    async fn renew(&self, known: Option<Instant>) {
        let mut asked = self.asked.lock().await;
        let since = self.held().map(|held| held.since);
        let pause = if since.is_some() { AGAIN } else { WITHOUT };
        if since > known || asked.is_some_and(|asked| asked.elapsed() < pause) {
            return;
        }
        *asked = Some(Instant::now());
        match self.fal.webhook_keys().await {
            Ok(keys) => {
                let held = Held { keys: keys.into(), since: Instant::now() };
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
            }
            Err(error) => tracing::warn!(cause = %error.cause, "fal's keys for webhooks cannot be had"),
        }
    }
}

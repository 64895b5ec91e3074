//! How it goes at a worker, in words that go through the ledger.

use crate::engine::snapshot::{Phase, Snapshot, Word, Worker};
use crate::job::{Timestamp, clean};
use crate::ledger;

/// How it goes here.
pub(super) fn of(snapshot: &Snapshot) -> Word {
    let paused = match &snapshot.phase {
        // Whoever that was is somebody else there.
        Phase::Paused(why) => Some(if why == "by you" { "by a person".to_owned() } else { why.clone() }),
        _ => None,
    };
    Word {
        in_flight: snapshot.totals.in_flight,
        window: snapshot.flow.window,
        per_minute: snapshot.flow.per_minute,
        paused,
        notice: snapshot.notice.clone(),
        cap: snapshot.batch.budget,
    }
}

/// What is seen of a worker; what it says that this version does not understand is left out.
pub(super) fn worker(seen: ledger::Worker, now: Timestamp) -> Worker {
    let before =
        |ago: std::time::Duration| Timestamp(now.0.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(0)));
    Worker {
        host: clean(&seen.host).into_owned(),
        pid: seen.pid,
        began: before(seen.age),
        heard: before(seen.silent),
        is_lost: seen.is_lost,
        word: seen.says.and_then(|says| serde_json::from_str(&says).ok()),
    }
}

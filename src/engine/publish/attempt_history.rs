//! What a job went through, as the ledger tells it, for whoever looks at the job.

use crate::engine::snapshot::PastAttempt;
use crate::job::{JobId, Timestamp, clean};
use crate::ledger::{Attempt, Trail};

/// The story of the job that somebody looks at.
#[derive(Debug)]
pub(in crate::engine) struct AttemptHistory {
    /// Which job.
    pub(in crate::engine) of: JobId,
    /// Its attempts, oldest first.
    pub(in crate::engine) attempts: Vec<PastAttempt>,
    /// What its state does not speak of any more.
    pub(in crate::engine) trail: Trail,
}

/// Attempts as faces show them. A job's clock runs on through all its attempts, so each one took from
/// the end of the one before.
pub(super) fn past(attempts: Vec<Attempt>) -> Vec<PastAttempt> {
    let mut before: Option<Timestamp> = None;
    let told = attempts.into_iter().map(|attempt| {
        let began = before.filter(|ended| *ended > attempt.began).unwrap_or(attempt.began);
        before = Some(attempt.ended);
        PastAttempt {
            attempt: attempt.attempt,
            at: attempt.ended,
            took: attempt.ended.since(began),
            stage: attempt.stage,
            cause: attempt.cause,
            request: attempt.request.map(|request| clean(request.as_str()).into_owned()),
            cost: attempt.cost,
        }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::job::{Cause, CauseKind, Cost, RequestId, Stage, Usd};

    #[test]
    fn every_attempt_is_told_with_its_own_time_and_the_one_with_a_result_too() {
        let attempt = |attempt, began, ended, cause| Attempt {
            job: JobId::at(0),
            attempt,
            began: Timestamp(began),
            ended: Timestamp(ended),
            stage: Stage::Follow,
            cause,
            request: RequestId::new("r1").ok(),
            cost: Some(Cost::Known(Usd::from_nanos(7))),
        };
        let cause = Some(Cause::new(CauseKind::Runner, "runner disconnected"));
        // Two attempts of one run, and one of a run that a person asked for later.
        let told = past(vec![
            attempt(1, 1000, 5000, cause.clone()),
            attempt(2, 1000, 8000, None),
            attempt(1, 60_000, 61_000, None),
        ]);
        let took: Vec<_> = told.iter().map(|past| (past.took, past.cause.is_some())).collect();
        assert_eq!(took, [(4, true), (3, false), (1, false)].map(|(s, failed)| (Duration::from_secs(s), failed)));
        assert_eq!((told[1].request.as_deref(), told[1].cost), (Some("r1"), Some(Cost::Known(Usd::from_nanos(7)))));
    }
}

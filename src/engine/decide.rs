//! What follows from a failed step: the one place where a cause becomes a retry, an end or a stop
//! for all.

use std::time::Duration;

use crate::fal::{FalError, Scope};
use crate::job::{CauseKind, Class, Kept, RetryPolicy, Stage};

/// Retries at the least for fetching what is paid for.
const PAID_RETRIES: u16 = 8;

/// What follows for the job.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    /// The step is tried again after a while.
    Retry {
        /// How long from now.
        wait: Duration,
        /// What it goes on with.
        kept: Kept,
        /// Whether it counts as one of the job's attempts.
        counts: bool,
    },
    /// It does not go on by itself.
    Fail(Kept),
    /// Nobody's fault but the account's: the job goes back to where it can begin again, and nothing
    /// new is begun.
    Hold(Kept),
    /// It was cancelled.
    Cancelled,
    /// The paid call may have been accepted.
    Lost,
}

/// What a job has when a step fails: enough to go on, less whatever the failure made useless.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    /// What it keeps if the same step is made again.
    pub(super) same: Kept,
    /// What it keeps if fal's request is spent and a new one is needed.
    pub(super) anew: Kept,
    /// The attempt that failed, from 1.
    pub(super) attempt: u16,
}

/// The shape of the weather: whether other calls got through lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    /// Others get through, so this failure is the job's own.
    Fair,
    /// Nothing gets through.
    Foul,
}

pub(super) fn decide(
    error: &FalError,
    standing: Standing,
    policy: &RetryPolicy,
    weather: Weather,
    random: f64,
) -> Verdict {
    let Standing { same, anew, attempt } = standing;
    let kept = if error.scope == Scope::Request { anew } else { same };
    match error.class {
        Class::Transient { after } => again(error, after, kept, attempt, policy, weather, random),
        Class::NotReady => Verdict::Retry { wait: Duration::from_secs(1), kept, counts: false },
        Class::Reupload => match policy.delay(attempt, None, random) {
            Some(wait) => Verdict::Retry { wait, kept: Kept::Nothing, counts: true },
            None => Verdict::Fail(Kept::Nothing),
        },
        Class::Permanent => Verdict::Fail(kept),
        Class::Account => Verdict::Hold(kept),
        Class::Cancelled => Verdict::Cancelled,
        Class::Ambiguous => Verdict::Lost,
    }
}

fn again(
    error: &FalError,
    after: Option<Duration>,
    kept: Kept,
    attempt: u16,
    policy: &RetryPolicy,
    weather: Weather,
    random: f64,
) -> Verdict {
    let (kind, is_begun) = (error.cause.kind, matches!(kept.stage(), Stage::Follow | Stage::Save));
    // A slow-down, a dead network and an overloaded front door are nobody's failure: they may last a night.
    let is_weather = match (kind, error.cause.http) {
        (CauseKind::RateLimited, _) => true,
        (CauseKind::Network | CauseKind::Timeout, None) => weather == Weather::Foul,
        (_, Some(502..=504)) => error.scope == Scope::Call && !is_begun,
        _ => false,
    };
    if is_weather {
        let patient = RetryPolicy { retries: u16::MAX, ..*policy };
        let wait = patient.delay(attempt.saturating_add(2), after, random).unwrap_or(policy.cap);
        return Verdict::Retry { wait, kept, counts: false };
    }
    // What is paid for is not given up as soon as what is not.
    let is_paid = is_begun && kind != CauseKind::BadResult;
    let policy = if is_paid { RetryPolicy { retries: policy.retries.max(PAID_RETRIES), ..*policy } } else { *policy };
    match policy.delay(attempt, after, random) {
        Some(wait) => Verdict::Retry { wait, kept, counts: true },
        None => Verdict::Fail(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Cause, ContentHash, Timestamp, Upload};

    fn upload() -> Kept {
        Kept::Upload(Upload { url: "u".into(), at: Timestamp(0), content: ContentHash([0; 32]) })
    }

    fn verdict(kind: CauseKind, class: Class, scope: Scope, attempt: u16, weather: Weather) -> Verdict {
        let error = FalError { cause: Cause::new(kind, "x"), class, scope, source: None };
        let standing = Standing { same: Kept::Nothing, anew: upload(), attempt };
        decide(&error, standing, &RetryPolicy::default(), weather, 1.0)
    }

    const TRANSIENT: Class = Class::Transient { after: None };

    #[test]
    fn a_transient_failure_is_tried_three_times_again() {
        for (attempt, seconds) in [(1, 2), (2, 4), (3, 8)] {
            let wait = Duration::from_secs(seconds);
            let again = verdict(CauseKind::Runner, TRANSIENT, Scope::Request, attempt, Weather::Fair);
            assert_eq!(again, Verdict::Retry { wait, kept: upload(), counts: true });
        }
        assert_eq!(verdict(CauseKind::Runner, TRANSIENT, Scope::Request, 4, Weather::Fair), Verdict::Fail(upload()));
    }

    #[test]
    fn bad_weather_spends_no_attempt_and_never_ends_a_job() {
        for attempt in [1, 4, 900] {
            let foul = verdict(CauseKind::Network, TRANSIENT, Scope::Call, attempt, Weather::Foul);
            assert!(matches!(foul, Verdict::Retry { counts: false, kept: Kept::Nothing, .. }), "{foul:?}");
            let slow = verdict(
                CauseKind::RateLimited,
                Class::Transient { after: Some(Duration::from_secs(90)) },
                Scope::Call,
                attempt,
                Weather::Fair,
            );
            assert!(
                matches!(slow, Verdict::Retry { counts: false, wait, .. } if wait >= Duration::from_secs(90)),
                "{slow:?}"
            );
        }
        assert_eq!(verdict(CauseKind::Network, TRANSIENT, Scope::Call, 4, Weather::Fair), Verdict::Fail(Kept::Nothing));
    }

    #[test]
    fn the_rest_follows_from_the_class_alone() {
        assert_eq!(
            verdict(CauseKind::ImageLoad, Class::Permanent, Scope::Request, 1, Weather::Fair),
            Verdict::Fail(upload())
        );
        assert_eq!(
            verdict(CauseKind::AccountLocked, Class::Account, Scope::Call, 1, Weather::Fair),
            Verdict::Hold(Kept::Nothing)
        );
        assert_eq!(verdict(CauseKind::UnknownOutcome, Class::Ambiguous, Scope::Call, 1, Weather::Fair), Verdict::Lost);
        assert_eq!(
            verdict(CauseKind::Cancelled, Class::Cancelled, Scope::Request, 1, Weather::Fair),
            Verdict::Cancelled
        );
        assert!(matches!(
            verdict(CauseKind::FileDownload, Class::Reupload, Scope::Request, 1, Weather::Fair),
            Verdict::Retry { kept: Kept::Nothing, counts: true, .. }
        ));
    }
}

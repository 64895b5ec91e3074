//! What follows from a failed step: the one place where a cause becomes a retry, an end or a stop
//! for all.

use std::time::Duration;

use crate::fal::{FalError, Patience, Scope};
use crate::job::{Checkpoint, Class, RetryPolicy};

/// Retries at the least for fetching what is paid for.
const PAID_RETRIES: u16 = 8;
/// How long after the time of a try a job is there to make it, at the most.
const LATE: Duration = Duration::from_secs(10);
/// How often a result is asked for that is said not to be there though its request has ended.
const EARLY: u16 = 12;
/// The waits between.
const SOON: RetryPolicy = RetryPolicy { retries: EARLY, base: Duration::from_secs(1), cap: Duration::from_secs(30) };

/// What follows for the job.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) enum Verdict {
    /// The step is tried again after a while.
    Retry {
        /// How long from now.
        wait: Duration,
        /// What it goes on with.
        checkpoint: Checkpoint,
        /// Whether it counts as one of the job's attempts.
        counts: bool,
    },
    /// It does not go on by itself.
    Fail(Checkpoint),
    /// Nobody's fault but the account's: the job goes back to where it can begin again, and nothing
    /// new is begun.
    PauseReason(Checkpoint),
    /// It was cancelled.
    Cancelled,
    /// The paid call may have been accepted.
    Lost,
}

/// What a job has when a step fails: enough to go on, less whatever the failure made useless.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct FailureContext {
    /// What it keeps if the same step is made again.
    pub(in crate::engine) same: Checkpoint,
    /// What it keeps if fal's request is spent and a new one is needed.
    pub(in crate::engine) anew: Checkpoint,
    /// The attempt that failed, from 1.
    pub(in crate::engine) attempt: u16,
    /// How often its result was asked for too early.
    pub(in crate::engine) early: u8,
    /// If the failure is nobody's own: how often it was so in a row, from 1, and the least wait.
    pub(in crate::engine) shared: Option<(u8, Duration)>,
}

pub(in crate::engine) fn decide(
    error: &FalError,
    context: FailureContext,
    policy: &RetryPolicy,
    random: f64,
) -> Verdict {
    let FailureContext { same, anew, attempt, early, shared } = context;
    let checkpoint = if error.scope == Scope::Request { anew } else { same };
    let uncounted = RetryPolicy { retries: u16::MAX, ..*policy };
    let counted = |retries: u16, after, checkpoint| {
        let policy = RetryPolicy { retries, ..*policy };
        match policy.delay(attempt, after, random) {
            Some(wait) => Verdict::Retry { wait, checkpoint, counts: true },
            None => Verdict::Fail(checkpoint),
        }
    };
    match error.class {
        Class::Transient { after } => match shared {
            Some((times, at_least)) => {
                let own = uncounted.delay(times.into(), after, random).unwrap_or(policy.cap);
                // Where all wait for one to try it, that one is there when the try is due.
                let most = if at_least.is_zero() {
                    Duration::MAX
                } else {
                    at_least.saturating_add(LATE).max(after.unwrap_or_default())
                };
                let wait = own.clamp(at_least, most);
                Verdict::Retry { wait, checkpoint, counts: false }
            }
            None if matches!(error.patience, Patience::Paid | Patience::Host) => {
                counted(policy.retries.max(PAID_RETRIES), after, checkpoint)
            }
            None => counted(policy.retries, after, checkpoint),
        },
        // Where it never is ready, it has ended in a way that we cannot read.
        Class::NotReady => match SOON.delay(early.into(), None, random) {
            Some(wait) => Verdict::Retry { wait, checkpoint, counts: false },
            None => Verdict::Fail(checkpoint),
        },
        Class::Reupload => counted(policy.retries, None, Checkpoint::Nothing),
        Class::Permanent => Verdict::Fail(checkpoint),
        Class::Account => Verdict::PauseReason(checkpoint),
        Class::Cancelled => Verdict::Cancelled,
        Class::Ambiguous => Verdict::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fal::Bill;
    use crate::job::{Cause, CauseKind, ContentHash, Timestamp, Upload};

    fn upload() -> Checkpoint {
        Checkpoint::Upload(Upload { url: "u".into(), at: Timestamp(0), content: ContentHash([0; 32]) })
    }

    fn verdict(
        patience: Patience,
        class: Class,
        scope: Scope,
        attempt: u16,
        shared: Option<(u8, Duration)>,
    ) -> Verdict {
        let cause = Cause::new(CauseKind::Runner, "x");
        let error = FalError { cause, class, scope, patience, bill: Bill::Nothing, unread: None, source: None };
        let context = FailureContext {
            same: Checkpoint::Nothing,
            anew: upload(),
            attempt,
            early: attempt.try_into().unwrap(),
            shared,
        };
        decide(&error, context, &RetryPolicy::default(), 1.0)
    }

    const TRANSIENT: Class = Class::Transient { after: None };

    #[test]
    fn a_transient_failure_is_tried_three_times_again() {
        for (attempt, seconds) in [(1, 2), (2, 4), (3, 8)] {
            let wait = Duration::from_secs(seconds);
            let again = verdict(Patience::Own, TRANSIENT, Scope::Request, attempt, None);
            assert_eq!(again, Verdict::Retry { wait, checkpoint: upload(), counts: true });
        }
        assert_eq!(verdict(Patience::Own, TRANSIENT, Scope::Request, 4, None), Verdict::Fail(upload()));
    }

    #[test]
    fn lost_connectivity_spends_no_attempt_and_never_ends_a_job() {
        // Its own wait, but never long after the one call is due that tries it for all.
        for (times, tried_in, seconds) in [(1, 1, 2), (3, 1, 8), (200, 0, 60), (200, 55, 60), (200, 1, 11)] {
            let shared = Some((times, Duration::from_secs(tried_in)));
            let wait = Duration::from_secs(seconds);
            let foul = verdict(Patience::Shared, TRANSIENT, Scope::Call, 4, shared);
            assert_eq!(foul, Verdict::Retry { wait, checkpoint: Checkpoint::Nothing, counts: false });
        }
        let asked = Class::Transient { after: Some(Duration::from_secs(90)) };
        let slow = verdict(Patience::Connectivity, asked, Scope::Call, 4, Some((1, Duration::from_mins(3))));
        let wait = Duration::from_mins(3);
        assert_eq!(
            slow,
            Verdict::Retry { wait, checkpoint: Checkpoint::Nothing, counts: false },
            "the shared brake holds"
        );
        assert_eq!(verdict(Patience::Shared, TRANSIENT, Scope::Call, 4, None), Verdict::Fail(Checkpoint::Nothing));
    }

    #[test]
    fn what_is_paid_for_is_fetched_with_more_patience() {
        let paid = |attempt| verdict(Patience::Paid, TRANSIENT, Scope::Call, attempt, None);
        assert!(matches!(paid(8), Verdict::Retry { counts: true, .. }));
        assert_eq!(paid(9), Verdict::Fail(Checkpoint::Nothing));
    }

    #[test]
    fn a_result_that_is_never_ready_is_not_asked_for_for_ever() {
        let early = |times| verdict(Patience::Own, Class::NotReady, Scope::Call, times, None);
        let first = Verdict::Retry { wait: Duration::from_secs(1), checkpoint: Checkpoint::Nothing, counts: false };
        assert_eq!(early(1), first);
        assert!(matches!(early(12), Verdict::Retry { counts: false, .. }));
        assert_eq!(early(13), Verdict::Fail(Checkpoint::Nothing));
    }

    #[test]
    fn the_rest_follows_from_the_class_alone() {
        let of = |class, scope| verdict(Patience::Own, class, scope, 1, None);
        assert_eq!(of(Class::Permanent, Scope::Request), Verdict::Fail(upload()));
        assert_eq!(of(Class::Account, Scope::Call), Verdict::PauseReason(Checkpoint::Nothing));
        assert_eq!(of(Class::Ambiguous, Scope::Call), Verdict::Lost);
        assert_eq!(of(Class::Cancelled, Scope::Request), Verdict::Cancelled);
        let again = of(Class::Reupload, Scope::Request);
        assert!(matches!(again, Verdict::Retry { checkpoint: Checkpoint::Nothing, counts: true, .. }), "{again:?}");
    }
}

//! What follows from what a step came to: a step answers with effects, and the actor performs them in
//! their order. No step changes a job, a queue or the account's state by itself.

use std::time::Duration;

use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::snapshot::LogLine;
use crate::fal::FalError;
use crate::job::{
    Answer, BatchId, Cause, Checkpoint, ContentHash, Opinion, OwnParams, Photo, Request, Saved, Suspicion, Transition,
    Upload,
};
use crate::ledger::Money;

/// What follows for one job, in order.
pub(super) type Effects = Vec<Effect>;

/// One thing that follows for a job from what its step came to.
#[derive(Debug)]
pub(super) enum Effect {
    /// It changes; the rest follows only if it could.
    Change(Transition, Effects),
    /// It queues for a step.
    Queue(Queue),
    /// fal is asked about its request after a while.
    CallIn(Duration),
    /// Its state goes into the ledger, and the loop hears when it is safe there.
    Record,
    /// Its state is noted in the ledger with whatever is written next.
    Note,
    /// Its call gave what it was made for.
    GotThrough(CallKind),
    /// Its call failed, which says something of all alike.
    Met(CallKind, FalError),
    /// It got a step further: what it was let off before is forgotten.
    Forgive,
    /// Its step failed: the one table says what follows.
    Failed(Box<Failure>),
    /// It is tried again after a while; the attempt that ended is written down.
    Retry(Again),
    /// The same, within the same attempt.
    Wait(Again),
    /// It ends with what it has.
    Fail(Cause, Checkpoint),
    /// The same, and its request was most likely billed.
    Lose(Cause, Checkpoint),
    /// The answer to its paid call was lost: it is looked for, never made again unasked.
    LoseReply(Cause),
    /// It ends as cancelled.
    EndCancelled,
    /// fal is asked to stop its request.
    AskToCancel,
    /// The queue has forgotten its request: fal is asked for what it stored.
    FindArchived,
    /// Somebody else pays for the same picture: that is waited for.
    AwaitRival(Option<BatchId>),
    /// The cap that all workers keep does not bear its call now: it waits with its upload.
    AwaitMoney(Upload, Money),
    /// It goes where it can be sent from.
    Send,
    /// Its wait is over.
    Wake,
    /// The ledger is asked for what is known of a picture that holds this.
    AskLedger(ContentHash),
    /// It gets a result that was paid for: it costs nothing, and the plan says so.
    Reuses,
    /// The same, which the plan knows already.
    Reused,
    /// It costs what it costs.
    Pays,
    /// What its result was made with, where that is not what its batch is made with.
    MadeWith(Option<OwnParams>),
    /// What a person said of its result before.
    JudgedAs(Opinion),
    /// What an earlier attempt left has given way.
    Displaced,
    /// Its folder remembers its result.
    NoteInFolder,
    /// What the plan says of results in the folder is not so any more.
    Replan,
    /// The answer to a paid call that it depends on was lost: it is looked for.
    LookForLost,
    /// Its photo was measured anew.
    Remeasured(Box<Photo>),
    /// What its photo holds is known.
    Learned(ContentHash),
    /// Its result is on the disk.
    Keep(Box<Saved>, Option<Suspicion>),
    /// Something worth knowing is said in its log.
    Remark(String),
    /// Its runner said something.
    Said(LogLine),
    /// No new jobs are begun.
    Pause(PauseReason),
    /// Webhooks are not relied on any more.
    TakeOver,
    /// What is shown of it changed.
    Show,
}

/// The queue of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    /// For its paid call.
    Submit,
    /// For its result.
    Answer,
    /// For its files.
    Save,
}

/// A step that failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) call_kind: CallKind,
    pub(super) error: FalError,
    /// What the job keeps if the same step is made again.
    pub(super) same: Checkpoint,
    /// What it keeps if fal's request is spent and a new one is needed.
    pub(super) anew: Checkpoint,
}

/// Another try.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Again {
    pub(super) cause: Cause,
    pub(super) wait: Duration,
    pub(super) checkpoint: Checkpoint,
    /// Whether it counts as one of the job's attempts.
    pub(super) counts: bool,
}

impl Effect {
    /// A step failed that is made again with what the job has, whatever it was about.
    pub(super) fn failed(call_kind: CallKind, error: FalError, keeps: Checkpoint) -> Self {
        Self::Failed(Box::new(Failure { call_kind, error, same: keeps.clone(), anew: keeps }))
    }

    /// The same of a request at fal: the step asks for it again, or another one is made with the upload.
    pub(super) fn failed_at_fal(error: FalError, request: &Request) -> Self {
        let (same, anew) = (Checkpoint::Request(Box::new(request.clone())), Checkpoint::Upload(request.upload.clone()));
        Self::Failed(Box::new(Failure { call_kind: CallKind::Follow, error, same, anew }))
    }

    /// Its answer has come: its files are fetched.
    pub(super) fn save(answer: Answer) -> Self {
        Self::Change(Transition::StartSave(answer), vec![Self::Queue(Queue::Save)])
    }

    /// Back to where it can go on, at nobody's cost.
    pub(super) fn back_to(cause: Cause, checkpoint: Checkpoint) -> Self {
        Self::Retry(Again { cause, wait: Duration::ZERO, checkpoint, counts: false })
    }
}

/// What happened, with its causes behind it. What to do about it is for the notice to say.
pub(super) fn told(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = what.to_owned();
    let mut next = Some(error);
    while let Some(cause) = next {
        let said = cause.to_string();
        text = format!("{text}: {}", said.split("\nhint:").next().unwrap_or_default());
        next = cause.source();
    }
    crate::job::clean(&text).into_owned()
}

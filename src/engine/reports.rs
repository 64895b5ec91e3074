//! What follows from what a stage reports.

use std::time::Duration;

use super::board::PastAttempt;
use super::decide::{Standing, Verdict, Weather, decide};
use super::event::What;
use super::hold::Hold;
use super::pace::{Pace, Seen};
use super::run::Engine;
use super::stages::{Outcome, SaveError, SubmitError};
use crate::fal::{Accepted, CancelAnswer, FalError, Progress, Scope, Status};
use crate::job::{
    Answer, Cause, CauseKind, Class, ContentHash, Job, JobId, JobState, Kept, Request, Saved, Stage, Suspicion,
    Transition, Upload,
};
use crate::ledger::{Attempt, LedgerError};
use crate::output::{OutputError, Placed};

/// A failure that comes so soon after others got through is the job's own.
const FAIR: Duration = Duration::from_secs(30);
/// How long a full disk is given before a result is tried again.
const DISK: Duration = Duration::from_secs(30);
/// Jobs that ended and whose logs are kept.
const ENDED: usize = 200;

impl Engine {
    /// Takes in a stage's outcome.
    pub(super) fn report(&mut self, id: JobId, outcome: Outcome) {
        match outcome {
            Outcome::Uploaded(result) => self.uploaded(id, result),
            Outcome::Submitted(result) => self.submitted(id, result),
            Outcome::Recorded(result) => self.recorded(id, result),
            Outcome::Polled(result) => self.polled(id, result),
            Outcome::Answered(result) => self.answered(id, result),
            Outcome::Saved(result) => self.saved(id, result),
            Outcome::Cancelled(result) => self.cancelled(id, result),
            Outcome::Recalled(attempts) => self.recalled(id, attempts),
        }
    }

    fn uploaded(&mut self, id: JobId, result: Result<(Box<str>, ContentHash), FalError>) {
        self.uploading = self.uploading.saturating_sub(1);
        let Some(JobState::Uploading(_)) = self.roster.get(id).map(|job| &job.state) else { return };
        match result {
            Ok((url, content)) => {
                self.last_good = self.now();
                if self.happen(id, Transition::FinishUpload(Upload { url, at: self.now(), content })) {
                    self.to_submit.push_back(id);
                }
            }
            Err(error) => self.failed(id, &error, Kept::Nothing, Kept::Nothing),
        }
    }

    fn submitted(&mut self, id: JobId, result: Result<Accepted, SubmitError>) {
        self.submitting = self.submitting.saturating_sub(1);
        let Some(JobState::Submitting(_, intent)) = self.roster.get(id).map(|job| &job.state) else { return };
        let upload = intent.upload.clone();
        match result {
            Ok(Accepted { id: request, url }) => {
                let at = self.now();
                self.last_good = at;
                self.live.entry(id).or_default().not_running_at = Some(at);
                if self.happen(id, Transition::Accept(Request { id: request, url, at, upload })) {
                    // Only when this is safely written is the first call made.
                    self.record(id);
                }
            }
            Err(SubmitError::NotRecorded(error)) => {
                let cause = Cause::new(CauseKind::Disk, "the ledger could not be written, so it was not sent");
                self.back_to(id, cause, Kept::Upload(upload));
                self.hold(Hold::Disk(told("the ledger cannot be written", &error)));
            }
            Err(SubmitError::Fal(error)) => {
                self.failed(id, &error, Kept::Upload(upload.clone()), Kept::Upload(upload));
            }
        }
    }

    /// Brings a job's state into the ledger and reports when it is safe there.
    pub(super) fn record(&mut self, id: JobId) {
        if let Some(job) = self.roster.get(id).cloned() {
            self.recording += 1;
            self.spawn_stage(id, self.stages.clone().record(job));
        }
    }

    fn recorded(&mut self, id: JobId, result: Result<(), LedgerError>) {
        self.recording = self.recording.saturating_sub(1);
        if let Err(error) = result {
            // The row is kept and tried again with whatever is written next.
            self.hold(Hold::Disk(told("the ledger cannot be written", &error)));
        }
        let Some(job) = self.roster.get(id) else { return };
        if matches!(job.state, JobState::InQueue(..)) {
            if self.live.get(&id).is_some_and(|live| live.cancelling) {
                self.ask_to_cancel(id);
            }
            self.call_in(id, self.pace.first());
        }
    }

    fn polled(&mut self, id: JobId, result: Result<Status, FalError>) {
        self.calling = self.calling.saturating_sub(1);
        self.live.entry(id).or_default().calling = false;
        let Some(job) = self.roster.get(id) else { return };
        if !job.state.is_at_fal() {
            return;
        }
        match result {
            Ok(status) => self.stands(id, &status),
            Err(error) => self.poll_failed(id, &error),
        }
    }

    /// fal said where a request stands.
    fn stands(&mut self, id: JobId, status: &Status) {
        let now = self.now();
        self.last_good = now;
        let live = self.live.entry(id).or_default();
        live.failures = 0;
        live.trouble = None;
        let lines = status.logs.as_deref().map(|logs| live.hear(logs)).unwrap_or_default();
        if !lines.is_empty() {
            self.dirty = true;
        }
        if self.is_told() {
            for line in lines {
                self.tell(What::Log(id, line));
            }
        }
        let Some(state) = self.roster.get(id).map(|job| &job.state) else { return };
        let watched = self.look_at() == Some(id);
        let random = self.rng.f64();
        match status.progress {
            Progress::InQueue(position) => {
                if !matches!(state, JobState::InQueue(_, _, known) if *known == position) {
                    self.happen(id, Transition::Queue(position));
                }
                self.live.entry(id).or_default().not_running_at = Some(now);
                self.call_in(id, self.pace.next(Seen::Queued(position), watched, random));
            }
            Progress::InProgress => {
                let since = if let JobState::InProgress(_, _, since) = state { Some(*since) } else { None };
                if since.is_none() {
                    self.happen(id, Transition::Progress);
                }
                let not_yet = self.live.get(&id).and_then(|live| live.not_running_at);
                let at_least = now.since(since.unwrap_or(now));
                let at_most = now.since(not_yet.or(since).unwrap_or(now));
                self.call_in(id, self.pace.next(Seen::Running { at_least, at_most }, watched, random));
            }
            Progress::Completed => {
                if let Some(seconds) = status.inference_s.filter(|seconds| (0.0..1e6).contains(seconds)) {
                    self.pace.learn(Duration::from_secs_f64(seconds));
                }
                if self.happen(id, Transition::Complete(status.inference_s)) {
                    self.live.entry(id).or_default().cancelling = false;
                    self.to_answer.push_back(id);
                }
            }
        }
    }

    /// A call about a request did not get through. The request runs on; we ask less and less often.
    fn poll_failed(&mut self, id: JobId, error: &FalError) {
        let Some(upload) =
            self.roster.get(id).and_then(|job| job.state.request()).map(|request| request.upload.clone())
        else {
            return;
        };
        if error.cause.kind == CauseKind::NotFound {
            if self.live.get(&id).is_some_and(|live| live.cancelling) {
                self.end_cancelled(id);
            } else {
                let message = format!("fal no longer knows this request ({})", error.cause.message);
                let cause = Cause { message: message.into(), ..error.cause.clone() };
                self.fail(id, &cause, Kept::Upload(upload));
            }
            return;
        }
        if error.class == Class::Account {
            self.hold(Hold::Account(error.cause.clone()));
        }
        let after = if let Class::Transient { after } = error.class { after } else { None };
        let random = self.rng.f64();
        let live = self.live.entry(id).or_default();
        live.failures = live.failures.saturating_add(1);
        live.trouble = Some(error.cause.to_string());
        let wait = Pace::after_failures(live.failures, after, random);
        self.dirty = true;
        self.call_in(id, wait);
    }

    fn answered(&mut self, id: JobId, result: Result<Answer, FalError>) {
        self.calling = self.calling.saturating_sub(1);
        let Some(JobState::Completed(_, request, inference)) = self.roster.get(id).map(|job| &job.state) else {
            return;
        };
        let (request, inference) = (request.clone(), *inference);
        match result {
            Ok(mut answer) => {
                self.last_good = self.now();
                answer.inference_s = inference.or(answer.inference_s);
                if self.happen(id, Transition::StartSave(answer)) {
                    self.to_save.push_back(id);
                }
            }
            Err(error) => {
                let anew = Kept::Upload(request.upload.clone());
                self.failed(id, &error, Kept::Request(request), anew);
            }
        }
    }

    fn saved(&mut self, id: JobId, result: Result<Placed, SaveError>) {
        self.saving = self.saving.saturating_sub(1);
        let Some(Job { photo, state: JobState::Saving(_, request, answer), .. }) = self.roster.get(id) else { return };
        let (request, answer) = (request.clone(), answer.clone());
        let kept = || Kept::Answer(request.clone(), answer.clone());
        match result {
            Ok(placed) => {
                let billed = answer.billed_units.and_then(|units| self.roster.price()?.billed(units));
                let saved = Saved {
                    request: request.id.clone(),
                    output: placed.output,
                    format: placed.format,
                    pixels: placed.pixels,
                    bytes: placed.bytes,
                    seed: answer.seed,
                    caption: answer.caption.clone(),
                    inference_s: answer.inference_s,
                    cost: billed.or_else(|| self.roster.estimate(photo)),
                };
                self.keep(id, saved, placed.suspicion);
            }
            Err(SaveError::Fal(error)) => self.failed(id, &error, kept(), kept()),
            Err(SaveError::Output(error)) => self.not_saved(id, &error, &kept()),
        }
    }

    fn keep(&mut self, id: JobId, saved: Saved, suspicion: Option<Suspicion>) {
        let now = self.now();
        self.last_good = now;
        self.previous.remove(&id);
        self.flow.saved(now);
        self.failures.succeeded();
        let began = self.roster.get(id).and_then(|job| job.state.run());
        let transition = match suspicion {
            Some(suspicion) => Transition::Doubt(saved, suspicion),
            None => Transition::Save(saved),
        };
        if !self.happen(id, transition) {
            return;
        }
        self.attempted(id, |job| {
            let (run, saved) = (began?, job.state.saved()?);
            Some(Attempt {
                job: id,
                attempt: run.attempt,
                began: run.began,
                ended: now,
                stage: Stage::Save,
                cause: None,
                request: Some(saved.request.clone()),
                cost: saved.cost,
            })
        });
        self.record(id);
        self.ended(id);
    }

    fn not_saved(&mut self, id: JobId, error: &OutputError, kept: &Kept) {
        match error {
            OutputError::BadResult(what) => {
                let cause = Cause::new(CauseKind::BadResult, what.clone());
                let error =
                    FalError { cause, class: Class::Transient { after: None }, scope: Scope::Call, source: None };
                self.failed(id, &error, kept.clone(), kept.clone());
            }
            OutputError::Disk { .. } => {
                let message = told("the result could not be saved", error);
                let cause = Cause::new(CauseKind::Disk, message.clone());
                self.retry(id, cause, DISK, kept.clone(), false);
                self.hold(Hold::Disk(message));
            }
            OutputError::LocalFile { .. } | OutputError::Folder { .. } => {
                self.fail(
                    id,
                    &Cause::new(CauseKind::LocalFile, told("the result could not be saved", error)),
                    kept.clone(),
                );
            }
        }
    }

    fn cancelled(&mut self, id: JobId, result: Result<CancelAnswer, FalError>) {
        let Some(job) = self.roster.get(id) else { return };
        match result {
            Ok(CancelAnswer::Removed | CancelAnswer::NotFound) if matches!(job.state, JobState::InQueue(..)) => {
                self.end_cancelled(id)
            }
            // It runs on or has ended: what comes of it is saved, for it is paid for.
            Ok(_) => self.call_in(id, Duration::ZERO),
            Err(error) => {
                let live = self.live.entry(id).or_default();
                live.cancelling = false;
                live.trouble = Some(format!("could not be cancelled: {}", error.cause));
                self.dirty = true;
            }
        }
    }

    fn recalled(&mut self, id: JobId, attempts: Vec<Attempt>) {
        let past = attempts.into_iter().filter_map(|attempt| {
            Some(PastAttempt {
                attempt: attempt.attempt,
                at: attempt.ended,
                stage: attempt.stage,
                cause: attempt.cause?,
            })
        });
        self.history = Some((id, past.collect()));
        self.dirty = true;
    }

    /// A step failed: the one table says what follows.
    fn failed(&mut self, id: JobId, error: &FalError, same: Kept, anew: Kept) {
        let now = self.now();
        tracing::info!(job = %id, cause = %error.cause, class = ?error.class, source = ?error.source, "a step failed");
        let Some(attempt) = self.roster.get(id).map(|job| job.state.attempt()) else { return };
        let weather = if now.since(self.last_good) < FAIR { Weather::Fair } else { Weather::Foul };
        let standing = Standing { same, anew, attempt };
        match decide(error, standing, &self.setup.retry, weather, self.rng.f64()) {
            Verdict::Retry { wait, kept, counts } => {
                if error.cause.kind == CauseKind::RateLimited {
                    // One brake for all: the others would be told the same.
                    self.brake_until = self.brake_until.max(now.plus(wait));
                }
                self.retry(id, error.cause.clone(), wait, kept, counts);
            }
            Verdict::Fail(kept) => self.fail(id, &error.cause, kept),
            Verdict::Hold(kept) => {
                self.back_to(id, error.cause.clone(), kept);
                self.hold(Hold::Account(error.cause.clone()));
            }
            Verdict::Cancelled => self.end_cancelled(id),
            Verdict::Lost => {
                if self.happen(id, Transition::LoseReply) {
                    self.write_attempt(id, &error.cause, Stage::Submit);
                    self.record(id);
                    self.ended(id);
                }
            }
        }
    }

    fn retry(&mut self, id: JobId, cause: Cause, wait: Duration, kept: Kept, counts: bool) {
        self.write_attempt(id, &cause, kept.stage());
        let until = self.now().plus(wait);
        if self.happen(id, Transition::Retry { cause, until, kept, counts }) {
            self.wake_at(id, until);
        }
    }

    /// Puts a job back to where it can go on, at nobody's cost.
    fn back_to(&mut self, id: JobId, cause: Cause, kept: Kept) {
        self.retry(id, cause, Duration::ZERO, kept, false);
    }

    fn fail(&mut self, id: JobId, cause: &Cause, kept: Kept) {
        self.write_attempt(id, cause, kept.stage());
        if self.happen(id, Transition::Fail { cause: cause.clone(), kept }) {
            self.ended(id);
            if let Some(hold) = self.failures.failed(cause) {
                self.hold(hold);
            }
        }
    }

    pub(super) fn end_cancelled(&mut self, id: JobId) {
        if self.happen(id, Transition::Cancel) {
            self.live.entry(id).or_default().cancelling = false;
            self.ended(id);
        }
    }

    fn write_attempt(&mut self, id: JobId, cause: &Cause, stage: Stage) {
        let now = self.now();
        self.attempted(id, |job| {
            let run = job.state.run()?;
            Some(Attempt {
                job: id,
                attempt: run.attempt,
                began: run.began,
                ended: now,
                stage,
                cause: Some(cause.clone()),
                request: job.state.request_id().cloned(),
                cost: None,
            })
        });
        if self.history.as_ref().is_some_and(|(of, _)| *of == id) {
            self.history = None;
        }
    }

    /// A job has ended: its logs are kept for a while.
    fn ended(&mut self, id: JobId) {
        if let Some(live) = self.live.get_mut(&id) {
            live.meter = None;
            live.abort = None;
            live.due = None;
            if live.is_empty() {
                self.live.remove(&id);
                return;
            }
        }
        self.ended.push_back(id);
        while self.ended.len() > ENDED {
            if let Some(old) = self.ended.pop_front()
                && self.roster.get(old).is_some_and(|job| job.state.is_final())
            {
                self.live.remove(&old);
            }
        }
    }
}

/// What happened, with its causes behind it.
fn told(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = format!("{what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    crate::job::clean(&text).into_owned()
}

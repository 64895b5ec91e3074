//! Following a request: what fal says of it, until its result can be fetched.

use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::poll_interval::{PollInterval, Seen};
use crate::engine::resilience::connectivity::CallKind;
use crate::fal::{CancelAnswer, FalError, Progress, Scope, Status};
use crate::job::{Answer, Cause, CauseKind, Checkpoint, Class, JobId, JobState, Request, Transition};

/// A request that runs for so long is noted as running.
const LONG: Duration = Duration::from_secs(5);

/// After so many status calls in a row that say nothing, the result is asked for instead.
const UNCLEAR: u32 = 3;
/// How often, a minute apart in the end, before it is left to a person.
const GIVEN_UP: u32 = 20;

impl Engine {
    pub(in crate::engine) fn polled(&mut self, id: JobId, result: Result<Status, FalError>) {
        self.runtime.entry(id).or_default().calling = false;
        let Some(job) = self.jobs.get(id) else { return };
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
        self.got_through(CallKind::Follow, id);
        let live = self.runtime.entry(id).or_default();
        (live.failures, live.unclear) = (0, 0);
        live.trouble = None;
        let lines = status.logs.as_deref().map(|logs| live.log.hear(logs, now)).unwrap_or_default();
        if !lines.is_empty() {
            self.publisher.dirty = true;
        }
        if self.is_told() {
            for line in lines {
                self.tell(What::Log(id, line));
            }
        }
        let Some(state) = self.jobs.get(id).map(|job| &job.state) else { return };
        let watched = self.look_at() == Some(id);
        let random = self.rng.f64();
        match status.progress {
            Progress::InQueue(position) => {
                if !matches!(state, JobState::InQueue(_, _, known) if *known == position) {
                    self.happen(id, Transition::Queue(position));
                }
                let live = self.runtime.entry(id).or_default();
                live.not_running_at = Some(now);
                live.turn_at = self.scheduler.poll_interval.until_turn(position).map(|wait| now.plus(wait));
                self.call_in(id, self.scheduler.poll_interval.next(Seen::Queued(position), watched, random));
            }
            Progress::InProgress => {
                let since = if let JobState::InProgress(_, _, since) = state { Some(*since) } else { None };
                if since.is_none() {
                    self.happen(id, Transition::Progress);
                }
                let ran = now.since(since.unwrap_or(now));
                self.tell_onlookers(id, ran);
                let live = self.runtime.get(&id);
                let not_yet = live.and_then(|live| live.not_running_at);
                let running = Seen::Running {
                    at_least: ran,
                    at_most: now.since(not_yet.or(since).unwrap_or(now)),
                    supposedly: live.and_then(|live| live.turn_at).map(|turn| now.since(turn)),
                };
                self.call_in(id, self.scheduler.poll_interval.next(running, watched, random));
            }
            Progress::Completed => {
                if let Some(seconds) = status.inference_s.filter(|seconds| (0.0..1e6).contains(seconds)) {
                    self.scheduler.poll_interval.learn(Duration::from_secs_f64(seconds));
                }
                if self.happen(id, Transition::Complete(status.inference_s)) {
                    self.runtime.entry(id).or_default().cancelling = false;
                    self.scheduler.to_answer.push_back(id);
                }
            }
        }
    }

    /// Notes that a request runs, once that takes long: no later run needs it, but whoever looks into the
    /// ledger meanwhile would read that it waits.
    fn tell_onlookers(&mut self, id: JobId, ran: Duration) {
        let live = self.runtime.entry(id).or_default();
        if ran >= LONG
            && !std::mem::replace(&mut live.noted_running, true)
            && let Some(job) = self.jobs.get(id)
        {
            self.stages.writer.note(job);
        }
    }

    /// A call about a request did not get through. The request runs on; we ask less and less often.
    fn poll_failed(&mut self, id: JobId, error: &FalError) {
        self.met(CallKind::Follow, id, error);
        if error.cause.kind == CauseKind::NotFound {
            if self.runtime.get(&id).is_some_and(|live| live.cancelling) {
                self.end_cancelled(id);
            } else {
                self.look_for_stored(id);
            }
            return;
        }
        let after = if let Class::Transient { after } = error.class { after } else { None };
        let random = self.rng.f64();
        let live = self.runtime.entry(id).or_default();
        live.failures = live.failures.saturating_add(1);
        live.trouble = Some(error.cause.to_string());
        let wait = PollInterval::after_failures(live.failures, after, random);
        let asks_result = live.failures >= UNCLEAR && is_about_request(error);
        self.publisher.dirty = true;
        if asks_result {
            self.scheduler.to_answer.push_back(id);
        } else {
            self.call_in(id, wait);
        }
    }

    /// The result was asked for of a request whose status is not understood, and is not there either.
    fn still_unclear(&mut self, id: JobId, request: Request, error: &FalError) {
        let is_shared = self.met(CallKind::Follow, id, error);
        let random = self.rng.f64();
        let live = self.runtime.entry(id).or_default();
        live.unclear = live.unclear.saturating_add(u32::from(!is_shared));
        let (asked, failures) = (live.unclear, live.failures);
        let met = live.trouble.clone().unwrap_or_default();
        let after = if let Class::Transient { after } = error.class { after } else { None };
        let checkpoint = Checkpoint::Request(Box::new(request));
        let message = format!("{met}; its result was asked for instead: {}", error.cause);
        if asked >= GIVEN_UP {
            let message = format!("{message}; a retry asks for both again, without paying again");
            self.fail(id, &Cause { message: message.into(), ..error.cause.clone() }, checkpoint);
        } else {
            let wait = PollInterval::after_failures(failures, after, random);
            self.wait(id, Cause { message: message.into(), ..error.cause.clone() }, wait, checkpoint, false);
        }
    }

    pub(in crate::engine) fn answered(&mut self, id: JobId, result: Result<Answer, FalError>) {
        let (request, inference, is_complete) = match self.jobs.get(id).map(|job| &job.state) {
            Some(JobState::Completed(_, request, inference)) => (request.clone(), *inference, true),
            Some(state) if state.is_at_fal() => match state.request() {
                Some(request) => (Box::new(request.clone()), None, false),
                None => return,
            },
            _ => return,
        };
        match result {
            Ok(mut answer) => {
                if !is_complete && !self.happen(id, Transition::Complete(answer.inference_s)) {
                    return;
                }
                self.got_through(CallKind::Follow, id);
                self.forgive(id);
                answer.inference_s = inference.or(answer.inference_s);
                if self.happen(id, Transition::StartSave(answer)) {
                    self.scheduler.to_save.push_back(id);
                }
            }
            Err(error) if error.cause.kind == CauseKind::NotFound => self.look_for_stored(id),
            Err(error)
                if !is_complete
                    && matches!(error.class, Class::NotReady | Class::Transient { .. })
                    && error.scope == Scope::Call =>
            {
                self.still_unclear(id, *request, &error);
            }
            Err(error) => {
                let anew = Checkpoint::Upload(request.upload.clone());
                self.failed(CallKind::Follow, id, &error, Checkpoint::Request(request), anew);
            }
        }
    }

    pub(in crate::engine) fn cancelled(&mut self, id: JobId, result: Result<CancelAnswer, FalError>) {
        let Some(job) = self.jobs.get(id) else { return };
        match result {
            Ok(CancelAnswer::Removed | CancelAnswer::NotFound) if matches!(job.state, JobState::InQueue(..)) => {
                self.end_cancelled(id);
            }
            // It runs on or has ended: what comes of it is saved, for it is paid for.
            Ok(_) => self.call_in(id, Duration::ZERO),
            Err(error) => self.not_cancelled(id, &error.cause),
        }
    }

    pub(in crate::engine) fn not_cancelled(&mut self, id: JobId, why: &Cause) {
        let live = self.runtime.entry(id).or_default();
        live.cancelling = false;
        live.trouble = Some(format!("could not be cancelled: {why}"));
        self.publisher.dirty = true;
    }
}

/// Whether a failed status call may be the request's own trouble, not that of all calls.
fn is_about_request(error: &FalError) -> bool {
    error.class != Class::Account && error.cause.kind != CauseKind::RateLimited
}

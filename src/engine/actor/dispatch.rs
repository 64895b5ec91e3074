//! What can be begun now, within the three pools: uploads, requests at fal, downloads.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::pace::poll_interval::Seen;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::scheduler::Timer;
use crate::engine::steps::further::UPLOAD_KEEPS;
use crate::engine::steps::stages::Save;
use crate::engine::steps::{answer, poll, save, submit, upload};
use crate::engine::tasks::{Pool, Step};
use crate::fal::Meter;
use crate::job::{Cause, CauseKind, Checkpoint, Group, JobId, JobState, Timestamp, Transition, Usd};
use crate::picture::Provenance;

/// Calls that are due at about the same time are made together: each waking costs more than a call.
const TICK: Duration = Duration::from_millis(25);

impl Engine {
    /// Begins whatever there is room for.
    pub(super) fn dispatch(&mut self, now: Timestamp) {
        if self.course.leaving.is_some() {
            return;
        }
        // What is at fal is followed and saved whatever holds the rest back: it is paid for.
        while self.scheduler.tasks.count(Pool::Saves) < self.options.limits.pools.downloads
            && self.may_begin(CallKind::Fetch, now)
            && self.begin_next_save()
        {}
        self.write_what_was_said(now);
        self.settle_lost();
        self.look_at_rivals(now);
        while self.begin_next_check() {}
        while self.scheduler.tasks.count(Pool::Saves) < self.options.limits.pools.downloads && self.begin_next_copy() {}
        while self.scheduler.tasks.count(Pool::Calls) < self.options.limits.pools.calls
            && self.may_begin(CallKind::Follow, now)
            && (self.begin_next_answer() || self.begin_next_call(now))
        {}
        while self.is_open()
            && self.jobs.totals().in_flight < self.scheduler.open()
            && self.scheduler.tasks.count(Pool::Submits) < self.options.limits.pools.submits
            && self.may_send_unbilled()
            && self.may_begin(CallKind::Submit, now)
            && self.begin_next_submit()
        {}
        while self.is_open()
            && self.has_room_for_upload()
            && self.may_upload_unbilled()
            && self.may_begin(CallKind::Upload, now)
            && self.begin_next_upload()
        {}
        if self.is_done() {
            self.publisher.throughput.end(now);
        }
    }

    /// Whether new jobs may be begun and new requests made.
    pub(super) fn is_open(&self) -> bool {
        // While the account is held, its breaker lets one through at a time.
        self.course.started
            && matches!(self.resilience.pause, None | Some(PauseReason::Account(_)))
            && self.publisher.is_heard()
            && !self.course.crew.as_ref().is_some_and(|crew| crew.is_capped(self.now()))
    }

    /// Uploads run ahead of the window, but not so far that they could expire.
    fn has_room_for_upload(&self) -> bool {
        let uploading = self.scheduler.tasks.count(Pool::Uploads);
        uploading < self.options.limits.pools.uploads
            && uploading + self.scheduler.to_submit.len() < usize::from(self.scheduler.window).max(4)
    }

    fn begin_next_upload(&mut self) -> bool {
        // Those that were begun before go first.
        let again = std::iter::from_fn(|| self.course.canary.next_of(&mut self.scheduler.to_upload)).find(|id| {
            let state = self.jobs.get(*id).map(|job| &job.state);
            matches!(state, Some(JobState::Waiting { checkpoint, .. }) if matches!(**checkpoint, Checkpoint::Nothing))
        });
        if again.is_some_and(|id| self.is_led(id)) {
            return true;
        }
        let Some(id) = again.or_else(|| self.next_ready()) else { return false };
        let Some(job) = self.jobs.get(id) else { return false };
        let (photo, at_most) = (job.photo.clone(), self.jobs.at_most(job));
        let params = self.jobs.params_of(job);
        let (sizing, files) = (params.sizing(), params.files(&self.options.model));
        if !self.can_pay(at_most) {
            if again.is_some() {
                self.scheduler.to_upload.push_front(id);
            } else {
                self.dedup.put_back(id);
            }
            self.hold_at_cap(at_most);
            return false;
        }
        let began = self.now();
        if !self.happen(id, Transition::StartUpload) {
            return false;
        }
        self.publisher.throughput.begin(began);
        let meter = Meter::towards(Arc::clone(&self.publisher.up));
        let length = Arc::<AtomicU64>::default();
        let upload = upload::run(self.stages.clone(), (photo, files), sizing, meter.clone(), Arc::clone(&length));
        let abort = self.spawn_stage(Step::Upload(id), upload);
        let live = self.runtime.entry(id).or_default();
        live.renew();
        live.meter = Some((meter, length));
        live.abort = Some(abort);
        self.begin_call(CallKind::Upload, id);
        true
    }

    fn begin_next_submit(&mut self) -> bool {
        let Some(id) = self.course.canary.next_of(&mut self.scheduler.to_submit) else { return false };
        let Some(job) = self.jobs.get(id) else { return true };
        let upload = match &job.state {
            JobState::Uploaded(_, upload) => &**upload,
            JobState::Waiting { checkpoint, .. } => match &**checkpoint {
                Checkpoint::Upload(upload) => upload,
                _ => return true,
            },
            _ => return true,
        };
        if self.now().since(upload.at) > UPLOAD_KEEPS {
            let cause = Cause::new(CauseKind::FileDownload, "its upload is too old to rely on; it is brought up again");
            self.back_to(id, cause, Checkpoint::Nothing);
            return true;
        }
        let upload = upload.url.clone();
        let at_most = self.jobs.at_most(job);
        if !self.can_pay(at_most) {
            self.scheduler.to_submit.push_front(id);
            self.hold_at_cap(at_most);
            return false;
        }
        if !self.happen(id, Transition::StartSubmit) {
            return true;
        }
        let Some(job) = self.jobs.get(id).cloned() else { return true };
        // An earlier run may have begun it: how long this one takes counts from its own beginning.
        let began = job.state.run().map_or_else(|| self.now(), |run| run.began).max(self.course.began_at);
        self.publisher.throughput.begin(began);
        let params = self.jobs.params_of(&job);
        let model = &self.options.model;
        let body = (params.body(model, &upload), params.files(model), params.sizing());
        let stakes = self.stakes(id);
        self.spawn_stage(Step::Submit(id), submit::run(self.stages.clone(), job, body, stakes));
        let live = self.runtime.entry(id).or_default();
        live.meter = None;
        live.abort = None;
        self.begin_call(CallKind::Submit, id);
        true
    }

    /// Whether one more result fits under the cap, with all that is spent and may still be.
    pub(super) fn can_pay(&self, at_most: Option<Usd>) -> bool {
        let totals = self.jobs.totals();
        self.options.limits.budget.is_none_or(|cap| {
            // What is uploaded and not submitted yet is not reserved: each submit asks again.
            let needed = totals.used().zip(at_most);
            needed.and_then(|(sum, at_most)| sum.checked_add(at_most)).is_some_and(|sum| sum <= cap)
        })
    }

    /// Whether the photo that would be sent next lies ready and does not fit under the cap yet.
    pub(super) fn is_capped(&self) -> bool {
        let next = self.scheduler.to_submit.front().and_then(|id| self.jobs.get(*id));
        next.is_some_and(|job| !self.can_pay(self.jobs.at_most(job)))
    }

    /// Stops at the cap, once nothing is on its way that could turn out cheaper than thought.
    pub(super) fn hold_at_cap(&mut self, next: Option<Usd>) {
        let totals = self.jobs.totals();
        if totals.of(Group::Active) == self.lying_uploaded() {
            let hold = PauseReason::Budget {
                cap: self.options.limits.budget.unwrap_or_default(),
                spent: totals.spent,
                reserved: totals.reserved,
                next: next.unwrap_or_default(),
                guessed: self.is_unbilled(),
            };
            self.hold(hold);
        }
    }

    /// How many jobs lie uploaded and wait for their submit.
    pub(super) fn lying_uploaded(&self) -> usize {
        let lies = |id: &&JobId| self.jobs.get(**id).is_some_and(|job| matches!(job.state, JobState::Uploaded(..)));
        self.scheduler.to_submit.iter().filter(lies).count()
    }

    fn begin_next_answer(&mut self) -> bool {
        let Some(id) = self.scheduler.to_answer.pop_front() else { return false };
        // Also where its status says nothing that we understand: the result decides.
        let Some(request) = self.jobs.get(id).and_then(|job| answer::request(&job.state)).cloned() else {
            return true;
        };
        self.spawn_stage(Step::Answer(id), answer::run(self.stages.clone(), request));
        self.begin_call(CallKind::Follow, id);
        true
    }

    fn begin_next_call(&mut self, now: Timestamp) -> bool {
        if self.scheduler.to_call.is_empty() || !self.scheduler.allowance.take(now) {
            return false;
        }
        let Some(id) = self.scheduler.to_call.pop_front() else { return false };
        let Some(job) = self.jobs.get(id) else { return true };
        let request = match job.state.request() {
            Some(request) if job.state.is_at_fal() => request.clone(),
            _ => return true,
        };
        let logs = self.options.manner.logs || self.publisher.faces.watch(id);
        let live = self.runtime.entry(id).or_default();
        if live.calling {
            return true;
        }
        live.calling = true;
        self.spawn_stage(Step::Poll(id), poll::run(self.stages.clone(), request, logs));
        self.begin_call(CallKind::Follow, id);
        true
    }

    fn begin_next_save(&mut self) -> bool {
        let Some(id) = self.scheduler.to_save.pop_front() else { return false };
        let Some(job) = self.jobs.get(id) else { return true };
        let JobState::Saving(_, request, answer) = &job.state else { return true };
        let (meter, length) = (Meter::towards(Arc::clone(&self.publisher.down)), Arc::<AtomicU64>::default());
        let params = self.jobs.params_of(job);
        let made = Provenance::new(self.stages.endpoint.as_str(), params.canonical(), answer.seed, request.id.as_str());
        let work = Save {
            index: id.number(),
            request: request.id.clone(),
            made,
            promised: params.output_size(job.photo.pixels),
            photo: job.photo.clone(),
            answer: (**answer).clone(),
            said: job.said().caption,
            previous: self.replaceable(id),
            meter: meter.clone(),
            length: Arc::clone(&length),
        };
        let abort = self.spawn_stage(Step::Save(id), save::run(self.stages.clone(), work));
        let live = self.runtime.entry(id).or_default();
        live.meter = Some((meter, length));
        live.abort = Some(abort);
        self.begin_call(CallKind::Fetch, id);
        self.publisher.dirty = true;
        true
    }

    /// Asks about a request after a while.
    pub(super) fn call_in(&mut self, id: JobId, wait: Duration) {
        // One reading of the clock: a call is made only if it is at the time that is due.
        let due = self.now().plus(wait).rounded_up(TICK);
        self.scheduler.timers.push(Reverse((due, id, Timer::Call)));
        self.runtime.entry(id).or_default().due = Some(due);
    }

    /// Asks sooner about what stands in the queue, once that is known to move faster than was thought.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        // Webhooks tell by themselves.
        if self.options.world.webhooks.is_some() || !self.scheduler.poll_interval.quickened() {
            return;
        }
        let late = |id: JobId| {
            let live = self.runtime.get(&id).filter(|live| !live.calling)?;
            Some((id, live.due?, live.following.position?, live.following.not_running_at?))
        };
        let queued = |id: &JobId| self.jobs.get(*id).is_some_and(|job| matches!(job.state, JobState::InQueue(..)));
        let ids: Vec<_> = self.jobs.index().members(Group::Active).filter(queued).filter_map(late).collect();
        for (id, due, position, seen) in ids {
            let wait = self.scheduler.poll_interval.next(Seen::Queued(Some(position)), false, self.rng.f64());
            let sooner = seen.plus(wait).max(now);
            if sooner < due {
                self.call_in(id, sooner.since(now));
            }
        }
    }

    /// Does what is due.
    pub(super) fn run_timers(&mut self, now: Timestamp) {
        while let Some((at, id, timer)) = self.scheduler.due(now) {
            match timer {
                // A call that was moved is made at its new time.
                Timer::Call if self.runtime.get(&id).is_some_and(|live| live.due == Some(at)) => {
                    self.scheduler.to_call.push_back(id);
                }
                Timer::Call => {}
                Timer::Wake => self.wake(id, now),
            }
        }
    }

    /// A wait is over: the job queues for the step that it goes on with.
    fn wake(&mut self, id: JobId, now: Timestamp) {
        let Some(JobState::Waiting { until, checkpoint, .. }) = self.jobs.get(id).map(|job| &job.state) else { return };
        if *until > now {
            return;
        }
        match &**checkpoint {
            Checkpoint::Nothing => self.scheduler.to_upload.push_back(id),
            Checkpoint::Upload(_) => self.scheduler.to_submit.push_back(id),
            Checkpoint::Request(_) => {
                self.runtime.entry(id).or_default().due = None;
                self.scheduler.to_call.push_back(id);
            }
            Checkpoint::Answer(_, answer) => {
                let answer = (**answer).clone();
                if self.happen(id, Transition::StartSave(answer)) {
                    self.scheduler.to_save.push_back(id);
                }
            }
        }
    }

    /// Lets a waiting job go on at `until`.
    pub(super) fn wake_at(&mut self, id: JobId, until: Timestamp) {
        self.scheduler.timers.push(Reverse((until, id, Timer::Wake)));
        self.runtime.entry(id).or_default().meter = None;
    }
}

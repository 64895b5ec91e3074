//! What follows from a step is done: the one place where jobs change, and everybody is told.

use crate::engine::actor::Engine;
use crate::engine::effect::{Effect, Effects};
use crate::engine::event::What;
use crate::engine::publish::view_model;
use crate::engine::recovery::archived;
use crate::engine::resilience::connectivity::CallKind;
use crate::engine::snapshot::LogLine;
use crate::engine::steps::submit;
use crate::engine::tasks::Step;
use crate::job::{Cause, Checkpoint, Cost, Job, JobId, Photo, Saved, Stage, Suspicion, Timestamp, Transition};
use crate::ledger::Attempt;

impl Engine {
    /// Does what follows for a job, in order.
    pub(super) fn perform(&mut self, id: JobId, effects: Effects) {
        for effect in effects {
            self.perform_one(id, effect);
        }
    }

    fn perform_one(&mut self, id: JobId, effect: Effect) {
        match effect {
            Effect::Change(transition, then) => {
                if self.happen(id, transition) {
                    self.perform(id, then);
                }
            }
            Effect::Queue(queue) => self.scheduler.queue(queue, id),
            Effect::CallIn(wait) => self.call_in(id, wait),
            Effect::Record => self.record(id),
            Effect::Note => {
                if let Some(job) = self.jobs.get(id) {
                    self.stages.writer.note(job);
                }
            }
            Effect::GotThrough(call_kind) => self.got_through(call_kind, id),
            Effect::Met(call_kind, error) => {
                self.met(call_kind, id, &error);
            }
            Effect::Forgive => self.runtime.entry(id).or_default().forgive(),
            Effect::Failed(failure) => self.failed(id, *failure),
            Effect::Retry(again) => self.retry(id, again),
            Effect::Wait(again) => self.wait(id, again),
            Effect::Fail(cause, checkpoint) => self.fail(id, &cause, checkpoint),
            Effect::Lose(cause, checkpoint) => self.lose(id, &cause, checkpoint),
            Effect::LoseReply(cause) => self.lose_reply(id, &cause),
            Effect::EndCancelled => self.end_cancelled(id),
            Effect::AskToCancel => self.ask_to_cancel(id),
            Effect::FindArchived => self.find_archived(id),
            Effect::AwaitRival(batch) => self.await_rival(id, batch),
            Effect::AwaitMoney(upload, money) => self.await_money(id, upload, money),
            Effect::Send => self.send(id),
            Effect::Wake => self.wake_at(id, self.now()),
            Effect::AskLedger(content) => self.ask_ledger(id, content),
            Effect::Reuses => self.reuses(id),
            Effect::Reused => drop(self.jobs.reuse(id, true)),
            Effect::Pays => drop(self.jobs.reuse(id, false)),
            Effect::MadeWith(own) => self.jobs.make_with(id, own),
            Effect::JudgedAs(opinion) => drop(self.jobs.say(id, opinion)),
            Effect::Displaced => drop(self.previous.remove(&id)),
            Effect::NoteInFolder => self.note_in_folder(id),
            Effect::Replan => self.replan(),
            Effect::LookForLost => self.look_for_lost(),
            Effect::Remeasured(photo) => self.remeasured(id, *photo),
            Effect::Learned(content) => self.learned(id, content),
            Effect::Keep(saved, suspicion) => self.keep(id, *saved, suspicion),
            Effect::Remark(note) => {
                let now = self.now();
                let line = self.runtime.entry(id).or_default().log.remark(&note, now);
                self.said(id, line);
            }
            Effect::Said(line) => self.said(id, line),
            Effect::Pause(reason) => self.hold(reason),
            Effect::TakeOver => self.take_over(),
            Effect::Show => self.publisher.dirty = true,
        }
    }

    /// Lets something happen to a job, and tells everybody. False if it could not happen.
    pub(super) fn happen(&mut self, id: JobId, transition: Transition) -> bool {
        let at = self.now();
        let before = self.jobs.get(id).map(|job| job.state.status());
        let is_worth_noting = transition.is_news_to_a_later_run();
        let bound = self.jobs.bound();
        let job = match self.jobs.apply(id, transition, at) {
            Ok(Some(job)) => job,
            Ok(None) => return false,
            Err(impossible) => {
                tracing::warn!(job = %id, %impossible, "dropped");
                return false;
            }
        };
        if is_worth_noting {
            self.stages.writer.note(job);
        }
        let ended = job.state.is_final();
        self.publisher.said.of_job(before, job.state.status(), at);
        self.changed(id, at);
        self.tell_first_bill(bound, id);
        if ended {
            self.twin_ended(id);
            self.meet_changed(id);
        }
        true
    }

    /// Tells everybody of a job's new state.
    pub(super) fn changed(&mut self, id: JobId, at: Timestamp) {
        let job = self.jobs.get(id).filter(|_| self.publisher.events.is_some());
        if let Some(change) = job.map(|job| Box::new(view_model::change(job, at))) {
            self.tell(What::Job(change));
        }
        self.publisher.dirty = true;
    }

    /// A line is in a job's log.
    fn said(&mut self, id: JobId, line: LogLine) {
        self.publisher.dirty = true;
        if self.is_told() {
            self.tell(What::Log(id, line));
        }
    }

    /// Brings a job's state into the ledger and reports when it is safe there.
    pub(super) fn record(&mut self, id: JobId) {
        if let Some(job) = self.jobs.get(id).cloned() {
            self.spawn_stage(Step::Record(id), submit::record(self.stages.clone(), job));
        }
    }

    /// A photo was measured anew: from here on it is what it is now, for its price as for its dedup.
    fn remeasured(&mut self, id: JobId, photo: Photo) {
        let Some(known) = self.jobs.get(id).filter(|known| known.photo != photo).cloned() else { return };
        self.forget_twin(&known);
        self.jobs.replace(Job { photo, ..known });
    }

    /// What a new result of a job may take the place of: one of an earlier attempt, or of a trial.
    pub(super) fn replaceable(&self, id: JobId) -> Option<Box<Saved>> {
        let of_trial = || Some(Box::new(self.planning.trials.get(&self.jobs.get(id)?.photo.path)?.clone()));
        self.previous.get(&id).cloned().or_else(of_trial)
    }

    /// A result is on disk: its folder remembers it from now on, whatever becomes of the ledger.
    pub(super) fn note_in_folder(&self, id: JobId) {
        if let Some(job) = self.jobs.get(id) {
            self.stages.output.note(job, &self.stages.terms);
        }
    }

    fn keep(&mut self, id: JobId, saved: Saved, suspicion: Option<Suspicion>) {
        let now = self.now();
        let replaces = self.previous.remove(&id).is_some();
        self.publisher.throughput.saved(now);
        if let Some(job) = self.jobs.get(id) {
            self.publisher.throughput.took(saved.inference_s, &job.photo.slash_path());
        }
        self.resilience.failures.succeeded();
        let began = self.jobs.get(id).and_then(|job| job.state.run());
        let transition = match self.to_compare(id, &saved, suspicion, replaces) {
            Some(suspicion) => Transition::Doubt(saved, suspicion),
            None => Transition::Save(saved),
        };
        if !self.happen(id, transition) {
            return;
        }
        self.note_spent(now);
        self.note_in_folder(id);
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
        self.publisher.outdate_history(id);
        self.ended(id);
    }

    /// The queue no longer knows a request that it once accepted: fal is asked for what it stored.
    fn find_archived(&mut self, id: JobId) {
        let Some(request) = self.jobs.get(id).and_then(|job| job.state.request_id()).cloned() else { return };
        self.runtime.entry(id).or_default().calling = true;
        self.spawn_stage(Step::Stored(id), archived::run(self.stages.clone(), request));
        self.begin_call(CallKind::Follow, id);
    }

    /// Ends a job whose result was most likely billed and cannot be had: that money is spent.
    fn lose(&mut self, id: JobId, cause: &Cause, checkpoint: Checkpoint) {
        let Some(job) = self.jobs.get(id) else { return };
        // What others paid for is theirs to count.
        let cost = if self.dedup.is_settled(id) { None } else { self.jobs.at_most(job).map(Cost::feared) };
        self.fail_with(id, cause, checkpoint, cost);
    }

    /// The answer to a paid call was lost: it is looked for, and never made again unasked.
    pub(super) fn lose_reply(&mut self, id: JobId, cause: &Cause) {
        if self.happen(id, Transition::LoseReply) {
            self.write_attempt(id, cause, None);
            self.look_for_lost();
            self.record(id);
            self.ended(id);
        }
    }
}

//! What follows from what a face asks.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::actor::Engine;
use crate::engine::command::Command;
use crate::engine::crew::Errand;
use crate::engine::event::What;
use crate::engine::publish::action_preview::{may_cancel, may_reopen, preview_action};
use crate::engine::publish::attempt_history::AttemptHistory;
use crate::engine::publish::faces::FaceId;
use crate::engine::publish::faces::sight::Sight;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::snapshot::{Notice, NoticeKind, Query};
use crate::engine::steps::cancel;
use crate::engine::tasks::Step;
use crate::job::{Checkpoint, Group, JobId, JobState, Transition, Usd, Verdict, plural};
use crate::ledger::{Trail, Wanted};

/// The largest window.
const WINDOW: i32 = 256;
/// What a face hears that may only look.
const READ_ONLY: &str = "read-only: nothing is changed from here";

impl Engine {
    /// Does what a face asks, as far as it can be done.
    pub(super) fn command(&mut self, face: FaceId, command: Command) {
        self.publisher.faces.begin(face);
        if command.changes() && self.publisher.faces.only_looks(face) {
            self.publisher.refuse(READ_ONLY);
        } else if command.changes() && self.course.observed.is_some() {
            self.pass_on(command);
        } else {
            self.obey(command);
        }
        self.publisher.faces.end();
        self.publisher.dirty = true;
    }

    fn obey(&mut self, command: Command) {
        match command {
            command @ (Command::Budget(_) | Command::Window(_)) if self.ask_of_all(&command) => {}
            Command::Start => self.start(),
            Command::Canary(photos) => self.set_canary(photos),
            Command::BackToPlan => self.course.back |= self.may_go_back(),
            Command::Param { name, value } => self.set_param(&name, value.as_ref()),
            Command::TakeModel(listing) => self.take_model(listing),
            Command::Compare { seq, models } => self.compare(seq, &models),
            Command::LeaveOut { which, out } => self.leave_out(which, out),
            Command::PriceLimit(limit) => self.limit_price(limit),
            Command::TrustPrice => self.trust_price(),
            Command::Look(query) => self.look_through(query),
            Command::PreviewAction { seq, jobs } => {
                if let Some(sight) = self.publisher.faces.asking() {
                    sight.action_preview = Some(preview_action(&self.jobs, seq, &jobs));
                }
            }
            Command::Retry(ids) => self.do_with(ids, Errand::Retry),
            Command::RetryFailed { only } => {
                let failed: Vec<_> = match only {
                    Some(kind) => self.jobs.causes().members(kind).collect(),
                    None => self.jobs.index().members(Group::Failed).collect(),
                };
                for id in failed {
                    self.reopen(id);
                }
                self.adopt(Errand::Retry(Wanted::Failed(only)));
                self.resilience.failures.reset();
            }
            Command::Cancel(ids) => self.do_with(ids, Errand::Cancel),
            Command::Accept(ids) => self.judge(ids, Verdict::Accepted),
            Command::Reject(ids) => self.judge(ids, Verdict::Rejected),
            Command::Rate(ids, stars) => self.rate(ids, stars),
            Command::Caption { job, text } => self.say_caption(job, &text),
            Command::CountGroups { seq, like, marked } => self.count_groups(seq, like, &marked),
            Command::JudgeGroup { seq, group, verdict } => {
                let groups = self.publisher.faces.asking().and_then(|sight| sight.groups.as_mut());
                let ids = groups.and_then(|groups| groups.take(seq, group));
                self.judge(ids.unwrap_or_default(), verdict);
            }
            Command::Undo => self.undo(),
            Command::PreviewRedo { seq, job, params } => self.preview_redo(seq, job, &params),
            Command::Redo { job, params } => self.redo(job, &params),
            Command::Pause => self.hold(PauseReason::User),
            Command::Resume => {
                if matches!(self.resilience.pause, Some(PauseReason::Canary(_))) {
                    self.release_canary();
                }
                if self.resilience.pause.take() == Some(PauseReason::User) {
                    self.tell_change(NoticeKind::Resumed, "a person goes on with it".to_owned());
                }
                self.resilience.failures.reset();
                self.resilience.account.hurry(self.now());
            }
            Command::Budget(cap) => self.set_budget(cap),
            Command::Window(by) => {
                let window = (i32::from(self.scheduler.window) + by).clamp(1, WINDOW);
                self.scheduler.window = u16::try_from(window).unwrap_or(1);
                let now = plural(usize::from(self.scheduler.window), "request", "requests");
                self.tell_change(NoticeKind::Changed, format!("a person set the window: at most {now} at fal at once"));
            }
            Command::Quit { leave, signal } => self.leave(leave, signal),
        }
    }

    /// Sets the cap. What is sent already is not taken back; a batch that stood at its cap goes on.
    fn set_budget(&mut self, cap: Option<Usd>) {
        if cap.is_some() && !self.jobs.price().is_some_and(|price| self.jobs.params().holds_cap(price)) {
            tracing::warn!("without a price that is known beforehand a cap cannot be kept");
            return;
        }
        self.options.limits.budget = cap;
        if cap.is_some() && self.jobs.bound().is_none() {
            self.jobs.hold_cap(&[]);
        }
        Arc::make_mut(&mut self.facts).budget = cap;
        self.tell_cap(cap);
        if matches!(self.resilience.pause, Some(PauseReason::Budget { .. } | PauseReason::Unsaid { .. })) {
            // If it still does not fit, the next dispatch says so again.
            self.resilience.pause = None;
        }
    }

    /// Tells that a person set the cap, or took it away.
    pub(super) fn tell_cap(&mut self, cap: Option<Usd>) {
        let now = cap.map_or("took the cap away".to_owned(), |cap| format!("set the cap to {cap}"));
        self.tell_change(NoticeKind::Changed, format!("a person {now}"));
    }

    /// Tells a run's lines or events what a person did to it from elsewhere.
    pub(super) fn tell_change(&mut self, kind: NoticeKind, message: String) {
        self.tell(What::Notice(Notice { kind, message, action: "nothing to do".to_owned() }));
    }

    fn look_through(&mut self, query: Query) {
        if let Some(sight) = self.publisher.faces.asking() {
            sight.looker.look(query);
        }
    }

    /// Gives a job that ended another go, with whatever it kept.
    pub(super) fn reopen(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(id).filter(|job| may_reopen(&job.state)) else { return };
        let checkpoint = match &job.state {
            JobState::Failed { checkpoint, .. } => (**checkpoint).clone(),
            // It is paid for: the same answer is read again.
            JobState::Unread(_, request, _) => Checkpoint::Request(request.clone()),
            JobState::Review(..) | JobState::Cancelled(_) => Checkpoint::Nothing,
            // A face has shown the price and that it may be paid twice.
            JobState::Unknown(_, intent) => Checkpoint::Upload(intent.upload.clone()),
            _ => return,
        };
        let call = job.state.claim().filter(|_| checkpoint.request().is_none()).map(|claim| claim.call);
        if let Some(call) = call {
            // Who sees that it was, or may have been, paid for and asks for another go means one of its own.
            self.dedup.awaited.settle(id, call);
        }
        if matches!(job.state, JobState::Review(..)) {
            // The same result again is not what is wanted.
            self.dedup.insist(id);
        }
        if let Some(saved) = job.state.saved() {
            self.previous.insert(id, Box::new(saved.clone()));
        }
        if matches!(job.state, JobState::Unknown(..)) {
            self.write_off(id, "given up: it may have been accepted, and billed");
        }
        if self.happen(id, Transition::Reopen(checkpoint)) {
            self.runtime.entry(id).or_default().renew();
            self.reconsider(id);
        }
    }

    /// Stops a job: at once if nothing was sent, else fal is asked to.
    pub(super) fn cancel(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(id).filter(|job| may_cancel(&job.state)) else { return };
        match &job.state {
            JobState::Pending | JobState::Uploaded(..) | JobState::Uploading(_) => {
                if let Some(abort) = self.runtime.get_mut(&id).and_then(|live| live.abort.take()) {
                    abort.abort();
                }
                self.end_cancelled(id);
            }
            JobState::Waiting { checkpoint, .. } if checkpoint.request().is_none() => self.end_cancelled(id),
            JobState::Submitting(..) => self.runtime.entry(id).or_default().cancelling = true,
            state if state.is_at_fal() => self.ask_to_cancel(id),
            _ => {}
        }
    }

    pub(super) fn ask_to_cancel(&mut self, id: JobId) {
        let Some(request) = self.jobs.get(id).and_then(|job| job.state.request()).cloned() else { return };
        self.runtime.entry(id).or_default().cancelling = true;
        self.spawn_stage(Step::Cancel(id), cancel::run(self.stages.clone(), request));
    }

    /// Follows a face's cursor: the job under it is asked about sooner, and its history is fetched.
    pub(super) fn watch_cursor(&mut self, sight: &mut Sight, id: Option<JobId>) {
        if sight.watched != id {
            sight.watched = id;
            if let Some(id) = id
                && self.runtime.get(&id).is_some_and(|live| live.due.is_some())
            {
                self.call_in(id, Duration::ZERO);
            }
        }
        let Some(id) = id else { return };
        if sight.history.as_ref().is_none_or(|history| history.of != id) {
            sight.history = Some(AttemptHistory { of: id, attempts: Vec::new(), trail: Trail::default() });
            let (ledger, writer, batch) = (self.ledger.clone(), self.stages.writer.clone(), self.facts.id);
            self.spawn_stage(Step::Recall(id), async move {
                // What is still on its way into the ledger belongs to the story, too.
                drop(writer.flush().await);
                let attempts = ledger.attempts(batch, id).await.unwrap_or_default();
                crate::engine::steps::stages::Outcome::Recalled(
                    attempts,
                    ledger.trail(batch, id).await.unwrap_or_default(),
                )
            });
        }
    }
}

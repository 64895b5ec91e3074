//! The plan while it can be changed: parameters, what is left out, and what follows for the price.
//! Other parameters make another batch, so that nothing is ever sent under the wrong one's name.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::engine::actor::Engine;
use crate::engine::canary::state::Start;
use crate::engine::command::Command;
use crate::engine::planning::state::{Link, Planning, Restart};
use crate::engine::snapshot::Choice;
use crate::intake::Found;
use crate::job::{Job, JobId, JobState, Transition, Usd};
use crate::plan::{About, Cap, Field, LEFT_OUT, Plan, Selection, Standing, is_unfilled};

impl Engine {
    /// Whether parameters were changed.
    pub(in crate::engine) fn is_changed(&self) -> bool {
        *self.jobs.params() != self.planning.edit.base || self.planning.edit.taken.is_some()
    }

    /// Before the start, where the photos are found anew: a batch that is retried is what it is.
    pub(in crate::engine) fn may_change(&self) -> bool {
        !self.course.started && self.options.walks && self.course.leaving.is_none()
    }

    /// Sets a parameter, or gives it back its default.
    pub(in crate::engine) fn set_param(&mut self, name: &str, value: Option<&Value>) {
        if !self.may_change() {
            return;
        }
        let params = match self.jobs.params().with(self.planned_model(), name, value) {
            Ok(params) => params,
            Err(error) => return tracing::warn!(%error, "not changed"),
        };
        if params == *self.jobs.params() {
            return;
        }
        self.jobs.set_params(params);
        self.params_changed();
    }

    /// What follows from another model or other parameters.
    pub(in crate::engine) fn params_changed(&mut self) {
        self.planning.edit.sibling.clear();
        self.change_plan();
        self.show_params();
        self.look_up_sibling();
    }

    /// What faces show of the batch follows its parameters.
    fn show_params(&mut self) {
        let params = self.jobs.params();
        let facts = Arc::make_mut(&mut self.facts);
        (facts.params, facts.growth) = (params.values(), params.growth());
    }

    pub(in crate::engine) fn leave_out(&mut self, which: Selection, out: bool) {
        if !self.course.started && self.course.leaving.is_none() {
            match which {
                Selection::Photo(id) => {
                    if self.leave_out_one(id, out) {
                        (self.planning.edit.begin, self.publisher.dirty) = (false, true);
                        return;
                    }
                }
                Selection::Losing(loss) => self.planning.selection.choose(self.jobs.losing(loss), out),
                Selection::Folder(folder) => self.planning.selection.choose_folder(folder, out),
                Selection::Matching(text) if text.trim().is_empty() && !out => self.planning.selection.take_all_in(),
                Selection::Matching(text) => self.planning.selection.choose(self.jobs.matching(&text), out),
            }
            self.change_plan();
        }
    }

    pub(in crate::engine) fn limit_price(&mut self, limit: Option<Usd>) {
        if !self.course.started && self.course.leaving.is_none() {
            self.planning.selection.limit(limit);
            self.change_plan();
        }
    }

    /// Takes the price that is named in place of the one that counts while it is in doubt. A cap that could
    /// not be kept with it leaves it in doubt.
    pub(in crate::engine) fn trust_price(&mut self) {
        let Some(price) =
            self.facts.named_price.clone().filter(|_| !self.course.started && self.course.leaving.is_none())
        else {
            return;
        };
        if self.options.limits.budget.is_none() || self.jobs.params().holds_cap(&price) {
            Arc::make_mut(&mut self.facts).named_price = None;
            self.jobs.set_price(price.clone());
            if self.options.limits.budget.is_some() {
                self.jobs.hold_cap(&[]);
            }
            self.planning.planner.set_price(Some(price));
            self.change_plan();
        }
    }

    /// The plan is another one now: what was said to start was not this.
    fn change_plan(&mut self) {
        (self.planning.edit.stale, self.planning.edit.begin, self.publisher.dirty) = (true, false, true);
    }

    /// The plan was confirmed.
    pub(in crate::engine) fn start(&mut self) {
        if self.course.started {
            return;
        }
        if let Err(missing) = self.jobs.params().complete(self.planned_model()) {
            return tracing::warn!(%missing, "not started");
        }
        if self.is_changed() {
            self.planning.edit.begin = true;
            return;
        }
        self.recount();
        self.course.started = true;
        let out: Vec<_> = self.jobs.iter().filter(|job| self.is_left_out(job)).map(|job| job.id).collect();
        for id in &out {
            self.skip_left_out(*id);
            self.count_in_plan(*id);
        }
        // Whoever waited for one of them is sent for itself.
        for id in out {
            self.twin_ended(id);
        }
    }

    /// Whether a job that could be sent is left out.
    pub(in crate::engine) fn is_left_out(&self, job: &Job) -> bool {
        job.state.is_unsent()
            && (self.options.left_out.contains(&job.photo.path)
                || self.planning.selection.leaves_out(job.id, self.jobs.estimate(job)))
    }

    pub(in crate::engine) fn skip_left_out(&mut self, id: JobId) {
        let transition = self.planning.selection.left_out(id);
        self.note_of_plan(id, transition);
    }

    /// Something happens to a job on the plan: it is recorded, and no face is told but by the plan.
    pub(in crate::engine) fn note_of_plan(&mut self, id: JobId, transition: Transition) {
        match self.jobs.apply(id, transition, self.now()) {
            Ok(Some(job)) => self.stages.writer.note(job),
            Ok(None) => {}
            Err(impossible) => tracing::warn!(job = %id, %impossible, "dropped"),
        }
    }

    /// A job was found, or is known to be gone: it counts in the plan.
    pub(in crate::engine) fn count_in_plan(&mut self, id: JobId) {
        let is_changed = self.is_changed();
        let is_duplicate = !is_changed && self.is_reused(id);
        let Some(standing) = self.jobs.get(id).map(|job| self.standing(job, is_changed)) else { return };
        let Self { jobs, dedup, planning: Planning { planner, selection, trials, .. }, .. } = self;
        let Some(job) = jobs.get(id) else { return };
        let price = jobs.estimate(job);
        let is_out = standing == Standing::Send
            && if is_duplicate { selection.count_duplicate(id, price) } else { selection.count(id, price) };
        let choice = match (is_out, is_duplicate) {
            _ if standing != Standing::Send => None,
            (true, _) => Some(Choice::Out),
            (false, true) => Some(Choice::Duplicate),
            (false, false) => Some(Choice::In),
        };
        if is_out {
            planner.leave_out(&job.photo);
        } else {
            let has_trial = trials.contains_key(&job.photo.path);
            let (found, is_changed) = (dedup.remembered.found(id), dedup.remembered.is_changed(id));
            let work = jobs.work(job);
            planner.count(job, standing, About { work, is_duplicate, found, is_changed, has_trial });
        }
        jobs.set_choice(id, choice);
    }

    /// How a photo counts: as its job stood when the run began, and a new one's as it is.
    fn standing(&self, job: &Job, is_changed: bool) -> Standing {
        let state = self.planning.edit.standing(job, is_changed);
        let at_start = self.planning.standings.get(job.id.index()).filter(|_| !is_changed);
        match (state, at_start) {
            (JobState::Skipped(_), _) | (_, None) => Standing::of(state),
            (_, Some(at_start)) => *at_start,
        }
    }

    /// Whether a job gets another one's result, and that one is not left out.
    pub(in crate::engine) fn is_reused(&self, id: JobId) -> bool {
        let leader = self.dedup.duplicates.leader(id);
        let is_led_astray = leader.and_then(|leader| self.jobs.get(leader)).is_some_and(|job| self.is_left_out(job));
        self.jobs.is_reusing(id) && (self.dedup.remembered.found(id).is_some() || !is_led_astray)
    }

    /// Counts the plan from the start if something was changed in it.
    pub(in crate::engine) fn recount(&mut self) {
        if !std::mem::take(&mut self.planning.edit.stale) {
            return;
        }
        self.planning.planner.recount();
        self.planning.selection.recount();
        let is_changed = self.is_changed();
        let ids: Vec<_> = self.jobs.iter().map(|job| job.id).collect();
        for id in ids {
            let is_known = self.planning.selection.is_found(id);
            let is_gone = !is_known && !self.planning.planner.is_walking();
            if is_known || (is_gone && !is_changed) {
                self.count_in_plan(id);
            } else {
                self.jobs.set_choice(id, None);
            }
        }
    }

    /// The plan as it stands.
    pub(in crate::engine) fn planned(&mut self) -> Arc<Plan> {
        self.recount();
        let is_open = self.may_change();
        let is_changed = self.is_changed();
        let taken = self.planning.edit.taken.clone();
        let left_at_fal = if is_changed { self.jobs.reserved() } else { 0 };
        // Changed parameters make a batch of its own, of which nothing is used yet.
        let used = if is_changed { Usd::ZERO } else { self.planning.used_before };
        let cap = Cap { budget: self.options.limits.budget, used };
        let Self { jobs, planning: Planning { planner, selection, .. }, options, course, .. } = self;
        planner.plan(cap, |plan| {
            if course.started {
                return;
            }
            selection.offer(plan, |id| jobs.get(id));
            (plan.changed, plan.left_at_fal, plan.disk_free) = (is_changed, left_at_fal, options.limits.disk_free);
            plan.disk_needed = plan.output_px.saturating_mul(BYTES_IN_TEN_PX) / 10;
            if is_open {
                let value = |name: &str| jobs.params().get(name).cloned();
                let field = |spec: &crate::model::ParamSpec| Field { spec: spec.clone(), value: value(&spec.name) };
                let model = taken.as_ref().map_or(&options.model, |taken| &taken.model);
                plan.fields = model.params.iter().map(field).collect();
            }
        })
    }

    /// Whether the changed batch can be begun: all that it takes is known, and nothing of this one is
    /// on its way into the ledger.
    pub(in crate::engine) fn is_to_begin_anew(&self) -> bool {
        let settled = self.planning.edit.looking.is_none() && !self.planning.planner.is_walking() && !self.is_paying();
        let begins = self.planning.edit.begin || self.course.back;
        begins && settled && self.course.leaving.is_none()
    }

    /// Hands over to the batch that the changed parameters make.
    pub(in crate::engine) async fn begin_anew(mut self, commands: mpsc::Receiver<Command>) -> Restart {
        for live in self.runtime.values() {
            if let Some(abort) = &live.abort {
                abort.abort();
            }
        }
        self.put_back();
        if let Err(error) = self.stages.writer.flush().await {
            tracing::error!(%error, "the last changes could not be written to the ledger");
        }
        let found = |job: &&Job| self.planning.selection.is_found(job.id);
        let photo = |job: &Job| match &job.state {
            // Who goes back to the plan may take it in again.
            JobState::Skipped(reason) if **reason != *LEFT_OUT && !is_unfilled(reason) => {
                Found::Skipped(job.photo.clone(), reason.clone())
            }
            _ => Found::Photo(job.photo.clone(), None),
        };
        let is_out = |job: &&Job| {
            matches!(&job.state, JobState::Skipped(reason) if **reason == *LEFT_OUT)
                || self.planning.selection.leaves_out(job.id, self.jobs.estimate(job))
        };
        Restart {
            model: self.planning.edit.taken.clone(),
            params: self.jobs.params().clone(),
            photos: self.jobs.iter().filter(found).map(photo).collect(),
            left_out: self.jobs.iter().filter(found).filter(is_out).map(|job| job.photo.path.clone()).collect(),
            window: self.scheduler.window,
            budget: self.options.limits.budget,
            price: self.jobs.price().cloned(),
            start: Start {
                // Other texts for each photo are looked at before they are sent.
                at_once: !self.course.back && self.jobs.params().slots(&self.options.model).is_none(),
                canary: self.course.canary.wish().filter(|_| !self.course.back),
            },
            link: Link { snapshot: self.publisher.snapshot, commands, query: self.publisher.looker.query() },
        }
    }
}

/// Bytes that ten pixels of a result take: a PNG of 2048×2048 px has some 9 MB.
const BYTES_IN_TEN_PX: u64 = 22;

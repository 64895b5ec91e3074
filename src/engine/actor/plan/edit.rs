//! The plan while it can be changed: parameters, what is left out, and what follows for the price.
//! Other parameters make another batch, so that nothing is ever sent under the wrong one's name.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::engine::actor::Engine;
use crate::engine::canary::state::Start;
use crate::engine::planning::count::{Around, Shown};
use crate::engine::planning::row::Turned;
use crate::engine::planning::state::{Link, Restart};
use crate::engine::snapshot::Page;
use crate::intake::Arrival;
use crate::job::{Job, JobId, Transition, Usd};
use crate::plan::{Plan, Selection};

impl Engine {
    /// Whether parameters were changed.
    pub(super) fn is_changed(&self) -> bool {
        self.planning.is_changed(&self.jobs)
    }

    /// Before the start, where the photos are found anew: a batch that is retried is what it is.
    pub(in crate::engine::actor) fn may_change(&self) -> bool {
        !self.course.started && self.options.walks && self.course.leaving.is_none()
    }

    /// Sets a parameter, or gives it back its default.
    pub(in crate::engine::actor) fn set_param(&mut self, name: &str, value: Option<&Value>) {
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
    pub(in crate::engine::actor) fn params_changed(&mut self) {
        self.planning.edit.forget_sibling();
        self.change_plan();
        self.show_params();
        self.look_up_sibling();
    }

    /// What faces show of the batch follows its parameters.
    fn show_params(&mut self) {
        let params = self.jobs.params();
        let facts = Arc::make_mut(&mut self.facts);
        (facts.params.values, facts.growth) = (params.values(), params.growth());
    }

    pub(in crate::engine::actor) fn leave_out(&mut self, which: Selection, out: bool) {
        if !self.course.started && self.course.leaving.is_none() {
            match which {
                Selection::Photo(id) => {
                    let Self { planning, jobs, dedup, options, .. } = self;
                    let turned = planning.turn(id, out, Around { jobs, dedup, left_out: &options.left_out });
                    if let Turned::Alone(choice) = turned {
                        self.jobs.set_choice(id, choice);
                    }
                    if turned != Turned::More {
                        self.planning.edit.turned();
                        self.publisher.dirty = true;
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

    pub(in crate::engine::actor) fn limit_price(&mut self, limit: Option<Usd>) {
        if !self.course.started && self.course.leaving.is_none() {
            self.planning.selection.limit(limit);
            self.change_plan();
        }
    }

    /// Takes the price that is named in place of the one that counts while it is in doubt. A cap that could
    /// not be kept with it leaves it in doubt.
    pub(in crate::engine::actor) fn trust_price(&mut self) {
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
        self.planning.edit.changed();
        self.publisher.dirty = true;
    }

    /// The plan was confirmed.
    pub(in crate::engine::actor) fn start(&mut self) {
        if self.course.started {
            return;
        }
        // Where photos have parameters of their own each was asked.
        let missing = self.jobs.params().complete(self.planned_model()).err();
        if let Some(missing) = missing.filter(|_| !self.jobs.fills()) {
            return tracing::warn!(%missing, "not started");
        }
        if self.is_changed() {
            self.planning.edit.begin();
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

    fn around(&self) -> Around<'_> {
        Around { jobs: &self.jobs, dedup: &self.dedup, left_out: &self.options.left_out }
    }

    /// Whether a job that could be sent is left out.
    pub(super) fn is_left_out(&self, job: &Job) -> bool {
        self.planning.is_left_out(job, self.around())
    }

    pub(super) fn skip_left_out(&mut self, id: JobId) {
        let transition = self.planning.selection.left_out(id);
        self.note_of_plan(id, transition);
    }

    /// Something happens to a job on the plan: it is recorded, and no face is told but by the plan.
    pub(in crate::engine::actor) fn note_of_plan(&mut self, id: JobId, transition: Transition) {
        match self.jobs.apply(id, transition, self.now()) {
            Ok(Some(job)) => self.stages.writer.note(job),
            Ok(None) => {}
            Err(impossible) => tracing::warn!(job = %id, %impossible, "dropped"),
        }
    }

    /// A job was found, or is known to be gone: it counts in the plan.
    pub(super) fn count_in_plan(&mut self, id: JobId) {
        let Self { planning, jobs, dedup, options, .. } = self;
        let choice = planning.count(id, Around { jobs, dedup, left_out: &options.left_out });
        self.jobs.set_choice(id, choice);
    }

    /// Counts the plan from the start if something was changed in it.
    pub(in crate::engine::actor) fn recount(&mut self) {
        let Self { planning, jobs, dedup, options, .. } = self;
        let counted = planning.recount(Around { jobs, dedup, left_out: &options.left_out });
        for (id, choice) in counted {
            self.jobs.set_choice(id, choice);
        }
    }

    /// The page with each photo as the plan has it.
    pub(in crate::engine::actor) fn with_plan_rows(&self, page: Page) -> Page {
        self.planning.page(page, self.around(), &self.runtime, self.resilience.pause.is_some())
    }

    /// The plan as it stands.
    pub(in crate::engine::actor) fn planned(&mut self) -> Arc<Plan> {
        self.recount();
        let shown = Shown {
            model: &self.options.model,
            cap: self.options.limits.budget,
            disk_free: self.options.limits.disk_free,
            is_started: self.course.started,
            is_open: self.may_change(),
        };
        self.planning.plan(&self.jobs, shown)
    }

    /// Whether the changed batch can be begun: all that it takes is known, and nothing of this one is
    /// on its way into the ledger.
    pub(in crate::engine::actor) fn is_to_begin_anew(&self) -> bool {
        let settled = !self.planning.edit.is_looking() && !self.planning.planner.is_walking() && !self.is_paying();
        let begins = self.planning.edit.begins() || self.course.back;
        begins && settled && self.course.leaving.is_none()
    }

    /// Hands over to the batch that the changed parameters make.
    pub(in crate::engine::actor) async fn begin_anew(mut self, arrivals: mpsc::Receiver<Arrival>) -> Restart {
        for live in self.runtime.values() {
            if let Some(abort) = &live.abort {
                abort.abort();
            }
        }
        self.put_back();
        if let Err(error) = self.stages.writer.flush().await {
            tracing::error!(%error, "the last changes could not be written to the ledger");
        }
        Restart {
            model: self.planning.edit.taken().cloned(),
            params: self.jobs.params().clone(),
            photos: self.planning.found(&self.jobs).collect(),
            arrivals: self.options.manner.watches.then_some(arrivals),
            left_out: self.planning.left_out(&self.jobs).collect(),
            window: self.scheduler.window,
            budget: self.options.limits.budget,
            price: self.jobs.price().cloned(),
            start: Start {
                // What differs by photo is looked at before it is sent.
                at_once: !self.course.back
                    && !self.jobs.fills()
                    && self.jobs.params().slots(&self.options.model).is_none(),
                canary: self.course.canary.wish().filter(|_| !self.course.back),
            },
            link: Link(self.publisher.faces.renewed()),
        }
    }
}

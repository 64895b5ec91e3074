//! The plan while it can be changed: parameters, what is left out, and what follows for the price.
//! Other parameters make another batch, so that nothing is ever sent under the wrong one's name.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{mpsc, watch};

use super::Command;
use super::board::{Board, Choice, Lens};
use super::run::Engine;
use super::stages::Outcome;
use super::tasks::Step;
use crate::intake::Found;
use crate::job::{Job, JobId, JobState, Usd};
use crate::ledger::{BatchKey, LedgerError};
use crate::model::{Params, UnitPrice};
use crate::plan::{About, Cap, Field, Plan, Selection, Standing, is_another};

/// The parameters as they are changed before the start.
#[derive(Debug)]
pub(super) struct Form {
    /// Those that the run was started with.
    base: Params,
    /// What the ledger knows of a batch with the changed ones, by path.
    sibling: HashMap<Box<Path>, Job>,
    /// The parameters that are being looked up in the ledger.
    looking: Option<String>,
    /// The person said to start with the changed ones.
    begin: bool,
    /// Something was changed since the plan was counted.
    pub(super) stale: bool,
}

/// What goes on as a batch of its own: the same photos with other parameters.
#[derive(Debug)]
pub struct Anew {
    /// The parameters.
    pub params: Params,
    /// Every photo that was found.
    pub photos: Vec<Found>,
    /// The paths of those that are left out.
    pub left_out: HashSet<Box<Path>>,
    /// Most requests at fal at once.
    pub window: u16,
    /// The cap.
    pub budget: Option<Usd>,
    /// The price that is reckoned with.
    pub price: Option<UnitPrice>,
    /// The face, which stays where it is.
    pub link: Link,
}

/// An engine's way to its faces and theirs to it.
#[derive(Debug)]
pub struct Link {
    pub(super) board: watch::Sender<Arc<Board>>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) lens: Lens,
}

impl Form {
    pub(super) fn new(base: Params) -> Self {
        Self { base, sibling: HashMap::new(), looking: None, begin: false, stale: false }
    }

    /// A job as it stands in the batch that the parameters make.
    pub(super) fn standing<'a>(&'a self, job: &'a Job, is_changed: bool) -> &'a JobState {
        match &job.state {
            state if !is_changed => state,
            state @ JobState::Skipped(_) => state,
            _ => self
                .sibling
                .get(&job.photo.path)
                .filter(|known| !is_another(known, &Job { state: JobState::Pending, ..job.clone() }))
                .map_or(&JobState::Pending, |known| &known.state),
        }
    }
}

impl Engine {
    /// Whether parameters were changed.
    pub(super) fn is_changed(&self) -> bool {
        *self.roster.params() != self.form.base
    }

    /// Before the start, where the photos are found anew: a batch that is retried is what it is.
    fn may_change(&self) -> bool {
        !self.started && self.setup.walks && self.leaving.is_none()
    }

    /// Sets a parameter, or gives it back its default.
    pub(super) fn set_param(&mut self, name: &str, value: Option<&Value>) {
        if !self.may_change() {
            return;
        }
        let params = match self.roster.params().with(&self.setup.model, name, value) {
            Ok(params) => params,
            Err(error) => return tracing::warn!(%error, "not changed"),
        };
        if params == *self.roster.params() {
            return;
        }
        self.roster.set_params(params);
        self.form.sibling.clear();
        self.change_plan();
        self.show_params();
        self.look_up_sibling();
    }

    /// What faces show of the batch follows its parameters.
    fn show_params(&mut self) {
        let params = self.roster.params();
        let facts = Arc::make_mut(&mut self.facts);
        (facts.params, facts.growth) = (params.told(), params.growth());
    }

    pub(super) fn leave_out(&mut self, which: Selection, out: bool) {
        if !self.started && self.leaving.is_none() {
            match which {
                Selection::Photo(id) => {
                    if self.leave_out_one(id, out) {
                        (self.form.begin, self.dirty) = (false, true);
                        return;
                    }
                }
                Selection::Folder(folder) => self.choices.choose_folder(folder, out),
                Selection::Matching(text) if text.trim().is_empty() && !out => self.choices.take_all_in(),
                Selection::Matching(text) => self.choices.choose(self.roster.matching(&text), out),
            }
            self.change_plan();
        }
    }

    pub(super) fn limit_price(&mut self, limit: Option<Usd>) {
        if !self.started && self.leaving.is_none() {
            self.choices.limit(limit);
            self.change_plan();
        }
    }

    /// Takes the price that is named in place of the one that counts while it is in doubt. A cap that could
    /// not be kept with it leaves it in doubt.
    pub(super) fn trust_price(&mut self) {
        let Some(price) = self.facts.named_price.clone().filter(|_| !self.started && self.leaving.is_none()) else {
            return;
        };
        if self.setup.budget.is_none() || price.can_be_capped() {
            Arc::make_mut(&mut self.facts).named_price = None;
            self.roster.set_price(price.clone());
            self.plan.set_price(price);
            self.change_plan();
        }
    }

    /// The plan is another one now: what was said to start was not this.
    fn change_plan(&mut self) {
        (self.form.stale, self.form.begin, self.dirty) = (true, false, true);
    }

    /// The plan was confirmed.
    pub(super) fn start(&mut self) {
        if self.started {
            return;
        }
        if self.is_changed() {
            self.form.begin = true;
            return;
        }
        self.recount();
        self.started = true;
        let out: Vec<_> = self.roster.iter().filter(|job| self.is_left_out(job)).map(|job| job.id).collect();
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
    pub(super) fn is_left_out(&self, job: &Job) -> bool {
        job.state.is_unsent()
            && (self.setup.left_out.contains(&job.photo.path)
                || self.choices.leaves_out(job.id, self.roster.estimate(job)))
    }

    pub(super) fn skip_left_out(&mut self, id: JobId) {
        let Some(job) = self.roster.get(id) else { return };
        let job = Job { state: self.choices.left_out(id), ..job.clone() };
        self.stages.writer.note(&job);
        self.roster.replace(job);
    }

    /// A job was found, or is known to be gone: it counts in the plan.
    pub(super) fn count_in_plan(&mut self, id: JobId) {
        let is_duplicate = !self.is_changed() && self.is_reused(id);
        let Some(standing) = self.roster.get(id).map(|job| self.standing(job)) else { return };
        let Self { roster, plan, choices, trials, reuse, .. } = self;
        let Some(job) = roster.get(id) else { return };
        let price = roster.estimate(job);
        let is_out = standing == Standing::Send
            && if is_duplicate { choices.count_duplicate(id, price) } else { choices.count(id, price) };
        let choice = match (is_out, is_duplicate) {
            _ if standing != Standing::Send => None,
            (true, _) => Some(Choice::Out),
            (false, true) => Some(Choice::Duplicate),
            (false, false) => Some(Choice::In),
        };
        if !is_out {
            let has_trial = trials.contains_key(&job.photo.path);
            let (found, is_changed) = (reuse.remembered.found(id), reuse.remembered.is_changed(id));
            let output = roster.output(job);
            plan.count(job, standing, About { output, is_duplicate, found, is_changed, has_trial });
        }
        roster.set_choice(id, choice);
    }

    /// How a photo counts: as its job stood when the run began, and a new one's as it is.
    fn standing(&self, job: &Job) -> Standing {
        let is_changed = self.is_changed();
        let state = self.form.standing(job, is_changed);
        let at_start = self.standings.get(job.id.index()).filter(|_| !is_changed);
        match (state, at_start) {
            (JobState::Skipped(_), _) | (_, None) => Standing::of(state),
            (_, Some(at_start)) => *at_start,
        }
    }

    /// Whether a job gets another one's result, and that one is not left out.
    pub(super) fn is_reused(&self, id: JobId) -> bool {
        let leader = self.reuse.duplicates.leader(id);
        let is_led_astray = leader.and_then(|leader| self.roster.get(leader)).is_some_and(|job| self.is_left_out(job));
        self.roster.is_reusing(id) && (self.reuse.remembered.found(id).is_some() || !is_led_astray)
    }

    /// Counts the plan from the start if something was changed in it.
    pub(super) fn recount(&mut self) {
        if !std::mem::take(&mut self.form.stale) {
            return;
        }
        self.plan.recount();
        self.choices.recount();
        let is_changed = self.is_changed();
        let ids: Vec<_> = self.roster.iter().map(|job| job.id).collect();
        for id in ids {
            let is_known = self.choices.is_found(id);
            let is_gone = !is_known && !self.plan.is_walking();
            if is_known || (is_gone && !is_changed) {
                self.count_in_plan(id);
            } else {
                self.roster.set_choice(id, None);
            }
        }
    }

    /// The plan as it stands.
    pub(super) fn planned(&mut self) -> Arc<Plan> {
        self.recount();
        let is_open = self.may_change();
        let is_changed = self.is_changed();
        let left_at_fal = if is_changed { self.roster.reserved() } else { 0 };
        // Changed parameters make a batch of its own, of which nothing is used yet.
        let used = if is_changed { Usd::ZERO } else { self.used_before };
        let cap = Cap { budget: self.setup.budget, used };
        let Self { roster, plan, choices, setup, started, .. } = self;
        plan.plan(cap, |plan| {
            if *started {
                return;
            }
            choices.offer(plan, |id| roster.get(id));
            (plan.changed, plan.left_at_fal, plan.disk_free) = (is_changed, left_at_fal, setup.disk_free);
            plan.disk_needed = plan.output_px.saturating_mul(BYTES_IN_TEN_PX) / 10;
            if is_open {
                let value = |name: &str| roster.params().get(name).cloned();
                let field = |spec: &crate::model::ParamSpec| Field { spec: spec.clone(), value: value(&spec.name) };
                plan.fields = setup.model.params.iter().map(field).collect();
            }
        })
    }

    /// Asks the ledger for a batch with these parameters: what is done in it is not sent again.
    fn look_up_sibling(&mut self) {
        if self.form.looking.is_some() || !self.is_changed() {
            return;
        }
        let wanted = self.roster.params().canonical();
        self.form.looking = Some(wanted.clone());
        let (ledger, id) = (self.ledger.clone(), self.facts.id);
        self.spawn_stage(Step::Sibling, async move {
            let look = async {
                let key = BatchKey { params: wanted, ..ledger.batch(id).await?.key };
                match ledger.batch_of(&key).await? {
                    Some(batch) => ledger.jobs(batch).await,
                    None => Ok(Vec::new()),
                }
            };
            Outcome::Sibling(look.await)
        });
    }

    /// What the ledger knows of a batch with the changed parameters.
    pub(super) fn sibling_found(&mut self, jobs: Result<Vec<Job>, LedgerError>) {
        let looked_for = self.form.looking.take();
        if looked_for.is_none_or(|looked_for| looked_for != self.roster.params().canonical()) {
            return self.look_up_sibling();
        }
        match jobs {
            Ok(jobs) => {
                self.form.sibling = jobs.into_iter().map(|job| (job.photo.path.clone(), job)).collect();
                (self.form.stale, self.dirty) = (true, true);
            }
            Err(error) => {
                tracing::error!(%error, "the ledger cannot be read");
                self.form.begin = false;
            }
        }
    }

    /// It could not be read, so that it is not begun.
    pub(super) fn sibling_unread(&mut self) {
        self.form.looking = None;
        self.form.begin = false;
        self.dirty = true;
    }

    /// Whether the changed batch can be begun: all that it takes is known, and nothing of this one is
    /// on its way into the ledger.
    pub(super) fn is_to_begin_anew(&self) -> bool {
        let settled = self.form.looking.is_none() && !self.plan.is_walking() && !self.is_paying();
        self.form.begin && settled && self.leaving.is_none()
    }

    /// Hands over to the batch that the changed parameters make.
    pub(super) async fn begin_anew(self, commands: mpsc::Receiver<Command>) -> Anew {
        for live in self.live.values() {
            if let Some(abort) = &live.abort {
                abort.abort();
            }
        }
        if let Err(error) = self.stages.writer.flush().await {
            tracing::error!(%error, "the last changes could not be written to the ledger");
        }
        let found = |job: &&Job| self.choices.is_found(job.id);
        let photo = |job: &Job| match &job.state {
            JobState::Skipped(reason) => Found::Skipped(job.photo.clone(), reason.clone()),
            _ => Found::Photo(job.photo.clone()),
        };
        let is_out = |job: &&Job| self.choices.leaves_out(job.id, self.roster.estimate(job));
        Anew {
            params: self.roster.params().clone(),
            photos: self.roster.iter().filter(found).map(photo).collect(),
            left_out: self.roster.iter().filter(found).filter(is_out).map(|job| job.photo.path.clone()).collect(),
            window: self.window,
            budget: self.setup.budget,
            price: self.roster.price().cloned(),
            link: Link { board: self.board, commands, lens: self.look.lens() },
        }
    }
}

/// Bytes that ten pixels of a result take: a PNG of 2048×2048 px has some 9 MB.
const BYTES_IN_TEN_PX: u64 = 22;

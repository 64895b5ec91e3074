//! What becomes of each photo if the plan is started as it stands, and what all of it makes.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use crate::engine::dedup::state::Dedup;
use crate::engine::job_table::JobTable;
use crate::engine::planning::state::Planning;
use crate::engine::snapshot::{Change, Choice};
use crate::intake::Found;
use crate::job::{Job, JobId, JobState, Usd};
use crate::model::{Model, ParamSpec};
use crate::plan::{About, Cap, Field, LEFT_OUT, Plan, Standing, is_unfilled};

/// Bytes that ten pixels of a result take: a PNG of 2048×2048 px has some 9 MB.
const BYTES_IN_TEN_PX: u64 = 22;

/// What is looked at besides.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Around<'a> {
    pub(in crate::engine) jobs: &'a JobTable,
    pub(in crate::engine) dedup: &'a Dedup,
    /// Photos that were left out before this run began.
    pub(in crate::engine) left_out: &'a HashSet<Box<Path>>,
}

/// What of the run a plan shows.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Shown<'a> {
    /// The batch's own model.
    pub(in crate::engine) model: &'a Model,
    pub(in crate::engine) cap: Option<Usd>,
    /// What is free where pictures go, bytes.
    pub(in crate::engine) disk_free: Option<u64>,
    pub(in crate::engine) is_started: bool,
    /// Whether it may be changed.
    pub(in crate::engine) is_open: bool,
}

impl Planning {
    /// Whether parameters were changed, or another model was taken.
    pub(in crate::engine) fn is_changed(&self, jobs: &JobTable) -> bool {
        *jobs.params() != self.edit.base || self.edit.taken.is_some()
    }

    /// Whether a job that could be sent is left out.
    pub(in crate::engine) fn is_left_out(&self, job: &Job, around: Around<'_>) -> bool {
        job.state.is_unsent()
            && (around.left_out.contains(&job.photo.path)
                || self.selection.leaves_out(job.id, around.jobs.estimate(job)))
    }

    /// Whether a job gets another one's result, and that one is not left out.
    pub(super) fn is_reused(&self, id: JobId, around: Around<'_>) -> bool {
        let Around { jobs, dedup, .. } = around;
        let leader = dedup.duplicates.leader(id).and_then(|leader| jobs.get(leader));
        let is_led_astray = leader.is_some_and(|job| self.is_left_out(job, around));
        jobs.is_reusing(id) && (dedup.remembered.found(id).is_some() || !is_led_astray)
    }

    /// How a photo counts: as its job stood when the run began, and a new one's as it is.
    fn standing(&self, job: &Job, is_changed: bool) -> Standing {
        let state = self.edit.standing(job, is_changed);
        let at_start = self.standings.get(job.id.index()).filter(|_| !is_changed);
        match (state, at_start) {
            (JobState::Skipped(_), _) | (_, None) => Standing::of(state),
            (_, Some(at_start)) => *at_start,
        }
    }

    /// A job was found, or is known to be gone: it counts in the plan. Gives what becomes of it.
    pub(in crate::engine) fn count(&mut self, id: JobId, around: Around<'_>) -> Option<Choice> {
        let Around { jobs, dedup, .. } = around;
        let is_changed = self.is_changed(jobs);
        let is_duplicate = !is_changed && self.is_reused(id, around);
        let job = jobs.get(id)?;
        let standing = self.standing(job, is_changed);
        let Self { planner, selection, trials, .. } = self;
        let price = jobs.estimate(job);
        let is_out = standing == Standing::Send
            && if is_duplicate { selection.count_duplicate(id, price) } else { selection.count(id, price) };
        if is_out {
            planner.leave_out(job);
        } else {
            let has_trial = trials.contains_key(&job.photo.path);
            let (found, is_changed) = (dedup.remembered.found(id), dedup.remembered.is_changed(id));
            planner.count(job, standing, About { work: jobs.work(job), is_duplicate, found, is_changed, has_trial });
        }
        match (is_out, is_duplicate) {
            _ if standing != Standing::Send => None,
            (true, _) => Some(Choice::Out),
            (false, true) => Some(Choice::Duplicate),
            (false, false) => Some(Choice::In),
        }
    }

    /// Counts the plan from the start if something was changed in it: gives what becomes of each job.
    pub(in crate::engine) fn recount(&mut self, around: Around<'_>) -> Vec<(JobId, Option<Choice>)> {
        if !std::mem::take(&mut self.edit.stale) {
            return Vec::new();
        }
        self.planner.recount();
        self.selection.recount();
        let is_changed = self.is_changed(around.jobs);
        let ids = around.jobs.iter().map(|job| job.id);
        let counted = ids.map(|id| {
            let is_known = self.selection.is_found(id);
            let is_gone = !is_known && !self.planner.is_walking();
            let counts = is_known || (is_gone && !is_changed);
            (id, if counts { self.count(id, around) } else { None })
        });
        counted.collect()
    }

    /// The plan as it stands, once it is counted.
    pub(in crate::engine) fn plan(&mut self, jobs: &JobTable, shown: Shown<'_>) -> Arc<Plan> {
        let is_changed = self.is_changed(jobs);
        let change = if self.edit.taken.is_some() { Change::Model } else { Change::Params };
        let changed = is_changed.then_some(change);
        let left_at_fal = if is_changed { jobs.reserved() } else { 0 };
        // Changed parameters make a batch of its own, of which nothing is used yet.
        let used = if is_changed { Usd::ZERO } else { self.used_before };
        let Self { planner, selection, edit, .. } = self;
        planner.plan(Cap { budget: shown.cap, used }, |plan| {
            if shown.is_started {
                return;
            }
            selection.offer(plan, |id| jobs.get(id));
            (plan.changed, plan.earlier.left_at_fal, plan.disk.free) = (changed, left_at_fal, shown.disk_free);
            plan.disk.needed = plan.output_px.saturating_mul(BYTES_IN_TEN_PX) / 10;
            if shown.is_open {
                let value = |name: &str| jobs.params().get(name).cloned();
                let field = |spec: &ParamSpec| Field { spec: spec.clone(), value: value(&spec.name) };
                plan.fields = edit.model(shown.model).params.iter().map(field).collect();
            }
        })
    }

    /// The photos that were found, for a batch that begins anew with them.
    pub(in crate::engine) fn found<'a>(&'a self, jobs: &'a JobTable) -> impl Iterator<Item = Found> + 'a {
        let photo = |job: &Job| match &job.state {
            // Who goes back to the plan may take it in again.
            JobState::Skipped(reason) if **reason != *LEFT_OUT && !is_unfilled(reason) => {
                Found::Skipped(job.photo.clone(), reason.clone())
            }
            _ => Found::Photo(job.photo.clone(), None),
        };
        jobs.iter().filter(|job| self.selection.is_found(job.id)).map(photo)
    }

    /// The paths of those that were left out.
    pub(in crate::engine) fn left_out<'a>(&'a self, jobs: &'a JobTable) -> impl Iterator<Item = Box<Path>> + 'a {
        let is_out = |job: &&Job| {
            matches!(&job.state, JobState::Skipped(reason) if **reason == *LEFT_OUT)
                || self.selection.leaves_out(job.id, jobs.estimate(job))
        };
        let found = jobs.iter().filter(|job| self.selection.is_found(job.id));
        found.filter(is_out).map(|job| job.photo.path.clone())
    }
}

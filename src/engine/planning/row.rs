//! What would become of the photos if the plan were started as it stands, one by one: for the rows of a
//! page, and for a photo that is left out or taken in by itself.

use std::collections::HashMap;

use crate::engine::job_table::JobTable;
use crate::engine::planning::count::Around;
use crate::engine::planning::state::Planning;
use crate::engine::publish::view_model;
use crate::engine::runtime::Runtime;
use crate::engine::snapshot::{Choice, Money, Page, Row};
use crate::job::{Job, JobId, Losses, Usd, clean};

/// What would become of a photo.
struct PlanRow {
    /// As it stands in the batch that the parameters make.
    job: Job,
    /// `None` if it is not sent in any case.
    choice: Option<Choice>,
    /// What it costs to send it; `None` if that cannot be known.
    price: Option<Usd>,
}

/// What follows for the plan where one photo was left out or taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Turned {
    /// Nothing: it is as it was.
    Same,
    /// This becomes of it, and nothing else hangs on it.
    Alone(Option<Choice>),
    /// More may hang on it: the plan is counted from the start.
    More,
}

impl Planning {
    /// The page with each photo as the plan has it.
    pub(in crate::engine) fn page(
        &self,
        page: Page,
        around: Around<'_>,
        runtime: &HashMap<JobId, Runtime>,
        is_paused: bool,
    ) -> Page {
        let row = |row: Row| {
            let found = self.plan_row(row.id, around);
            found.map_or(row, |found| found.row(around.jobs, runtime.get(&found.job.id), is_paused))
        };
        Page { rows: page.rows.into_iter().map(row).collect(), ..page }
    }

    /// `None` if the batch that the parameters make does not count it.
    fn plan_row(&self, id: JobId, around: Around<'_>) -> Option<PlanRow> {
        let jobs = around.jobs;
        let job = jobs.get(id)?;
        let is_changed = self.is_changed(jobs);
        let is_gone = !self.planner.is_walking() && !is_changed;
        if !self.selection.is_found(id) && !is_gone {
            return None;
        }
        let job = Job { state: self.edit.standing(job, is_changed).clone(), ..job.clone() };
        let price = jobs.estimate(&job);
        let choice = if !job.state.is_unsent() {
            None
        } else if self.selection.leaves_out(id, price) {
            Some(Choice::Out)
        } else if !is_changed && self.is_reused(id, around) {
            Some(Choice::Duplicate)
        } else {
            Some(Choice::In)
        };
        Some(PlanRow { job, choice, price })
    }

    /// Leaves a photo out or takes it in. Where nothing else hangs on it, the plan is not counted from
    /// the start for it.
    pub(in crate::engine) fn turn(&mut self, id: JobId, out: bool, around: Around<'_>) -> Turned {
        let before = self.plan_row(id, around);
        self.selection.choose([id], out);
        // One of its like would be sent in its place.
        let is_alone = around.dedup.duplicates.is_alone(id);
        let (true, false, Some(before), Some(after)) = (is_alone, self.edit.stale, before, self.plan_row(id, around))
        else {
            return Turned::More;
        };
        let photo = &after.job.photo;
        let work = around.jobs.params_of(&after.job).work(photo.pixels);
        let is_counted = match (before.choice, after.choice) {
            (before, after) if before == after => return Turned::Same,
            (Some(Choice::In), Some(Choice::Out)) => self.planner.take_back(photo, work),
            // What will be lost of photos is counted anew.
            (Some(Choice::Out), Some(Choice::In)) if photo.losses == Losses::NONE => {
                self.planner.send(photo, work);
                true
            }
            _ => false,
        };
        if !is_counted {
            return Turned::More;
        }
        self.selection.turn(id, after.price, out);
        Turned::Alone(after.choice)
    }
}

impl PlanRow {
    fn row(&self, jobs: &JobTable, runtime: Option<&Runtime>, is_paused: bool) -> Row {
        let row = view_model::row(jobs, &self.job, runtime, is_paused);
        let cost = match self.choice {
            None => row.cost,
            Some(Choice::Duplicate) => Some(Money::Estimated(Usd::ZERO)),
            Some(Choice::In | Choice::Out) => self.price.map(Money::Estimated),
        };
        // What is sent with it, where that is something else for each.
        let note = jobs.said(&self.job).map_or(row.note, |said| clean(&said).into_owned());
        Row { choice: self.choice, cost, note, ..row }
    }
}

//! What would become of the photos if the plan were started as it stands, one by one: for the rows of a
//! page, and for a photo that is left out or taken in by itself.

use crate::engine::actor::Engine;
use crate::engine::publish::view_model;
use crate::engine::snapshot::{Choice, Money, Page, Row};
use crate::job::{Job, JobId, Losses, Usd};

/// What would become of a photo.
struct PlanRow {
    /// As it stands in the batch that the parameters make.
    job: Job,
    /// `None` if it is not sent in any case.
    choice: Option<Choice>,
    /// What it costs to send it; `None` if that cannot be known.
    price: Option<Usd>,
}

impl Engine {
    /// The page with each photo as the plan has it.
    pub(in crate::engine) fn with_plan_rows(&self, page: Page) -> Page {
        let rows =
            page.rows.into_iter().map(|row| self.plan_row(row.id).map_or(row, |found| self.row(&found))).collect();
        Page { rows, ..page }
    }

    /// `None` if the batch that the parameters make does not count it.
    fn plan_row(&self, id: JobId) -> Option<PlanRow> {
        let job = self.jobs.get(id)?;
        let is_changed = self.is_changed();
        let is_gone = !self.planning.planner.is_walking() && !is_changed;
        if !self.planning.selection.is_found(id) && !is_gone {
            return None;
        }
        let job = Job { state: self.planning.edit.standing(job, is_changed).clone(), ..job.clone() };
        let price = self.jobs.estimate(&job);
        let choice = if !job.state.is_unsent() {
            None
        } else if self.planning.selection.leaves_out(id, price) {
            Some(Choice::Out)
        } else if !is_changed && self.is_reused(id) {
            Some(Choice::Duplicate)
        } else {
            Some(Choice::In)
        };
        Some(PlanRow { job, choice, price })
    }

    fn row(&self, PlanRow { job, choice, price }: &PlanRow) -> Row {
        let row = view_model::row(&self.jobs, job, self.runtime.get(&job.id), self.resilience.pause.is_some());
        let cost = match choice {
            None => row.cost,
            Some(Choice::Duplicate) => Some(Money::Estimated(Usd::ZERO)),
            Some(Choice::In | Choice::Out) => price.map(Money::Estimated),
        };
        // What is sent with it, where that is something else for each.
        let note = self.jobs.said(job).map_or(row.note, |said| crate::job::clean(&said).into_owned());
        Row { choice: *choice, cost, note, ..row }
    }

    /// Leaves a photo out or takes it in. Where nothing else hangs on it, the plan is not counted from
    /// the start for it. Says whether that is so.
    pub(in crate::engine) fn leave_out_one(&mut self, id: JobId, out: bool) -> bool {
        let before = self.plan_row(id);
        self.planning.selection.choose([id], out);
        // One of its like would be sent in its place.
        let is_alone = self.dedup.duplicates.is_alone(id);
        let (true, false, Some(before), Some(after)) = (is_alone, self.planning.edit.stale, before, self.plan_row(id))
        else {
            return false;
        };
        let photo = &after.job.photo;
        let work = self.jobs.params_of(&after.job).work(photo.pixels);
        let is_counted = match (before.choice, after.choice) {
            (before, after) if before == after => return true,
            (Some(Choice::In), Some(Choice::Out)) => self.planning.planner.take_back(photo, work),
            // What will be lost of photos is counted anew.
            (Some(Choice::Out), Some(Choice::In)) if photo.losses == Losses::NONE => {
                self.planning.planner.send(photo, work);
                true
            }
            _ => false,
        };
        if is_counted {
            self.planning.selection.turn(id, after.price, out);
            self.jobs.set_choice(id, after.choice);
        }
        is_counted
    }
}

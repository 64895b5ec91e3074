//! What would become of the photos on a page if the plan were started as it stands.

use super::board::{Choice, Money, Page, Row};
use super::form::is_to_be_sent;
use super::run::Engine;
use super::story;
use crate::job::{Job, JobId, Usd};

impl Engine {
    /// The page with each photo's lot.
    pub(super) fn with_lots(&self, page: Page) -> Page {
        let rows = page.rows.into_iter().map(|row| self.lot(row.id).unwrap_or(row)).collect();
        Page { rows, ..page }
    }

    /// A photo as it stands in the batch that the parameters make; `None` if that does not count it.
    fn lot(&self, id: JobId) -> Option<Row> {
        let job = self.roster.get(id)?;
        let is_changed = self.is_changed();
        let is_gone = !self.plan.is_walking() && !is_changed;
        if !self.choices.is_found(id) && !is_gone {
            return None;
        }
        let job = Job { state: self.form.standing(job, is_changed).clone(), ..job.clone() };
        let row = story::row(&self.roster, &job, self.live.get(&id), self.hold.is_some());
        if !is_to_be_sent(&job.state) {
            return Some(row);
        }
        let price = self.roster.estimate(&job);
        let (choice, cost) = if self.choices.leaves_out(id, price) {
            (Choice::Out, price)
        } else if !is_changed && self.is_reused(id) {
            (Choice::Duplicate, Some(Usd::ZERO))
        } else {
            (Choice::In, price)
        };
        Some(Row { choice: Some(choice), cost: cost.map(Money::Estimated), ..row })
    }
}

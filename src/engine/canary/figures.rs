//! What came of the sample, beside what the plan said of it.

use super::state::Sample;
use crate::engine::job_table::JobTable;
use crate::engine::snapshot::CanaryFigures;
use crate::job::{Cost, Group, Job, Saved, Usd};
use crate::model::{PriceSource, PriceState, UnitPrice};

/// By how much more it may cost than planned and hold all the same: a tenth where it could be reckoned, half as
/// much again where it is what requests cost on the whole.
const EXACT: (u128, u128) = (11, 10);
const LEARNED: (u128, u128) = (3, 2);

impl Sample {
    fn jobs<'a>(&'a self, jobs: &'a JobTable) -> impl Iterator<Item = &'a Job> {
        self.jobs.iter().filter_map(|id| jobs.get(*id))
    }

    fn results<'a>(&'a self, jobs: &'a JobTable) -> impl Iterator<Item = &'a Saved> {
        self.jobs(jobs).filter_map(|job| job.state.saved()).filter(|saved| saved.same_as.is_none())
    }

    /// What nobody could reckon, by what fal billed for each that it said so of.
    pub(super) fn learned(&self, jobs: &JobTable) -> Option<UnitPrice> {
        let billed = self.results(jobs).filter_map(|saved| match saved.cost {
            Some(Cost::Known(usd)) => Some(usd),
            Some(Cost::Assumed { .. }) | None => None,
        });
        let billed: Vec<_> = billed.collect();
        let price = jobs.price().filter(|_| !billed.is_empty() && !jobs.is_countable())?;
        let usual = billed.iter().copied().sum::<Usd>().times(1, billed.len() as u128)?;
        Some(UnitPrice { source: PriceSource::Learned(usual), ..price.clone() })
    }

    /// What came of it.
    pub(super) fn figures(&self, jobs: &JobTable) -> CanaryFigures {
        let of = |groups: &[Group]| self.jobs(jobs).filter(|job| groups.contains(&job.state.status().group())).count();
        let (done, failed, review) = (of(&[Group::Done]), of(&[Group::Failed, Group::Cancelled]), of(&[Group::Review]));
        let spent = jobs.totals().spent - self.before;
        let is_unsaid = self.results(jobs).any(|saved| saved.cost.is_none());
        let (more, than) = match jobs.price_state() {
            PriceState::Exact => EXACT,
            PriceState::Learned | PriceState::Unknown => LEARNED,
        };
        let price_held = match self.planned.and_then(|planned| planned.times(more, than)) {
            Some(most) if !is_unsaid => Some(spent.likely() <= most),
            _ => None,
        };
        let ended = self.jobs(jobs).filter_map(|job| job.state.saved().and(job.state.closed()));
        let took: Vec<_> = ended.map(|closed| closed.took).collect();
        #[expect(clippy::cast_precision_loss, reason = "a few photos")]
        let seconds = (!took.is_empty())
            .then(|| took.iter().map(std::time::Duration::as_secs_f64).sum::<f64>() / took.len() as f64);
        let left = jobs.totals().left();
        CanaryFigures {
            photos: self.jobs.len(),
            done,
            failed,
            review,
            planned: self.planned,
            spent,
            price_held,
            seconds,
            left,
            left_usd: self.left_usd(jobs.totals().planned, spent.likely(), done, left),
        }
    }

    /// What those that wait will cost: as `planned`, times what the sample cost beside its own plan; where none
    /// was, as the sample on the whole.
    fn left_usd(&self, planned: Usd, spent: Usd, done: usize, left: usize) -> Option<Usd> {
        let nanos = |usd: Usd| u128::try_from(usd.nanos()).ok();
        match self.planned {
            Some(of_sample) if of_sample > Usd::ZERO => planned.times(nanos(spent)?, nanos(of_sample)?),
            _ if done == 0 || spent == Usd::ZERO => None,
            _ => spent.times(u128::try_from(left).ok()?, u128::try_from(done).ok()?),
        }
    }
}

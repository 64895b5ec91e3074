//! What came of the sample, beside what the plan said of it.

use super::state::Sample;
use crate::engine::actor::Engine;
use crate::engine::snapshot::CanaryFigures;
use crate::job::{Cost, Group, Job, Saved, Usd};
use crate::model::PriceState;

/// By how much more it may cost than planned and hold all the same: a tenth where it could be reckoned, half as
/// much again where it is what requests cost on the whole.
const EXACT: (u128, u128) = (11, 10);
const LEARNED: (u128, u128) = (3, 2);

impl Engine {
    fn sampled<'a>(&'a self, sample: &'a Sample) -> impl Iterator<Item = &'a Job> {
        sample.jobs.iter().filter_map(|id| self.jobs.get(*id))
    }

    fn results<'a>(&'a self, sample: &'a Sample) -> impl Iterator<Item = &'a Saved> {
        self.sampled(sample).filter_map(|job| job.state.saved()).filter(|saved| saved.same_as.is_none())
    }

    /// What fal billed for each that it said so of.
    pub(super) fn billed<'a>(&'a self, sample: &'a Sample) -> impl Iterator<Item = Usd> + 'a {
        self.results(sample).filter_map(|saved| match saved.cost {
            Some(Cost::Known(usd)) => Some(usd),
            Some(Cost::Assumed { .. }) | None => None,
        })
    }

    /// What came of it.
    pub(super) fn canary_figures(&self, sample: &Sample) -> CanaryFigures {
        let of =
            |groups: &[Group]| self.sampled(sample).filter(|job| groups.contains(&job.state.status().group())).count();
        let (done, failed, review) = (of(&[Group::Done]), of(&[Group::Failed, Group::Cancelled]), of(&[Group::Review]));
        let spent = self.jobs.totals().spent - sample.before;
        let is_unsaid = self.results(sample).any(|saved| saved.cost.is_none());
        let (more, than) = match self.jobs.price_state() {
            PriceState::Exact => EXACT,
            PriceState::Learned | PriceState::Unknown => LEARNED,
        };
        let price_held = match sample.planned.and_then(|planned| planned.times(more, than)) {
            Some(most) if !is_unsaid => Some(spent.likely() <= most),
            _ => None,
        };
        let took: Vec<_> = self
            .sampled(sample)
            .filter_map(|job| job.state.saved().and(job.state.closed()))
            .map(|closed| closed.took)
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a few photos")]
        let seconds = (!took.is_empty())
            .then(|| took.iter().map(std::time::Duration::as_secs_f64).sum::<f64>() / took.len() as f64);
        let left = self.jobs.totals().of(Group::Pending)
            + self.jobs.totals().of(Group::Waiting)
            + self.jobs.totals().of(Group::Active);
        CanaryFigures {
            photos: sample.jobs.len(),
            done,
            failed,
            review,
            planned: sample.planned,
            spent,
            price_held,
            seconds,
            left,
            left_usd: self.left_usd(sample, spent.likely(), done, left),
        }
    }

    /// What those that wait will cost: as planned, times what the sample cost beside its own plan; where none
    /// was, as the sample on the whole.
    fn left_usd(&self, sample: &Sample, spent: Usd, done: usize, left: usize) -> Option<Usd> {
        let planned = self.jobs.totals().planned;
        let nanos = |usd: Usd| u128::try_from(usd.nanos()).ok();
        match sample.planned {
            Some(of_sample) if of_sample > Usd::ZERO => planned.times(nanos(spent)?, nanos(of_sample)?),
            _ if done == 0 || spent == Usd::ZERO => None,
            _ => spent.times(u128::try_from(left).ok()?, u128::try_from(done).ok()?),
        }
    }
}

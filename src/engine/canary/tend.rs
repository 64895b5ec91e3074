//! The sample is chosen, looked at once it has come in, and the rest let go.

use super::sample::{Candidate, spread};
use super::state::{Canary, CanaryWish, Sample, Stage};
use crate::engine::job_table::JobTable;
use crate::engine::snapshot::CanaryFigures;
use crate::job::{JobId, JobState, Pixels, Usd};
use crate::model::UnitPrice;

/// What is to be done about the sample now.
#[derive(Debug)]
pub(in crate::engine) enum Due {
    /// It is chosen, now that every photo is known.
    Choose,
    /// It is written down, and nothing waits for it any more.
    End(String),
    /// It has come in.
    In(Box<CameIn>),
}

/// A sample that has come in.
#[derive(Debug)]
pub(in crate::engine) struct CameIn {
    pub(in crate::engine) figures: CanaryFigures,
    /// What its results were billed says what others will cost, where nobody could reckon that.
    pub(in crate::engine) learned: Option<UnitPrice>,
    /// Whether the rest goes by itself if it holds what was planned.
    pub(in crate::engine) goes_on: bool,
}

impl Canary {
    /// Before the start: how many photos go first. A person chooses a new sample, whatever was before.
    pub(in crate::engine) fn set(&mut self, photos: Option<u16>) {
        let wish = photos.filter(|photos| *photos > 0).map(|photos| CanaryWish { photos, goes_on: false });
        *self = Self { wish, stage: Stage::Before(None) };
    }

    /// What is to be done about it. `is_known` says that every photo is; `is_settled` that nothing holds jobs back and
    /// what was lost will not turn up any more.
    pub(in crate::engine) fn due(&mut self, is_known: bool, is_settled: bool, jobs: &JobTable) -> Option<Due> {
        match &self.stage {
            // Who starts without one lets go what an earlier one held.
            Stage::Before(kept) if self.wish.is_none() => {
                let kept = kept.clone();
                self.end(kept).map(Due::End)
            }
            Stage::Before(_) if is_known => Some(Due::Choose),
            Stage::UnderWay(sample) => {
                let is_in = |id: &JobId| jobs.get(*id).is_none_or(|job| job.state.is_final());
                if !is_settled || !sample.jobs.iter().all(is_in) {
                    return None;
                }
                let goes_on = self.wish.is_some_and(|wish| wish.goes_on);
                let (figures, learned) = (sample.figures(jobs), sample.learned(jobs));
                Some(Due::In(Box::new(CameIn { figures, learned, goes_on })))
            }
            Stage::Before(_) | Stage::Noting(_) | Stage::Over => None,
        }
    }

    /// Chooses it among the photos that may be sent; gives what is to be written down. Nothing of it is sent before
    /// that.
    pub(in crate::engine) fn choose<'a>(
        &mut self,
        ready: impl Iterator<Item = &'a JobId>,
        jobs: &JobTable,
        rng: &mut fastrand::Rng,
    ) -> Option<String> {
        let Stage::Before(kept) = &mut self.stage else { return None };
        let mut sample = kept.take().unwrap_or_else(|| Sample {
            before: jobs.totals().spent,
            planned: Some(Usd::ZERO),
            ..Sample::default()
        });
        let wanted = self.wish.map_or(0, |wish| usize::from(wish.photos)).saturating_sub(sample.jobs.len());
        let candidates = ready.filter_map(|id| {
            let job = jobs.get(*id).filter(|job| matches!(job.state, JobState::Pending))?;
            let is_free = !jobs.is_reusing(*id) && !sample.jobs.contains(id);
            is_free.then(|| Candidate {
                id: *id,
                px: job.photo.pixels.map_or(0, Pixels::count),
                format: job.photo.format,
            })
        });
        let chosen = spread(candidates.collect(), wanted, rng);
        for id in &chosen {
            let price = jobs.get(*id).and_then(|job| jobs.estimate(job));
            sample.planned = sample.planned.zip(price).and_then(|(sum, one)| sum.checked_add(one));
        }
        sample.jobs.extend(&chosen);
        if sample.jobs.is_empty() {
            self.stage = Stage::Over;
            return None;
        }
        if chosen.is_empty() {
            self.stage = Stage::UnderWay(sample);
            return None;
        }
        tracing::info!(photos = sample.jobs.len(), "a canary goes first");
        let text = sample.written();
        self.stage = Stage::Noting(sample);
        text
    }

    /// It is written down, or cannot be.
    pub(in crate::engine) fn noted(&mut self) {
        if let Stage::Noting(sample) = &self.stage {
            self.stage = Stage::UnderWay(sample.clone());
        }
    }

    /// Lets the rest go: what is to be written down of that, if anything is.
    pub(in crate::engine) fn release(&mut self) -> Option<String> {
        let Stage::UnderWay(sample) = &self.stage else { return None };
        let sample = sample.clone();
        self.end(Some(sample))
    }

    /// Nothing waits for it any more, in later runs neither.
    fn end(&mut self, sample: Option<Sample>) -> Option<String> {
        self.stage = Stage::Over;
        sample.and_then(|sample| Sample { over: true, ..sample }.written())
    }
}

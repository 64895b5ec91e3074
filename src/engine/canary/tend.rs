//! The sample is chosen, written down, looked at once it has come in, and the rest let go.

use super::sample::{Candidate, spread};
use super::state::{Canary, CanaryWish, Sample, Stage};
use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::{Pool, Step};
use crate::job::{JobId, JobState, Pixels, Usd};
use crate::model::{PriceSource, UnitPrice};

impl Engine {
    /// Before the start: how many photos go first. A person chooses a new sample, whatever was before.
    pub(in crate::engine) fn set_canary(&mut self, photos: Option<u16>) {
        if !self.course.started {
            let wish = photos.filter(|photos| *photos > 0).map(|photos| CanaryWish { photos, goes_on: false });
            self.course.canary = Canary { wish, stage: Stage::Before(None) };
        }
    }

    /// Sees to the sample: it is chosen once every photo is known, and looked at once it has come in.
    pub(in crate::engine) fn tend_canary(&mut self) {
        if !self.course.started || self.course.leaving.is_some() {
            return;
        }
        if let Stage::Before(kept) = &self.course.canary.stage {
            let is_looking = self.dedup.duplicates.unsettled() + self.scheduler.tasks.count(Pool::Checks) > 0;
            if self.course.canary.wish.is_none() {
                // Who starts without one lets go what an earlier one held.
                let kept = kept.clone();
                self.end_canary(kept);
            } else if !self.planning.planner.is_walking() && !is_looking {
                self.choose_canary();
            }
        }
        if let Stage::UnderWay(sample) = &self.course.canary.stage {
            let is_in = |id: &JobId| self.jobs.get(*id).is_none_or(|job| job.state.is_final());
            // What was lost may turn up yet.
            let is_settled =
                self.resilience.pause.is_none() && !self.is_looking() && self.scheduler.tasks.count(Pool::Records) == 0;
            if is_settled && sample.jobs.iter().all(is_in) {
                let sample = sample.clone();
                self.canary_is_in(sample);
            }
        }
    }

    fn choose_canary(&mut self) {
        let Stage::Before(kept) = &mut self.course.canary.stage else { return };
        let mut sample = kept.take().unwrap_or_else(|| Sample {
            before: self.jobs.totals().spent,
            planned: Some(Usd::ZERO),
            ..Sample::default()
        });
        let wanted = self.course.canary.wished().map_or(0, usize::from).saturating_sub(sample.jobs.len());
        let candidates = self.dedup.ready.iter().filter_map(|id| {
            let job = self.jobs.get(*id).filter(|job| matches!(job.state, JobState::Pending))?;
            let is_free = !self.jobs.is_reusing(*id) && !sample.jobs.contains(id);
            is_free.then(|| Candidate {
                id: *id,
                px: job.photo.pixels.map_or(0, Pixels::count),
                format: job.photo.format,
            })
        });
        let chosen = spread(candidates.collect(), wanted, &mut self.rng);
        for id in &chosen {
            let price = self.jobs.get(*id).and_then(|job| self.jobs.estimate(job));
            sample.planned = sample.planned.zip(price).and_then(|(sum, one)| sum.checked_add(one));
        }
        sample.jobs.extend(&chosen);
        if sample.jobs.is_empty() {
            self.course.canary.stage = Stage::Over;
        } else if chosen.is_empty() {
            self.course.canary.stage = Stage::UnderWay(sample);
        } else {
            tracing::info!(photos = sample.jobs.len(), "a canary goes first");
            self.note_canary(&sample);
            self.course.canary.stage = Stage::Noting(sample);
        }
        self.publisher.dirty = true;
    }

    /// Writes it down. Nothing of it is sent before that.
    fn note_canary(&mut self, sample: &Sample) {
        let Ok(text) = serde_json::to_string(sample) else { return };
        let (ledger, batch) = (self.ledger.clone(), self.facts.id);
        self.spawn_stage(Step::Canary, async move { Outcome::CanaryNoted(ledger.note_canary(batch, &text).await) });
    }

    /// It is written down, or cannot be.
    pub(in crate::engine) fn canary_noted(&mut self, result: Result<(), String>) {
        if let Err(trouble) = result {
            self.hold(PauseReason::Disk(trouble));
        }
        if let Stage::Noting(sample) = &self.course.canary.stage {
            self.course.canary.stage = Stage::UnderWay(sample.clone());
        }
        self.publisher.dirty = true;
    }

    fn canary_is_in(&mut self, sample: Sample) {
        let figures = self.canary_figures(&sample);
        self.learn_price(&sample);
        let goes_on = self.course.canary.wish.is_some_and(|wish| wish.goes_on);
        // Where no price was known there is none to hold: a cap is what somebody agreed to.
        let is_agreed = figures.is_well()
            || (figures.failed + figures.review == 0
                && figures.planned.is_none()
                && self.options.limits.budget.is_some());
        if figures.left == 0 || (goes_on && is_agreed) {
            self.end_canary(Some(sample));
            let action =
                if figures.left == 0 { String::new() } else { format!("it goes on with {}", figures.left_words("")) };
            self.tell(What::Canary(figures, Notice { kind: NoticeKind::CanaryDone, message: figures.words(), action }));
        } else {
            self.hold(PauseReason::Canary(figures));
        }
    }

    /// Lets the rest go.
    pub(in crate::engine) fn release_canary(&mut self) {
        if let Stage::UnderWay(sample) = &self.course.canary.stage {
            let sample = sample.clone();
            self.end_canary(Some(sample));
        }
    }

    /// Nothing waits for it any more, in later runs neither.
    fn end_canary(&mut self, sample: Option<Sample>) {
        self.course.canary.stage = Stage::Over;
        if let Some(sample) = sample {
            self.note_canary(&Sample { over: true, ..sample });
        }
        self.publisher.dirty = true;
    }

    /// What nobody could reckon is reckoned from here on by what it was billed.
    fn learn_price(&mut self, sample: &Sample) {
        let billed: Vec<_> = self.billed(sample).collect();
        let Some(price) = self.jobs.price().filter(|_| !billed.is_empty() && !self.jobs.is_countable()) else { return };
        let sum: Usd = billed.iter().copied().sum();
        if let Some(usual) = sum.times(1, billed.len() as u128) {
            let price = UnitPrice { source: PriceSource::Learned(usual), ..price.clone() };
            self.jobs.set_price(price);
        }
    }

    /// Whether a person may go back to the plan: the sample has come in and the rest waits.
    pub(in crate::engine) fn may_go_back(&self) -> bool {
        matches!(self.resilience.pause, Some(PauseReason::Canary(_))) && self.course.leaving.is_none()
    }
}

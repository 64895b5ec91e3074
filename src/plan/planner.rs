//! The plan, as photos arrive.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use super::figures::{Costs, Plan, Same, SkippedFile};
use super::known::Standing;
use super::losses::{Losing, Notes, Tally};
use super::reserve::Reserve;
use super::ruled::Ruled;
use crate::intake::Rules;
use crate::job::{Job, JobState, Losses, Photo, Pixels, Usd, Way, clean};
use crate::model::{UnitPrice, Work};
use crate::storage;

/// The dearest photos that are kept.
const DEAREST: usize = 10;
/// The skipped files that a face shows.
const SKIPPED_SHOWN: usize = 100;

/// Adds up what would be sent.
#[derive(Debug, Default)]
pub(crate) struct Planner {
    plan: Plan,
    reasons: BTreeMap<Box<str>, usize>,
    dearest: BinaryHeap<Reverse<(Usd, String)>>,
    reserve: Reserve,
    losses: Tally,
    ruled: Ruled,
    /// How fal is to get photos, if that was asked for.
    send: Option<Way>,
    /// What results cost that lie in the output folder and no ledger knows yet.
    found_usd: Usd,
    shared: Option<Arc<Plan>>,
    /// Whether it was told as a whole.
    told: bool,
}

/// What else is known of a photo that is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    /// What its request makes.
    pub(crate) work: Work,
    /// Whether it is the same picture as another, so that it is not sent.
    pub(crate) is_duplicate: bool,
    /// What its own result cost that lies in the output folder, if that is why.
    pub(crate) found: Option<Usd>,
    /// Whether its own result lay there and was changed since, or is gone.
    pub(crate) is_changed: bool,
    /// Whether a trial left a picture of it, which gives way to a result.
    pub(crate) has_trial: bool,
}

/// The cap that a plan is made under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cap {
    /// The cap itself, if there is one.
    pub(crate) budget: Option<Usd>,
    /// What earlier runs of the batch used of it, or may yet.
    pub(crate) used: Usd,
}

impl Planner {
    /// An empty plan, with what is to be said beside it.
    pub(crate) fn new(price: Option<UnitPrice>, notes: Vec<String>, losing: Losing) -> Self {
        let estimate = price.as_ref().map(|_| Usd::ZERO);
        let plan = Plan {
            walking: true,
            costs: Costs { price, estimate, ..Costs::default() },
            same: Same { usd: estimate, ..Same::default() },
            notes: Notes { said: notes, ..Notes::default() },
            ..Plan::default()
        };
        Self { plan, losses: Tally::new(losing), ..Self::default() }
    }

    /// The same for photos that fal is to get so.
    pub(crate) fn sending(self, send: Option<Way>) -> Self {
        Self { send, ..self }
    }

    /// The same for photos that rules say something of.
    pub(crate) fn ruled(self, rules: Arc<Rules>) -> Self {
        Self { ruled: Ruled::new(rules), ..self }
    }

    /// Another price is in force from the next count on.
    pub(crate) fn set_price(&mut self, price: Option<UnitPrice>) {
        (self.plan.costs.price, self.shared) = (price, None);
    }

    /// Forgets what was counted.
    pub(crate) fn recount(&mut self) {
        let (walking, checking, price) = (self.plan.walking, self.plan.same.checking, self.plan.costs.price.take());
        let notes = std::mem::take(&mut self.plan.notes.said);
        let (ruled, send) = (self.ruled.anew(), self.send);
        *self = Self { told: self.told, ruled, send, ..Self::new(price, notes, self.losses.losing()) };
        (self.plan.walking, self.plan.same.checking) = (walking, checking);
    }

    /// Counts a photo.
    pub(crate) fn count(&mut self, job: &Job, standing: Standing, about: About) {
        self.shared = None;
        self.ruled.add(job);
        match (standing, &job.state) {
            (Standing::Skipped, JobState::Skipped(reason)) => self.skip(&job.photo, reason),
            (Standing::Skipped, _) => self.skip(&job.photo, ""),
            (Standing::Lost, _) => self.plan.earlier.lost += 1,
            (Standing::Done, _) => self.plan.earlier.done += 1,
            (Standing::Failed, _) => self.plan.earlier.failed += 1,
            (Standing::AtFal, _) => self.plan.earlier.at_fal += 1,
            (Standing::Send, _) => {
                self.send(&job.photo, about.work);
                if about.is_changed {
                    self.changed();
                }
                if about.is_duplicate {
                    self.reuse(job, about.work, about.found);
                }
            }
        }
        self.plan.earlier.replaced += usize::from(about.has_trial && standing.goes_on());
    }

    fn estimate(&self, work: Work) -> Option<Usd> {
        self.plan.costs.price.as_ref()?.estimate(work)
    }

    fn at_most(&self, work: Work) -> Option<Usd> {
        self.plan.costs.price.as_ref()?.at_most(work)
    }

    fn skip(&mut self, photo: &Photo, reason: &str) {
        self.plan.skips.count += 1;
        *self.reasons.entry(reason.into()).or_default() += 1;
        if self.plan.skips.files.len() < SKIPPED_SHOWN {
            self.plan.skips.files.push(file(photo, reason));
        }
    }

    /// Counts a photo that is sent.
    pub(crate) fn send(&mut self, photo: &Photo, work: Work) {
        self.shared = None;
        let estimate = self.estimate(work);
        self.reserve.add(self.at_most(work));
        self.losses.add(photo, estimate);
        self.plan.photos += 1;
        self.plan.input_px += sent_px(photo, work);
        *self.plan.notes.ways.of(way(self.send, photo)) += 1;
        self.plan.notes.reduced += usize::from(work.is_reduced);
        self.plan.notes.as_they_come += usize::from(self.losses.losing().stays(photo, work));
        self.plan.output_px += work.px();
        // One photo whose price cannot be known makes the sum unknown, never smaller.
        self.plan.costs.estimate = self.plan.costs.estimate.zip(estimate).and_then(|(sum, one)| sum.checked_add(one));
        if let Some(estimate) = estimate
            && (self.dearest.len() < DEAREST
                || self.dearest.peek().is_some_and(|Reverse((least, _))| estimate > *least))
        {
            self.dearest.push(Reverse((estimate, clean(&photo.slash_path()).into_owned())));
            if self.dearest.len() > DEAREST {
                self.dearest.pop();
            }
        }
    }

    /// A photo that was counted as to be sent is not. False, and nothing done, where only counting all of
    /// them again can tell what the plan is without it.
    pub(crate) fn take_back(&mut self, photo: &Photo, work: Work) -> bool {
        let path = clean(&photo.slash_path()).into_owned();
        // Another one would be among the dearest in its place, or it is counted by what is lost of it.
        if photo.losses != Losses::NONE || self.dearest.iter().any(|Reverse((_, dear))| *dear == path) {
            return false;
        }
        let Some((sum, one)) = self.plan.costs.estimate.zip(self.estimate(work)) else { return false };
        self.shared = None;
        self.reserve.take_back(self.at_most(work));
        self.plan.photos = self.plan.photos.saturating_sub(1);
        self.plan.input_px = self.plan.input_px.saturating_sub(sent_px(photo, work));
        self.unnote(photo, work);
        self.plan.output_px = self.plan.output_px.saturating_sub(work.px());
        self.plan.costs.estimate = Some(sum - one);
        true
    }

    /// What was noted of a photo by its size is not so any more.
    fn unnote(&mut self, photo: &Photo, work: Work) {
        let stays = self.losses.losing().stays(photo, work);
        let notes = &mut self.plan.notes;
        let by_way = notes.ways.of(way(self.send, photo));
        *by_way = by_way.saturating_sub(1);
        notes.reduced = notes.reduced.saturating_sub(work.is_reduced.into());
        notes.as_they_come = notes.as_they_come.saturating_sub(stays.into());
    }

    /// A photo that was counted as to be sent is not: it is the same picture as another, or its own result,
    /// which cost so much, lies in the output folder.
    pub(crate) fn reuse(&mut self, job: &Job, work: Work, found: Option<Usd>) {
        self.shared = None;
        let estimate = self.estimate(work);
        self.reserve.take_back(self.at_most(work));
        self.losses.remove(&job.photo);
        self.plan.photos = self.plan.photos.saturating_sub(1);
        self.plan.input_px = self.plan.input_px.saturating_sub(sent_px(&job.photo, work));
        self.unnote(&job.photo, work);
        self.plan.output_px = self.plan.output_px.saturating_sub(work.px());
        self.plan.costs.estimate = self.plan.costs.estimate.zip(estimate).map(|(sum, one)| sum - one);
        if let Some(cost) = found {
            self.plan.earlier.found += 1;
            self.found_usd += cost;
        } else {
            self.plan.same.photos += 1;
            let sum = self.plan.same.usd.zip(estimate);
            self.plan.same.usd = sum.and_then(|(sum, one)| sum.checked_add(one));
        }
        let path = clean(&job.photo.slash_path()).into_owned();
        self.dearest.retain(|Reverse((_, dear))| *dear != path);
    }

    /// A photo that could be sent was left out by a person.
    pub(crate) fn leave_out(&mut self, job: &Job) {
        self.ruled.add(job);
        let photo = &job.photo;
        if photo.losses != Losses::NONE {
            self.losses.leave_out(photo);
            self.shared = None;
        }
    }

    /// A photo's result in the output folder is no longer what it was.
    pub(crate) fn changed(&mut self) {
        self.shared = None;
        self.plan.earlier.changed += 1;
    }

    /// So many photos may still turn out to be the same picture as another.
    pub(crate) fn checking(&mut self, photos: usize) {
        if self.plan.same.checking != photos {
            self.shared = None;
            self.plan.same.checking = photos;
        }
    }

    /// Every photo has been found.
    pub(crate) fn end(&mut self) {
        self.plan.walking = false;
        self.shared = None;
    }

    pub(crate) fn is_walking(&self) -> bool {
        self.plan.walking
    }

    /// Whether it is whole and was not told yet: every photo was found, and with `settled` none is still looked
    /// at. True once.
    pub(crate) fn is_to_be_told(&mut self, settled: bool) -> bool {
        let is_whole = !self.plan.walking && (self.plan.same.checking == 0 || !settled);
        let was_told = self.told;
        self.told |= is_whole;
        is_whole && !was_told
    }

    /// Whether it was told.
    pub(crate) fn was_told(&self) -> bool {
        self.told
    }

    /// The plan as it stands under a cap, with what else is to be said in it.
    pub(crate) fn plan(&mut self, mut cap: Cap, complete: impl FnOnce(&mut Plan)) -> Arc<Plan> {
        cap.used += self.found_usd;
        let may_leave = cap.budget.map_or(0, |budget| self.reserve.may_leave(budget.saturating_sub(cap.used)));
        let certain = self.reserve.certain(cap.used);
        if (self.plan.costs.may_leave, self.plan.costs.certain) != (may_leave, certain) {
            (self.plan.costs.may_leave, self.plan.costs.certain) = (may_leave, certain);
            self.shared = None;
        }
        Arc::clone(self.shared.get_or_insert_with(|| {
            let mut by_reason: Vec<_> =
                self.reasons.iter().map(|(reason, count)| (clean(reason).into_owned(), *count)).collect();
            by_reason.sort_by_key(|(_, count)| Reverse(*count));
            let mut dearest: Vec<_> = self.dearest.iter().map(|Reverse((usd, path))| (path.clone(), *usd)).collect();
            dearest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let mut plan = self.plan.clone();
            (plan.skips.by_reason, plan.costs.dearest) = (by_reason, dearest);
            plan.notes.losses = self.losses.notes();
            plan.notes.rules = self.ruled.notes();
            complete(&mut plan);
            Arc::new(plan)
        }))
    }
}

/// A job as faces show it among what is not sent; `None` if it is not skipped.
pub(crate) fn skipped_file(job: &Job) -> Option<SkippedFile> {
    match &job.state {
        JobState::Skipped(reason) => Some(file(&job.photo, reason)),
        _ => None,
    }
}

/// A file that is not sent, and why, as faces show it.
fn file(photo: &Photo, reason: &str) -> SkippedFile {
    SkippedFile { path: clean(&photo.slash_path()).into_owned(), reason: clean(reason).into_owned() }
}

/// How fal gets a photo.
fn way(send: Option<Way>, photo: &Photo) -> Way {
    Way::of(send, storage::is_address(&photo.source))
}

/// The pixels that go to the model of a photo.
fn sent_px(photo: &Photo, work: Work) -> u64 {
    work.sent.or(photo.pixels).map_or(0, Pixels::count)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::job::Timestamp;
    use crate::model::{PriceSource, Unit};

    #[test]
    fn what_is_taken_back_leaves_the_plan_as_if_it_had_never_been_counted() {
        let price = UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::Live };
        let send = |planner: &mut Planner, n: u32| {
            let path: Box<Path> = Path::new(&format!("{n}.jpg")).into();
            let (source, pixels) = (path.clone(), Pixels::new(n * 100, 10));
            let modified = Timestamp(0);
            let photo = Photo {
                source,
                path,
                format: None,
                pixels: Some(pixels),
                bytes: 1,
                modified,
                shares_stem: false,
                losses: crate::job::Losses::NONE,
            };
            planner.send(&photo, Work::one(Some(pixels)));
            (photo, pixels)
        };
        let (mut all, mut without) = (
            Planner::new(Some(price.clone()), Vec::new(), Losing::default()),
            Planner::new(Some(price.clone()), Vec::new(), Losing::default()),
        );
        let photos: Vec<_> = (1..=20).map(|n| send(&mut all, n)).collect();
        (1..=20).filter(|n| *n != 5).for_each(|n| {
            send(&mut without, n);
        });
        let mut take_back = |at: usize| {
            let (photo, pixels) = &photos[at];
            all.take_back(photo, Work::one(Some(*pixels)))
        };
        assert_eq!([take_back(14), take_back(4)], [false, true], "the fifteenth is one of the ten dearest");
        let cap = Cap { budget: Some(Usd::from_nanos(200_000_000)), used: Usd::ZERO };
        assert_eq!(all.plan(cap, |_| {}), without.plan(cap, |_| {}));
    }
}

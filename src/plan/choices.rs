//! What a person leaves out of the plan: by folder, by price, one by one. What is said of a single
//! photo holds against what is said of its folder and its price.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::path::Path;

use super::figures::{FolderChoice, PhotoChoice, Plan};
use crate::job::{Job, JobId, JobState, Transition, Usd, clean};

/// Folders that a face is offered.
const FOLDERS: usize = 200;
/// Photos that a face is offered: the dearest.
const PHOTOS: usize = 100;

/// Why a photo is skipped that a person left out.
pub(crate) const LEFT_OUT: &str = "left out by you";

/// What is left out, and what could be.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    limit: Option<Usd>,
    folders_out: BTreeSet<u32>,
    photos: HashMap<JobId, bool>,
    /// What is sent again as it was before: if it is left out, it is that again.
    failed: HashMap<JobId, JobState>,

    folders: Vec<Folder>,
    by_path: HashMap<Box<Path>, u32>,
    /// The folder of each job that was found in this run.
    folder_of: Vec<Option<u32>>,
    dearest: BinaryHeap<Reverse<(Usd, Reverse<JobId>)>>,
    out: usize,
    /// What those that are left out would cost, and how many have no known price.
    out_price: Usd,
    out_unpriced: usize,
}

/// The photos of a folder that could be sent.
#[derive(Debug, Clone, Default)]
struct Folder {
    path: Box<str>,
    photos: usize,
    out: usize,
    /// What those that are not left out cost.
    price: Usd,
    /// What all of them cost: folders keep their places as photos are left out.
    full_price: Usd,
    unpriced: usize,
}

impl Choices {
    /// A job was found in this run: its photo can be left out.
    pub(crate) fn found(&mut self, job: &Job) {
        let parent = job.photo.path.parent().unwrap_or(Path::new(""));
        let folder = if let Some(folder) = self.by_path.get(parent) {
            *folder
        } else {
            let folder = u32::try_from(self.folders.len()).unwrap_or(u32::MAX);
            let parts: Vec<_> = parent.iter().map(|part| part.to_string_lossy()).collect();
            let path = clean(&parts.join("/")).into_owned().into_boxed_str();
            self.folders.push(Folder { path, ..Folder::default() });
            self.by_path.insert(parent.into(), folder);
            folder
        };
        if self.folder_of.len() <= job.id.index() {
            self.folder_of.resize(job.id.index() + 1, None);
        }
        if let Some(slot) = self.folder_of.get_mut(job.id.index()) {
            *slot = Some(folder);
        }
    }

    /// A job that failed in an earlier run is to be sent again.
    pub(crate) fn failed_before(&mut self, job: &Job) {
        self.failed.insert(job.id, job.state.clone());
    }

    /// What happens to a photo that is left out: one that failed before stays failed, for a later retry.
    pub(crate) fn left_out(&mut self, id: JobId) -> Transition {
        let failed = self.failed.remove(&id).map(|was| Transition::TakeBack(Box::new(was)));
        failed.unwrap_or_else(|| Transition::Skip(LEFT_OUT.into()))
    }

    /// What failed before and was to be sent again, as it was.
    pub(crate) fn take_failed(&mut self) -> impl Iterator<Item = (JobId, Transition)> + use<> {
        let failed = std::mem::take(&mut self.failed).into_iter();
        failed.map(|(id, was)| (id, Transition::TakeBack(Box::new(was))))
    }

    /// Whether a job was found in this run.
    pub(crate) fn is_found(&self, id: JobId) -> bool {
        self.folder(id).is_some()
    }

    fn folder(&self, id: JobId) -> Option<u32> {
        self.folder_of.get(id.index()).copied().flatten()
    }

    /// Whether a photo that could be sent is left out.
    pub(crate) fn leaves_out(&self, id: JobId, price: Option<Usd>) -> bool {
        self.photos.get(&id).copied().unwrap_or_else(|| {
            self.folder(id).is_some_and(|folder| self.folders_out.contains(&folder))
                || self.limit.zip(price).is_some_and(|(limit, price)| price > limit)
        })
    }

    /// Leaves photos out or takes them in again.
    pub(crate) fn choose(&mut self, photos: impl IntoIterator<Item = JobId>, out: bool) {
        self.photos.extend(photos.into_iter().map(|id| (id, out)));
    }

    /// The same with all of a folder, those included that are still to be found.
    pub(crate) fn choose_folder(&mut self, folder: u32, out: bool) {
        let folder_of = &self.folder_of;
        self.photos.retain(|id, _| folder_of.get(id.index()).copied().flatten() != Some(folder));
        if out {
            self.folders_out.insert(folder);
        } else {
            self.folders_out.remove(&folder);
        }
    }

    /// Nothing is left out any more, for whatever reason it was.
    pub(crate) fn take_all_in(&mut self) {
        (self.limit, self.folders_out, self.photos) = (None, BTreeSet::new(), HashMap::new());
    }

    /// Leaves out what costs more. Of photos that were taken in one by one it is for this to say again;
    /// those that were left out stay out.
    pub(crate) fn limit(&mut self, limit: Option<Usd>) {
        self.limit = limit;
        self.photos.retain(|_, out| *out);
    }

    /// The price above which photos are left out.
    pub(crate) fn price_limit(&self) -> Option<Usd> {
        self.limit
    }

    /// Counts from the start again.
    pub(crate) fn recount(&mut self) {
        self.dearest.clear();
        (self.out, self.out_price, self.out_unpriced) = (0, Usd::ZERO, 0);
        for folder in &mut self.folders {
            *folder = Folder { path: std::mem::take(&mut folder.path), ..Folder::default() };
        }
    }

    /// Counts a photo that gets another one's result; says whether it is left out.
    pub(crate) fn count_duplicate(&mut self, id: JobId, price: Option<Usd>) -> bool {
        let out = self.leaves_out(id, price);
        self.out += usize::from(out);
        out
    }

    /// Counts a photo that could be sent; says whether it is left out.
    pub(crate) fn count(&mut self, id: JobId, price: Option<Usd>) -> bool {
        let out = self.leaves_out(id, price);
        if out {
            self.out += 1;
            self.out_price += price.unwrap_or_default();
            self.out_unpriced += usize::from(price.is_none());
        }
        if let Some(folder) = self.folder(id).and_then(|folder| self.folders.get_mut(folder as usize)) {
            folder.photos += 1;
            folder.out += usize::from(out);
            folder.full_price += price.unwrap_or_default();
            folder.unpriced += usize::from(price.is_none());
            if !out {
                folder.price += price.unwrap_or_default();
            }
        }
        if let Some(price) = price {
            let entry = Reverse((price, Reverse(id)));
            if self.dearest.len() < PHOTOS {
                self.dearest.push(entry);
            } else if self.dearest.peek().is_some_and(|least| entry.0 > least.0) {
                self.dearest.pop();
                self.dearest.push(entry);
            }
        }
        out
    }

    /// A photo that was counted is left out now, or no longer is.
    pub(crate) fn turn(&mut self, id: JobId, price: Option<Usd>, out: bool) {
        let amount = price.unwrap_or_default();
        let tally = |count: &mut usize, by: usize| *count = if out { *count + by } else { count.saturating_sub(by) };
        tally(&mut self.out, 1);
        tally(&mut self.out_unpriced, usize::from(price.is_none()));
        self.out_price = if out { self.out_price + amount } else { self.out_price - amount };
        if let Some(folder) = self.folder(id).and_then(|folder| self.folders.get_mut(folder as usize)) {
            tally(&mut folder.out, 1);
            folder.price = if out { folder.price - amount } else { folder.price + amount };
        }
    }

    /// Puts what can be chosen into a plan.
    pub(crate) fn offer<'a>(&self, plan: &mut Plan, job: impl Fn(JobId) -> Option<&'a Job>) {
        let mut folders: Vec<(u32, &Folder)> = (0..).zip(&self.folders).filter(|(_, f)| f.photos > 0).collect();
        folders.sort_by(|(_, a), (_, b)| b.full_price.cmp(&a.full_price).then_with(|| a.path.cmp(&b.path)));
        (plan.left_out.limit, plan.left_out.photos, plan.left_out.folders_in_all) =
            (self.limit, self.out, folders.len());
        plan.left_out.usd = (self.out_unpriced == 0 && plan.costs.price.is_some()).then_some(self.out_price);
        let choice = |(id, folder): (u32, &Folder)| FolderChoice {
            id,
            path: folder.path.to_string(),
            photos: folder.photos,
            out: folder.out,
            price: (folder.unpriced == 0 && plan.costs.price.is_some()).then_some(if folder.out == folder.photos {
                folder.full_price
            } else {
                folder.price
            }),
        };
        plan.left_out.folders = folders.into_iter().take(FOLDERS).map(choice).collect();
        let mut dearest: Vec<_> = self.dearest.iter().map(|Reverse((price, Reverse(id)))| (*price, *id)).collect();
        dearest.sort_by_key(|(price, id)| (Reverse(*price), *id));
        let photo = |(price, id): (Usd, JobId)| {
            let path = clean(&job(id)?.photo.slash_path()).into_owned();
            Some(PhotoChoice { id, path, price, out: self.leaves_out(id, Some(price)) })
        };
        plan.left_out.choices = dearest.into_iter().filter_map(photo).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{JobState, Photo, Timestamp};

    #[test]
    fn a_limit_leaves_out_more_and_takes_in_nothing_that_was_left_out_by_hand() {
        let mut choices = Choices::default();
        let usd = |cents: i64| Some(Usd::from_nanos(cents * 10_000_000));
        let (cheap, dear, other) = (JobId::at(0), JobId::at(1), JobId::at(2));
        let out = |choices: &Choices| {
            [(cheap, usd(10)), (dear, usd(900)), (other, usd(10))].map(|(id, price)| choices.leaves_out(id, price))
        };
        choices.choose([cheap], true);
        choices.limit(usd(500));
        assert_eq!(out(&choices), [true, true, false]);
        choices.choose([dear], false);
        assert_eq!(out(&choices), [true, false, false], "what is said of one photo holds against its price");
        choices.limit(usd(600));
        assert_eq!(out(&choices), [true, true, false]);
        choices.limit(None);
        assert_eq!(out(&choices), [true, false, false]);
        choices.take_all_in();
        assert_eq!(out(&choices), [false; 3]);
    }

    #[test]
    fn one_that_is_turned_is_counted_as_if_all_were_counted_again() {
        let job = |n: usize| {
            let path: Box<Path> = Path::new(&format!("f{}/{n}.jpg", n % 2)).into();
            let (source, modified) = (path.clone(), Timestamp(0));
            let photo = Photo {
                source,
                path,
                format: None,
                pixels: None,
                bytes: 1,
                modified,
                shares_stem: false,
                losses: crate::job::Losses::NONE,
            };
            Job { id: JobId::at(n), photo, state: JobState::Pending, own: None, opinion: None }
        };
        let price = |n: usize| (n != 3).then(|| Usd::from_nanos(i64::try_from(n).unwrap_or_default() + 1));
        let count = |choices: &mut Choices| {
            choices.recount();
            (0..6).for_each(|n| {
                choices.count(JobId::at(n), price(n));
            });
        };
        let told = |choices: &Choices| {
            let mut plan = Plan::default();
            choices.offer(&mut plan, |_| None);
            let folders: Vec<_> = choices.folders.iter().map(|folder| (folder.out, folder.price)).collect();
            (plan, folders, choices.out_price, choices.out_unpriced)
        };
        let mut choices = Choices::default();
        (0..6).for_each(|n| choices.found(&job(n)));
        count(&mut choices);
        for (n, out) in [(1, true), (3, true), (2, true), (1, false)] {
            choices.choose([JobId::at(n)], out);
            choices.turn(JobId::at(n), price(n), out);
            let turned = told(&choices);
            count(&mut choices);
            assert_eq!(turned, told(&choices), "{n} {out}");
        }
    }
}

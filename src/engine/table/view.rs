//! The rows that a filter leaves, in the order that was asked for. They are gathered little by
//! little, so that a sort of a million jobs holds nothing up, and kept up as jobs change.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

use super::causes;
use super::index::Index;
use super::paths::Paths;
use super::slots::Slots;
use super::sorted::{Entry, Sorted};
use crate::engine::publish::wording;
use crate::engine::snapshot::{Choice, Order, Tab};
use crate::job::{CauseKind, Cost, Group, Job, JobId, JobState, Pixels, Usd};
use crate::plan::CostModel;

/// Jobs looked at at once: a batch of so many is answered whole.
const FIRST: usize = 4096;
/// The same where each has to be given a key.
const FIRST_PATHS: usize = 1024;
/// Jobs looked at in one go from then on.
const STEP: usize = 256;

/// What is shown, whichever tab is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Spec {
    /// What rows hold, in lower case; empty for all.
    pub(crate) text: String,
    /// Why they failed, if only those are wanted.
    pub(crate) cause: Option<CauseKind>,
    pub(crate) order: Order,
    /// Whether the text is looked for in paths alone.
    pub(crate) only_paths: bool,
}

/// What a job costs and how large its result is or will be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measure {
    pub(crate) cost: Option<Usd>,
    pub(crate) output: Option<Pixels>,
    /// On a plan: what would become of it.
    pub(crate) choice: Option<Choice>,
}

impl Measure {
    /// As billed and saved, else as estimated.
    pub(crate) fn of(cost: &CostModel, job: &Job) -> Self {
        match job.state.saved() {
            Some(saved) => Self { cost: saved.cost.map(Cost::likely), output: saved.pixels(), choice: None },
            None if job.state.came_to_nothing() => Self { cost: None, output: cost.output(job), choice: None },
            None => Self { cost: cost.expected(job), output: cost.output(job), choice: None },
        }
    }
}

/// The rows that a [`Spec`] leaves, as far as they are gathered.
#[derive(Debug)]
pub(crate) struct View {
    spec: Spec,
    rows: Rows,
    /// By path: each job's key, as far as jobs are scanned.
    paths: Paths,
    scanned: usize,
}

#[derive(Debug)]
enum Rows {
    /// By number or by status: numbers are their own order.
    Plain(Box<Index>),
    /// By a key, all and by group.
    Sorted(Box<(Sorted, [Sorted; Group::ALL.len()])>),
}

impl Spec {
    /// Whether the index of all jobs answers it at once.
    pub(crate) fn is_plain(&self) -> bool {
        self.text.is_empty() && self.cause.is_none() && is_by_number(self.order)
    }

    /// What holds a text in its path.
    pub(crate) fn of_paths(text: &str) -> Self {
        Self { text: text.trim().to_lowercase(), only_paths: true, ..Self::default() }
    }

    /// Whether a job is among what is shown.
    pub(crate) fn takes(&self, job: &Job) -> bool {
        self.cause.is_none_or(|kind| causes::of(job).is_some_and(|cause| cause.kind == kind))
            && (self.text.is_empty() || holds(job, &self.text, self.only_paths))
    }
}

fn is_by_number(order: Order) -> bool {
    matches!(order, Order::Status | Order::Number)
}

impl View {
    pub(crate) fn new(spec: Spec) -> Self {
        let rows = if is_by_number(spec.order) { Rows::Plain(Box::default()) } else { Rows::Sorted(Box::default()) };
        Self { spec, rows, paths: Paths::default(), scanned: 0 }
    }

    pub(crate) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Whether its rows are ordered by what would become of them.
    pub(crate) fn is_by_choice(&self) -> bool {
        self.spec.order == Order::Choice
    }

    /// Whether its rows change places as the batch's parameters change.
    pub(crate) fn follows_params(&self) -> bool {
        matches!(self.spec.order, Order::Megapixels | Order::Cost)
    }

    /// Whether jobs are left to be looked at.
    pub(crate) fn is_gathering(&self, jobs: &Slots) -> bool {
        self.scanned < jobs.len()
    }

    /// Looks at some more jobs.
    pub(crate) fn gather(&mut self, jobs: &Slots, measure: impl Fn(&Job) -> Measure) {
        let count = match (self.scanned, self.spec.order) {
            (0, Order::Path) => FIRST_PATHS,
            (0, _) => FIRST,
            _ => STEP,
        };
        for job in jobs.some(self.scanned, count) {
            self.scanned += 1;
            if self.spec.order == Order::Path {
                self.paths.push(job.map_or(Path::new(""), |job| &job.photo.path));
            }
            if let Some(job) = job {
                self.count(job, measure(job), true);
            }
        }
    }

    /// Counts a job in before or out after it changes; what was not looked at yet is left alone.
    pub(crate) fn count(&mut self, job: &Job, measure: Measure, joins: bool) {
        if job.id.index() >= self.scanned || !self.spec.takes(job) {
            return;
        }
        let group = job.state.status().group();
        match &mut self.rows {
            Rows::Plain(index) if joins => index.insert(job.id, group),
            Rows::Plain(index) => index.remove(job.id, group),
            Rows::Sorted(rows) => {
                let entry = entry(job, self.spec.order, measure);
                let order = comparison(self.spec.order, &self.paths);
                let (all, groups) = &mut **rows;
                for sorted in std::iter::once(all).chain(groups.get_mut(group as usize)) {
                    if joins {
                        sorted.insert(entry, &order);
                    } else {
                        sorted.remove(entry, &order);
                    }
                }
            }
        }
    }

    /// How many rows a tab shows.
    pub(crate) fn len(&self, tab: Tab) -> usize {
        match &self.rows {
            Rows::Plain(index) => index.len(tab),
            Rows::Sorted(_) => self.sorted(tab).map_or(0, Sorted::len),
        }
    }

    /// Every job that a tab shows, in no order.
    pub(crate) fn ids(&self, tab: Tab) -> Vec<JobId> {
        match &self.rows {
            Rows::Plain(index) => index.ids(tab),
            Rows::Sorted(_) => {
                let entries = self.sorted(tab).into_iter().flat_map(Sorted::iter);
                entries.map(|entry| JobId::at(entry.job as usize)).collect()
            }
        }
    }

    /// The jobs at some places, from 0.
    pub(crate) fn at(&self, tab: Tab, places: Range<usize>) -> Vec<JobId> {
        match &self.rows {
            Rows::Plain(index) => index.at(tab, self.spec.order, places),
            Rows::Sorted(_) => {
                let entries = self.sorted(tab).into_iter().flat_map(|sorted| sorted.at(places.clone()));
                entries.map(|entry| JobId::at(entry.job as usize)).collect()
            }
        }
    }

    /// A job's place, from 0; `None` if it is not shown.
    pub(crate) fn place(&self, tab: Tab, job: &Job, measure: Measure) -> Option<usize> {
        match &self.rows {
            Rows::Plain(index) => index.place(tab, self.spec.order, job.id),
            Rows::Sorted(_) => {
                let entry = entry(job, self.spec.order, measure);
                self.sorted(tab)?.place(entry, &comparison(self.spec.order, &self.paths))
            }
        }
    }

    fn sorted(&self, tab: Tab) -> Option<&Sorted> {
        match (&self.rows, tab) {
            (Rows::Plain(_), _) => None,
            // Results are gone through by number: in another order there is no list of them.
            (Rows::Sorted(rows), Tab::All | Tab::Results) => Some(&rows.0),
            (Rows::Sorted(rows), Tab::Only(group)) => rows.1.get(group as usize),
        }
    }
}

/// What a job is ordered by. It changes only when the job does.
fn entry(job: &Job, order: Order, measure: Measure) -> Entry {
    let key = match order {
        Order::Status | Order::Number | Order::Path => 0,
        Order::Time => time(&job.state),
        Order::Megapixels => measure.output.map_or(u64::MAX, |output| u64::MAX - output.count()),
        Order::Choice => measure.choice.map_or(u64::MAX, |choice| choice as u64),
        Order::Cost => measure.cost.and_then(|usd| u64::try_from(usd.nanos()).ok()).map_or(u64::MAX, |n| u64::MAX - n),
    };
    Entry { key, job: u32::try_from(job.id.index()).unwrap_or(u32::MAX) }
}

/// The longest first: what is on its way by when it began, then what has ended by what it took.
fn time(state: &JobState) -> u64 {
    const ENDED: u64 = 1 << 62;
    const NOT_BEGUN: u64 = 1 << 63;
    match (state.run(), state.closed()) {
        (Some(run), _) => u64::try_from(run.began.0).unwrap_or_default().min(ENDED - 1),
        (None, Some(closed)) if closed.attempts > 0 => {
            NOT_BEGUN - 1 - u64::try_from(closed.took.as_millis()).unwrap_or(u64::MAX).min(ENDED - 1)
        }
        _ => NOT_BEGUN,
    }
}

fn comparison(order: Order, paths: &Paths) -> impl Fn(&Entry, &Entry) -> Ordering + '_ {
    let path = |entry: &Entry| paths.get(entry.job as usize);
    move |a, b| {
        let by_key = if order == Order::Path { path(a).cmp(&path(b)) } else { a.key.cmp(&b.key) };
        by_key.then(a.job.cmp(&b.job))
    }
}

/// Whether path, status, cause or caption holds a text, whatever the case: as the row shows them, but for
/// what changes while the job does not.
fn holds(job: &Job, text: &str, only_path: bool) -> bool {
    let holds = |part: &str| part.to_lowercase().contains(text);
    if only_path {
        return holds(&job.photo.slash_path());
    }
    let note = wording::note(job);
    let caption = job.state.saved().and_then(|_| job.caption());
    holds(&job.photo.path.to_string_lossy())
        || wording::row_state(job, None, false).holds(text)
        || job.state.cause().is_some_and(|cause| holds(cause.kind.name()))
        || caption.filter(|caption| note.as_deref() != Some(*caption)).is_some_and(holds)
        || note.is_some_and(|note| holds(&note))
}

//! How a batch goes over time, in memory that is bounded: once there are too many points, each two that stand beside
//! each other become one that stands for twice as long.

use std::time::Duration;

use super::histogram::Histogram;
use crate::engine::snapshot::{Overview, Point};
use crate::job::{Timestamp, Usd};

/// For how long a point stands at first.
const STEP: Duration = Duration::from_secs(1);
/// Points that are kept, at most: a day takes them to steps of some eight minutes.
const MOST: usize = 240;

/// What is counted of one step.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    photos: u32,
    /// The last that was heard of it.
    spent: Option<Usd>,
    /// The sum of mean positions, and of how many.
    positions: (f64, u32),
    up: u64,
    down: u64,
}

impl Tally {
    fn and(self, next: Self) -> Self {
        Self {
            photos: self.photos.saturating_add(next.photos),
            spent: next.spent.or(self.spent),
            positions: (self.positions.0 + next.positions.0, self.positions.1.saturating_add(next.positions.1)),
            up: self.up.saturating_add(next.up),
            down: self.down.saturating_add(next.down),
        }
    }
}

/// How a batch goes over time. What happens is told to it in the order of time.
#[derive(Debug)]
pub struct Series {
    began: Option<Timestamp>,
    step: Duration,
    tallies: Vec<Tally>,
    seconds: Histogram,
}

impl Default for Series {
    fn default() -> Self {
        Self { began: None, step: STEP, tallies: Vec::new(), seconds: Histogram::default() }
    }
}

impl Series {
    /// The time to be shown begins.
    pub fn begin(&mut self, at: Timestamp) {
        self.began.get_or_insert(at);
    }

    /// A picture was saved.
    pub fn saved(&mut self, at: Timestamp) {
        self.count(at, |tally| tally.photos = tally.photos.saturating_add(1));
    }

    /// So much was likely spent by now.
    pub fn spent(&mut self, at: Timestamp, usd: Usd) {
        self.count(at, |tally| tally.spent = Some(usd));
    }

    /// So many requests stand before those that wait, on average.
    pub fn queued(&mut self, at: Timestamp, position: f64) {
        self.count(at, |Tally { positions: (sum, count), .. }| {
            (*sum, *count) = (*sum + position, count.saturating_add(1));
        });
    }

    /// So many bytes went up and came down since the last time.
    pub fn moved(&mut self, at: Timestamp, up: u64, down: u64) {
        self.count(at, |tally| {
            (tally.up, tally.down) = (tally.up.saturating_add(up), tally.down.saturating_add(down));
        });
    }

    /// A result took so long on a runner, s.
    pub fn took(&mut self, seconds: f64, path: &str) {
        self.seconds.add(seconds, path);
    }

    /// All of it as plain values.
    #[must_use]
    pub fn overview(&self) -> Overview {
        // What was spent before anything was heard of it is what was heard first.
        let mut spent = self.tallies.iter().find_map(|tally| tally.spent).unwrap_or_default();
        let point = |tally: &Tally| {
            spent = tally.spent.unwrap_or(spent);
            #[expect(clippy::cast_possible_truncation, reason = "a place in a queue, for a chart")]
            let position = (tally.positions.1 > 0).then(|| (tally.positions.0 / f64::from(tally.positions.1)) as f32);
            Point { photos: tally.photos, spent, position, up: tally.up, down: tally.down }
        };
        let points = self.tallies.iter().map(point).collect();
        Overview { began: self.began.unwrap_or_default(), step: self.step, points, seconds: self.seconds.seconds() }
    }

    /// Counts something in the step that a moment falls into.
    fn count(&mut self, at: Timestamp, what: impl FnOnce(&mut Tally)) {
        let since = at.since(*self.began.get_or_insert(at));
        let place = |step: Duration| usize::try_from(since.as_millis() / step.as_millis().max(1)).unwrap_or(usize::MAX);
        while place(self.step) >= MOST {
            self.tallies = self.tallies.chunks(2).filter_map(|two| two.iter().copied().reduce(Tally::and)).collect();
            self.step *= 2;
        }
        let place = place(self.step);
        if self.tallies.len() <= place {
            self.tallies.resize(place + 1, Tally::default());
        }
        if let Some(tally) = self.tallies.get_mut(place) {
            what(tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn however_long_it_runs_the_points_are_few_and_nothing_of_the_sums_is_lost() {
        let mut series = Series::default();
        series.begin(at(0));
        let hours = 50;
        for minute in 0..hours * 60 {
            series.saved(at(minute * 60 + 7));
            series.moved(at(minute * 60 + 8), 10, 100);
            series.spent(at(minute * 60 + 9), Usd::from_nanos(minute));
            assert!(series.tallies.len() <= MOST);
        }
        let overview = series.overview();
        assert!((MOST / 2..=MOST).contains(&overview.points.len()), "{}", overview.points.len());
        let minutes = u64::try_from(hours).unwrap() * 60;
        assert_eq!(overview.points.iter().map(|point| u64::from(point.photos)).sum::<u64>(), minutes);
        assert_eq!(overview.points.iter().map(|point| point.down).sum::<u64>(), minutes * 100);
        assert_eq!(overview.points.last().unwrap().spent, Usd::from_nanos(hours * 60 - 1));
        assert!(overview.points.is_sorted_by_key(|point| point.spent));
        let rates = overview.per_minute();
        assert!(rates[..rates.len() - 1].iter().all(|rate| (0.8..1.2).contains(rate)), "{rates:?}");
    }

    #[test]
    fn what_is_not_heard_of_stays_as_it_was_and_no_queue_is_none() {
        let mut series = Series::default();
        series.begin(at(100));
        series.queued(at(102), 4.0);
        series.queued(at(102), 2.0);
        series.spent(at(103), Usd::from_nanos(5));
        series.saved(at(105));
        let points = series.overview().points;
        assert_eq!(
            points.iter().map(|point| point.position).collect::<Vec<_>>(),
            [None, None, Some(3.0), None, None, None]
        );
        assert!(points.iter().all(|point| point.spent == Usd::from_nanos(5)));
        series.saved(at(50));
        assert_eq!(series.overview().points[0].photos, 1, "a clock that goes back");
    }
}

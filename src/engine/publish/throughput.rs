//! Speeds: pictures a minute, bytes a second, and when it will all be done.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::series::Series;
use crate::engine::snapshot::{Flow, Overview};
use crate::job::{Timestamp, Usd, clean};

/// One bar of the sparkline.
const BAR: Duration = Duration::from_secs(10);
/// Bars kept.
const BARS: usize = 24;
/// Results before a rate means something.
const ENOUGH: usize = 3;
/// How often the course in numbers is made anew, at most.
const ANEW: Duration = Duration::from_secs(1);
/// How far back the rate looks.
const WINDOW: Duration = Duration::from_mins(3);

/// Measures as things happen.
#[derive(Debug, Default)]
pub(in crate::engine) struct Throughput {
    began: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// When pictures were saved, newest last, no older than [`WINDOW`].
    saved: VecDeque<Timestamp>,
    /// Pictures in each [`BAR`] since `began`, newest last.
    bars: VecDeque<u16>,
    bar: u64,
    bytes: Option<(Timestamp, u64, u64)>,
    up: u64,
    down: u64,
    series: Series,
    /// The course as it was last made, and when.
    overview: Option<(Timestamp, Arc<Overview>)>,
    /// Whether something happened since.
    is_changed: bool,
}

impl Throughput {
    /// The first job of this run begins, or the batch goes on after it had ended.
    pub(in crate::engine) fn begin(&mut self, at: Timestamp) {
        self.began.get_or_insert(at);
        self.series.begin(at);
        self.ended = None;
    }

    pub(in crate::engine) fn end(&mut self, at: Timestamp) {
        self.ended.get_or_insert(at);
        (self.up, self.down) = (0, 0);
    }

    pub(in crate::engine) fn began(&self) -> Option<Timestamp> {
        self.began
    }

    pub(in crate::engine) fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// A picture was saved.
    pub(in crate::engine) fn saved(&mut self, at: Timestamp) {
        self.advance(at);
        self.series.saved(at);
        self.is_changed = true;
        self.saved.push_back(at);
        if let Some(bar) = self.bars.back_mut() {
            *bar = bar.saturating_add(1);
        }
    }

    /// A result took so long on a runner, s, as fal says: of this photo.
    pub(in crate::engine) fn took(&mut self, seconds: Option<f64>, path: &str) {
        if let Some(seconds) = seconds {
            self.series.took(seconds, &clean(path));
        }
    }

    /// So much was likely spent by now, and those that wait in fal's queue have so many before them.
    pub(in crate::engine) fn stands(&mut self, at: Timestamp, spent: Usd, positions: impl Iterator<Item = u32>) {
        if self.began.is_none() {
            return;
        }
        let (sum, count) = positions.fold((0.0, 0.0), |(sum, count), place| (sum + f64::from(place), count + 1.0));
        if count > 0.0 {
            self.series.queued(at, sum / count);
        }
        self.series.spent(at, spent);
        self.is_changed = true;
    }

    /// How the run went so far, as it was at most a second ago.
    pub(in crate::engine) fn overview(&mut self, at: Timestamp) -> Arc<Overview> {
        match &self.overview {
            Some((made, overview)) if !self.is_changed || at.since(*made) < ANEW => Arc::clone(overview),
            _ => {
                let overview = Arc::new(self.series.overview());
                (self.overview, self.is_changed) = (Some((at, Arc::clone(&overview))), false);
                overview
            }
        }
    }

    /// When the course is to be made anew for whom looks at it; `None` while nothing happens.
    pub(in crate::engine) fn overview_due(&self) -> Option<Timestamp> {
        self.overview.as_ref().filter(|_| self.is_changed).map(|(made, _)| made.plus(ANEW))
    }

    /// Bytes moved so far, up and down; called about once a second.
    pub(in crate::engine) fn sample(&mut self, at: Timestamp, up: u64, down: u64) {
        self.advance(at);
        if let Some((then, up_then, down_then)) = self.bytes {
            let seconds = at.since(then).as_secs_f64();
            if seconds < 0.2 {
                return;
            }
            if self.began.is_some() {
                self.series.moved(at, up.saturating_sub(up_then), down.saturating_sub(down_then));
                self.is_changed = true;
            }
            self.up = smooth(self.up, up.saturating_sub(up_then), seconds);
            self.down = smooth(self.down, down.saturating_sub(down_then), seconds);
        }
        self.bytes = Some((at, up, down));
    }

    /// Pictures saved in a second, lately.
    pub(in crate::engine) fn per_second(&self, at: Timestamp) -> Option<f64> {
        let oldest = *self.saved.front()?;
        let span = at.since(oldest.max(self.began?)).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a count of some minutes")]
        let count = self.saved.len() as f64;
        (self.saved.len() >= ENOUGH && span > 1.0).then(|| count / span)
    }

    pub(in crate::engine) fn flow(&self, at: Timestamp, window: u16, left: usize) -> Flow {
        let rate = self.per_second(at);
        // Where nothing has come for some time, the rest is not there in a moment.
        let idle = self.saved.back().map_or(Duration::ZERO, |last| at.since(*last));
        #[expect(clippy::cast_precision_loss, reason = "a count of jobs")]
        let eta = rate
            .filter(|_| left > 0 && self.ended.is_none())
            .map(|rate| at.plus(Duration::from_secs_f64((left as f64 / rate).min(1e8)).max(idle)));
        Flow {
            began: self.began,
            ended: self.ended,
            window,
            at_once: None,
            recent: self.bars.iter().copied().collect(),
            per_minute: rate.map(|rate| rate * 60.0),
            eta,
            capped: false,
            up: self.up,
            down: self.down,
            workers: Arc::default(),
        }
    }

    /// Forgets what is too old and opens new bars.
    fn advance(&mut self, at: Timestamp) {
        while self.saved.front().is_some_and(|saved| at.since(*saved) > WINDOW) {
            self.saved.pop_front();
        }
        let Some(began) = self.began else { return };
        let bar = at.since(began).as_secs() / BAR.as_secs();
        let new =
            usize::try_from(bar - self.bar.min(bar)).unwrap_or(BARS).min(BARS) + usize::from(self.bars.is_empty());
        self.bars.extend(std::iter::repeat_n(0, new));
        self.bar = bar.max(self.bar);
        let surplus = self.bars.len().saturating_sub(BARS);
        self.bars.drain(..surplus);
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a speed for people"
)]
fn smooth(before: u64, bytes: u64, seconds: f64) -> u64 {
    let now = bytes as f64 / seconds;
    let mixed = if before == 0 { now } else { before as f64 * 0.5 + now * 0.5 };
    if mixed < 512.0 { 0 } else { mixed as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn a_rate_and_an_end_come_once_they_mean_something() {
        let mut meter = Throughput::default();
        meter.begin(at(0));
        meter.saved(at(5));
        assert_eq!(meter.flow(at(6), 8, 100).eta, None);
        for second in 1..=12 {
            meter.saved(at(5 + second));
        }
        let flow = meter.flow(at(18), 8, 13);
        assert!((flow.per_minute.unwrap() - 60.0).abs() < 1.0, "{flow:?}");
        assert_eq!(flow.eta, Some(at(31)));
        assert_eq!(flow.recent, [5, 8]);
        assert_eq!(meter.flow(at(60), 8, 1).eta, Some(at(103)), "for 43 s nothing came, so the last is no second away");
    }

    #[test]
    fn what_is_old_no_longer_counts() {
        let mut meter = Throughput::default();
        meter.begin(at(0));
        (0..10).for_each(|second| meter.saved(at(second)));
        meter.sample(at(1000), 0, 0);
        assert_eq!(meter.flow(at(1000), 8, 1).per_minute, None);
        assert_eq!(meter.flow(at(1000), 8, 1).recent.len(), BARS);
    }

    #[test]
    fn bytes_a_second_are_smoothed_and_go_to_zero() {
        let mut meter = Throughput::default();
        meter.sample(at(0), 0, 0);
        meter.sample(at(1), 1_000_000, 0);
        assert_eq!(meter.flow(at(1), 8, 1).up, 1_000_000);
        for second in 2..20 {
            meter.sample(at(second), 1_000_000, 0);
        }
        assert_eq!(meter.flow(at(20), 8, 1).up, 0);
    }
}

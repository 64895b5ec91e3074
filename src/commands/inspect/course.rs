//! The course of a batch in numbers, as `show --json` tells it: from the ledger, by the same series as the dashboard's
//! charts. What only a run knows while it goes on is named and left out.

use serde_json::{Value, json};

use crate::commands::moment::utc;
use crate::engine::Series;
use crate::engine::snapshot::Overview;
use crate::job::{BatchId, Job, JobState, Spent, Timestamp, clean};
use crate::ledger::Payment;

/// What no ledger keeps, since nobody could pay twice or lose a picture for want of it.
const ONLY_LIVE: [&str; 4] = ["queue_position", "bytes_up", "bytes_down", "budget_usd"];

/// Something that counts.
enum Happened {
    Saved,
    Paid(Spent),
}

/// How a batch went, of its jobs and of all payments that are known.
pub(super) fn course(batch: BatchId, jobs: &[Job], payments: &[Payment]) -> Overview {
    let mut series = Series::default();
    let saved = jobs.iter().filter(|job| job.state.saved().is_some() && !matches!(job.state, JobState::Skipped(_)));
    let saved = saved.filter_map(|job| job.state.closed().map(|closed| (closed.at, Happened::Saved)));
    let paid = payments.iter().filter(|payment| payment.batch == batch);
    let paid = paid.map(|payment| (payment.at, Happened::Paid(payment.cost.into())));
    let mut all: Vec<_> = saved.chain(paid).collect();
    all.sort_by_key(|(at, _)| *at);
    // The first began before it ended.
    let begins = jobs.iter().filter_map(|job| job.state.closed());
    if let Some(began) = begins.map(|closed| Timestamp(closed.at.0.saturating_sub(ms(closed.took)))).min() {
        series.begin(began.min(all.first().map_or(began, |(at, _)| *at)));
    }
    let mut spent = Spent::NOTHING;
    for (at, happened) in all {
        match happened {
            Happened::Saved => series.saved(at),
            Happened::Paid(cost) => {
                spent += cost;
                series.spent(at, spent.likely());
            }
        }
    }
    for job in jobs {
        if let Some(seconds) = job.state.saved().and_then(|saved| saved.inference_s) {
            series.took(seconds, &clean(&job.photo.slash_path()));
        }
    }
    series.overview()
}

fn ms(took: std::time::Duration) -> i64 {
    i64::try_from(took.as_millis()).unwrap_or(i64::MAX)
}

/// It as JSON: one number a step, in the order of time.
pub(super) fn as_json(overview: &Overview) -> Value {
    let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
    let seconds = overview.seconds.as_ref().map(|told| {
        let bins =
            told.bins.iter().map(|bin| json!({"from": rounded(bin.from), "to": rounded(bin.to), "count": bin.count}));
        json!({
            "count": told.count, "median": rounded(told.median), "slowest": rounded(told.slowest),
            "slowest_path": told.slowest_path, "bins": bins.collect::<Vec<_>>(),
        })
    });
    json!({
        "from": (!overview.points.is_empty()).then(|| utc(overview.began)), "step_s": overview.step.as_secs(),
        "photos": overview.points.iter().map(|point| point.photos).collect::<Vec<_>>(),
        "spent_usd": overview.points.iter().map(|point| point.spent.told()).collect::<Vec<_>>(),
        "seconds_at_fal": seconds, "only_live": ONLY_LIVE,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::job::{Closed, Cost, JobId, Losses, Photo, Usd};

    #[test]
    fn a_batch_that_failed_and_was_paid_for_is_told_in_the_order_of_time() {
        let photo = Photo {
            path: Path::new("a.jpg").into(),
            source: Path::new("/photos/a.jpg").into(),
            format: None,
            pixels: None,
            bytes: 1,
            modified: Timestamp(0),
            shares_stem: false,
            losses: Losses::NONE,
        };
        let closed = Closed { at: Timestamp(30_000), took: Duration::from_secs(20), attempts: 1 };
        let job = Job { id: JobId::at(0), photo, state: JobState::Cancelled(closed), own: None, opinion: None };
        let paid = |batch, at, cents: i64| Payment {
            batch: BatchId(batch),
            at: Timestamp(at),
            request: None,
            cost: Cost::Known(Usd::from_nanos(cents * 10_000_000)),
        };
        let payments = [paid(1, 31_000, 7), paid(2, 12_000, 100), paid(1, 20_000, 5)];
        let told = as_json(&course(BatchId(1), &[job], &payments));
        assert_eq!((&told["from"], &told["step_s"]), (&json!("1970-01-01T00:00:10Z"), &json!(1)));
        let spent: Vec<_> = told["spent_usd"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        assert_eq!((spent.len(), spent.first(), spent.last()), (22, Some(&0.05), Some(&0.12)));
        assert_eq!((&told["seconds_at_fal"], told["photos"].as_array().unwrap().len()), (&Value::Null, 22));
        assert_eq!(as_json(&course(BatchId(1), &[], &[]))["from"], Value::Null);
    }
}

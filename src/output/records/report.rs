//! `report.csv`: a line for each job, whatever became of it.

use crate::job::{Job, JobState, Saved, Service, Usd, as_cell, of_cell, one_line, path_text};
use crate::output::caption::Captions;

/// The columns.
pub(super) const COLUMNS: [&str; 15] = [
    "path",
    "state",
    "output",
    "width",
    "height",
    "seed",
    "cost_usd",
    "attempts",
    "request_id",
    "cause",
    "caption",
    "params",
    "service",
    "stars",
    "verdict",
];
/// Where the service stands.
const SERVICE: usize = 12;
/// How many of them there were at first.
const FIRST: usize = 11;

/// Whether a file with these columns is a report of this version or of an earlier one.
pub(super) fn is_ours<'a>(columns: impl Iterator<Item = &'a [u8]>) -> bool {
    let columns: Vec<_> = columns.collect();
    let ours = COLUMNS.iter().map(|name| name.as_bytes());
    (FIRST..=COLUMNS.len()).contains(&columns.len()) && ours.zip(&columns).all(|(ours, column)| ours == *column)
}

/// The photo that a line is about, and whom it was sent to, where it says so.
pub(super) fn named(record: &csv::ByteRecord) -> (String, Option<Service>) {
    let cell = |place| record.get(place).map(String::from_utf8_lossy);
    let path = of_cell(&cell(0).unwrap_or_default()).to_owned();
    let service = cell(SERVICE).filter(|name| !name.is_empty()).map(|name| Service::from_name(of_cell(&name)));
    (path, service)
}

/// A job's line.
pub(super) fn line(job: &Job, service: &Service, captions: &Captions) -> [String; 15] {
    let saved = job.state.saved();
    let text = |value: Option<String>| value.unwrap_or_default();
    let cause = job.state.why().and_then(|why| match job.state {
        JobState::Skipped(_) | JobState::Review(..) | JobState::Unread(..) => Some(why.to_string()),
        JobState::Cancelled(_) => None,
        _ => Some(format!("{}: {why}", why.kind)),
    });
    [
        job.photo.slash_path(),
        job.state.status().name().to_owned(),
        text(saved.map(|saved| path_text(saved.output()))),
        text(saved.and_then(Saved::pixels).map(|pixels| pixels.width.to_string())),
        text(saved.and_then(Saved::pixels).map(|pixels| pixels.height.to_string())),
        text(saved.and_then(|saved| saved.seed).map(|seed| seed.to_string())),
        text(saved.and_then(|saved| saved.cost).map(|cost| dollars(cost.likely()))),
        job.state.attempt().to_string(),
        text(job.state.last_request_id().map(ToString::to_string)),
        text(cause.map(|cause| one_line(&cause))),
        text(captions.line(saved.and_then(|_| job.caption()))),
        text(job.own.as_ref().map(|own| own.0.to_string())),
        service.name().to_owned(),
        text(job.stars().rated().map(|stars| stars.to_string())),
        text(job.verdict().map(|verdict| verdict.name().to_owned())),
    ]
    .map(as_cell)
}

/// An amount as a plain number, exact: `0.1365`.
fn dollars(amount: Usd) -> String {
    let nanos = amount.nanos().unsigned_abs();
    let exact = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
    exact.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_numbers() {
        for (nanos, text) in [(0, "0"), (136_500_000, "0.1365"), (10_000_000_000, "10"), (1, "0.000000001")] {
            assert_eq!(dollars(Usd::from_nanos(nanos)), text);
        }
    }
}

//! How a run ended, in a few lines that stay on the screen after it.

use std::fmt::Write;

use super::words::{count, cut, of, took};
use crate::engine::snapshot::CauseGroup;
use crate::engine::{Ending, Summary};
use crate::job::{Usd, clean};

/// So much of what one of those that failed was told is shown, characters.
const MESSAGE: usize = 120;

/// What was done, what it cost, where it is, and how to go on. Ends with a newline, safe for a
/// terminal. Printed at the end of lines, and after the dashboard has closed.
#[must_use]
pub fn summary(summary: &Summary) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<9} {}", clean(value));
    };
    row(&format!("batch {}", summary.facts.id), &brief(summary));
    for (i, group) in summary.causes.iter().enumerate() {
        row(if i == 0 { "failed" } else { "" }, &why(group));
    }
    if summary.spent.at_most + summary.reserved > Usd::ZERO {
        row("spent", &spent(summary));
    }
    if summary.done + summary.review > 0 {
        row("pictures", &summary.facts.to);
    }
    if let Some(counts) = summary.webhooks {
        let refused = if counts.refused() > 0 { format!(", refused: {}", counts.words()) } else { String::new() };
        row("webhooks", &format!("{} heard{refused}", counts.heard));
    }
    row("log", &summary.facts.log_file);
    for (i, step) in next_steps(summary).iter().enumerate() {
        row(if i == 0 { "next" } else { "" }, step);
    }
    text
}

/// `finished in 8 s: 7 done, 1 failed`.
pub(super) fn brief(summary: &Summary) -> String {
    format!("{}{}", ending(summary), counts(summary))
}

/// `3 timeout: it took too long; as sub/pano.jpg: generation timed out`.
fn why(group: &CauseGroup) -> String {
    let (means, _) = group.kind.advice();
    format!("{} {}: {means}; as {}: {}", count(group.count), group.kind, group.path, cut(&group.message, MESSAGE))
}

fn ending(summary: &Summary) -> String {
    let time = took(summary.elapsed);
    let jobs = summary.done + summary.failed + summary.review + summary.unknown + summary.cancelled;
    match summary.ending {
        Ending::Finished if jobs == 0 => "no photos found, nothing to do".to_owned(),
        Ending::Finished => format!("finished in {time}"),
        Ending::NotStarted => "not started, nothing was sent".to_owned(),
        Ending::Account => format!("stopped by the account after {time}"),
        Ending::OwnLimit => format!("stopped at your own limit after {time}"),
        Ending::Canary => format!("stopped after the canary, which took {time}"),
        Ending::Unreachable => "fal could not be reached".to_owned(),
        Ending::Left(Some(2)) => format!("interrupted after {time}"),
        Ending::Left(Some(_)) => format!("terminated after {time}"),
        Ending::Left(None) => format!("left after {time}"),
    }
}

/// `: 7 done, 1 failed`; what there is none of is not said.
fn counts(summary: &Summary) -> String {
    let counts = [
        (summary.done, "done"),
        (summary.failed, "failed"),
        (summary.review, "for review"),
        (summary.unknown, "unknown"),
        (summary.cancelled, "cancelled"),
        (summary.skipped, "skipped"),
        (summary.left, "left"),
    ];
    let told = counts.iter().filter(|(number, _)| *number > 0);
    let told: Vec<_> = told.map(|(number, what)| format!("{} {what}", count(*number))).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
}

fn spent(summary: &Summary) -> String {
    let mut text = summary.spent.to_string();
    let most = summary.spent.at_most;
    if most > summary.spent.likely() {
        let _ = write!(text, ", {most} at the most, since fal did not say");
    }
    if summary.reserved.nanos() > 0 {
        let _ = write!(text, ", and up to {} for what is not settled yet", summary.reserved);
    }
    if summary.facts.sandbox {
        text.push_str(" (sandbox: nothing was charged)");
    }
    text
}

fn next_steps(summary: &Summary) -> Vec<String> {
    let batch = summary.facts.id;
    let state = summary.facts.state_dir.as_ref().map(|folder| format!(" --state-dir {}", quoted(folder)));
    let state = state.unwrap_or_default();
    // What was run on a sandbox goes on there, so that nothing is charged for it.
    let again = format!("{}{state}", if summary.facts.sandbox { " --sandbox" } else { "" });
    let mut steps = Vec::new();
    if summary.left > 0 && summary.ending != Ending::NotStarted {
        let at_fal = match summary.at_fal {
            0 => String::new(),
            // It ended with this process, and all that it had been sent.
            _ if summary.facts.sandbox => ", sent to the sandbox anew".to_owned(),
            number => format!(" ({} at fal, picked up then)", count(number)),
        };
        let how = if summary.ending == Ending::Canary { " without --canary" } else { "" };
        steps.push(format!("the same command{how} goes on with {}{at_fal}", of(summary.left, "photo")));
    }
    // In the order in which a person would: what is paid for already, what costs again, what is told to others.
    if summary.review > 0 {
        let pictures = of(summary.review, "picture");
        steps.push(format!("look at {pictures}: `fal-tui show {batch}{state}` says which and why"));
    }
    if summary.failed > 0 {
        steps.push(format!(
            "`fal-tui show {batch}{state}` says why, `fal-tui retry {batch}{again}` sends again what failed"
        ));
    }
    if summary.unknown > 0 {
        steps.push(format!(
            "{} may be paid for, the answer was lost: `fal-tui retry {batch} --only unknown_outcome{again}`",
            of(summary.unknown, "job")
        ));
    }
    if !steps.is_empty() && summary.done + summary.review > 0 {
        steps.push(format!("`fal-tui report {batch}{state}` writes captions and reports of what there is"));
    }
    steps
}

/// As a shell takes it.
fn quoted(folder: &str) -> String {
    let is_plain = folder.chars().all(|c| c.is_alphanumeric() || "/._-~".contains(c));
    if is_plain { folder.to_owned() } else { format!("'{}'", folder.replace('\'', "'\\''")) }
}

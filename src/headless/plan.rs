//! The plan as text: what would be sent, skipped and paid.

use std::fmt::Write;

use serde_json::Value;

use super::words::{count, megapixels, of, price};
use crate::engine::snapshot::{BatchFacts, Plan, SkippedFile};
use crate::job::clean;

/// Skipped files that are named; the rest are counted.
const NAMED: usize = 20;

/// So much of a parameter's value is shown, characters.
const BRIEF: usize = 200;

/// A value in a line: long ones are cut.
fn brief(facts: &BatchFacts, value: &Value) -> String {
    let text = facts.params.told(value);
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(BRIEF).collect();
    if chars.next().is_some() { format!("{start}…") } else { start }
}

/// The plan for people: as long as it takes, ends with a newline, safe for a terminal.
#[must_use]
pub fn plan_text(facts: &BatchFacts, plan: &Plan, skipped: &[SkippedFile]) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:<10} {}", clean(value));
    };
    row("from", &facts.from.join(", "));
    row("to", &facts.to);
    row("model", &model(facts));
    let params: Vec<_> =
        facts.params.values.iter().map(|(name, value)| format!("{name}={}", brief(facts, value))).collect();
    row("params", &params.join(" "));
    for (name, file) in facts.params.files() {
        row("file", &format!("{name} is {}, {} px, sent along with every photo", file.path, file.pixels));
    }
    row("photos", &to_send(plan));
    if plan.photos > 0 {
        row("pixels", &pixels(plan));
        row("price", &cost(facts, plan));
    }
    if let Some(certain) = certain(plan) {
        row("", &certain);
    }
    if plan.same.photos > 0 {
        row("", &duplicates(plan));
    }
    for note in plan.notes.lines() {
        row("note", &note);
    }
    if facts.sandbox {
        row("", "sandbox: nothing is charged");
    }
    if let Some(origin) = &facts.elsewhere {
        row("", &format!("{origin} is asked, not fal"));
    }
    if let Some(budget) = facts.budget {
        row("budget", &format!("{budget}{}", may_leave(plan)));
        if plan.photos > 0 && plan.is_billed_afterwards() {
            row("", "the largest goes first and alone: what it is billed says what is held for each other");
        }
    }
    if let Some(few) = &facts.few_files {
        row("open files", few);
    }
    for (i, (path, usd)) in plan.costs.dearest.iter().enumerate() {
        row(if i == 0 { "dearest" } else { "" }, &format!("{:>8}  {path}", usd.to_string()));
    }
    for (i, (reason, number)) in plan.skips.by_reason.iter().enumerate() {
        row(if i == 0 { "skipped" } else { "" }, &format!("{:>8}  {reason}", count(*number)));
    }
    for file in skipped.iter().take(NAMED) {
        row("", &format!("{:>8}  {}: {}", "", file.path, file.reason));
    }
    if skipped.len() > NAMED {
        row("", &format!("{:>8}  and {} more; --json lists all", "", count(skipped.len() - NAMED)));
    }
    text
}

/// `fal-ai/flux-vision-upscaler ×2`.
pub(super) fn model(facts: &BatchFacts) -> String {
    facts.growth.as_ref().map_or_else(|| facts.endpoint.clone(), |growth| format!("{} {growth}", facts.endpoint))
}

/// `24.4 MP in, 97.5 MP out`; of a model whose results have no size that is known, what goes in.
pub(super) fn pixels(plan: &Plan) -> String {
    let output = (plan.output_px > 0).then(|| format!(", {} out", megapixels(plan.output_px)));
    format!("{} in{}", megapixels(plan.input_px), output.unwrap_or_default())
}

/// `7 photos to send, 2 skipped`, and what earlier runs left.
pub(super) fn to_send(plan: &Plan) -> String {
    let mut text = format!("{} to send", of(plan.photos, "photo"));
    for (number, what) in [
        (plan.same.photos, "the same picture as another"),
        (plan.earlier.replaced, "of a trial's pictures replaced"),
        (plan.skips.count, "skipped"),
        (plan.earlier.done, "done before"),
        (plan.earlier.found, "done before, found in the output folder"),
        (plan.earlier.changed, "of those to send done before and changed or gone since"),
        (plan.earlier.at_fal, "still at fal"),
        (plan.earlier.lost, "perhaps paid for (sent again only with `retry --only unknown_outcome`)"),
        (plan.earlier.failed, "failed before (sent again only with --retry-failed)"),
    ] {
        if number > 0 {
            let _ = write!(text, ", {} {what}", count(number));
        }
    }
    text
}

/// `a cap of $1.80 certainly suffices`, where that is more than what it will likely cost.
pub(super) fn certain(plan: &Plan) -> Option<String> {
    let certain = plan.costs.certain.filter(|certain| plan.photos > 0 && Some(*certain) != plan.costs.estimate)?;
    Some(format!("a cap of {certain} certainly suffices"))
}

/// `: may leave up to 3 photos`, where the cap may stop it before the last one.
pub(super) fn may_leave(plan: &Plan) -> String {
    if plan.costs.may_leave == 0 {
        String::new()
    } else {
        format!(": may leave up to {}", of(plan.costs.may_leave, "photo"))
    }
}

/// `12 duplicates: not sent, ≈$58.56 saved`.
fn duplicates(plan: &Plan) -> String {
    let saved = plan.same.usd.map(|usd| format!(", ≈{usd} saved")).unwrap_or_default();
    format!("{}: not sent{saved}", of(plan.same.photos, "duplicate"))
}

/// `≈$1.64 at $0.10 per MP`, or that nobody knows.
pub(super) fn cost(facts: &BatchFacts, plan: &Plan) -> String {
    match (plan.costs.estimate, &plan.costs.price) {
        (Some(estimate), Some(unit)) => format!("≈{estimate} at {}", price(facts, unit)),
        (Some(estimate), None) => format!("≈{estimate}"),
        (None, Some(unit)) => format!("unknown beforehand, at {}", price(facts, unit)),
        (None, None) => "unknown".to_owned(),
    }
}

//! What would be sent, where to, for how much, and whether it fits.

use ratatui::style::Style;

use super::line::Line;
use crate::job::{Usd, megapixels};
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::words::format::{bytes, count, plural, unit_price};

pub(super) fn lines(ui: &Ui, width: u16) -> Vec<Line> {
    let mut lines = sending(ui, width);
    lines.push(Line::default());
    lines.extend(costs(ui, width));
    lines
}

fn sending(ui: &Ui, width: u16) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let (plan, batch) = (&ui.snapshot.plan, &ui.snapshot.batch);
    let mut lines = vec![Line::heading(ui, "What would be sent")];
    let mut add = |name: &str, value: String, style: Style| lines.extend(Line::named(ui, width, name, &value, style));
    let text = of(Role::Text);
    let key = ui.screen.keys.shown(Action::Photos);
    add("photos", format!("{}{}; {key} lists them", count(plan.photos), so_far(ui)), of(Role::Accent));
    if plan.earlier.at_fal > 0 {
        add(
            "",
            format!("{} picked up at fal, sent by an earlier run", plural(plan.earlier.at_fal, "request", "requests")),
            text,
        );
    }
    if plan.earlier.left_at_fal > 0 {
        let requests = plural(plan.earlier.left_at_fal, "request", "requests");
        add("", format!("{requests} with the parameters from before wait at fal for their own run"), of(Role::Warning));
    }
    if plan.left_out.photos > 0 {
        let saved = plan.left_out.usd.map(|usd| format!(", ≈{usd} saved")).unwrap_or_default();
        add("", format!("{} left out by you{saved}", count(plan.left_out.photos)), of(Role::Warning));
    }
    if plan.earlier.done > 0 {
        add("", format!("{} done by an earlier run: not sent again", count(plan.earlier.done)), of(Role::Muted));
    }
    if plan.earlier.found > 0 {
        let told = format!("{} done before, found in the output folder: not sent again", count(plan.earlier.found));
        add("", told, of(Role::Success));
    }
    if plan.earlier.changed > 0 {
        let told = format!("{} done before, changed or gone since: sent again", count(plan.earlier.changed));
        add("", told, of(Role::Warning));
    }
    for note in &plan.notes.said {
        add("", note.clone(), of(Role::Warning));
    }
    for way in plan.notes.ways.lines() {
        add("", way, text);
    }
    for rule in &plan.notes.rules {
        // One that is about no photo may be a slip of the pen.
        let role = if rule.photos == 0 && !plan.walking { Role::Warning } else { Role::Text };
        add("", rule.told(), of(role));
    }
    if plan.earlier.failed > 0 {
        add(
            "",
            format!("{} failed in an earlier run: left until retried", count(plan.earlier.failed)),
            of(Role::Retrying),
        );
    }
    if plan.earlier.lost > 0 {
        let told =
            format!("{} whose paid call's answer was lost: left until sent again by hand", count(plan.earlier.lost));
        add("", told, of(Role::Retrying));
    }
    if plan.same.photos > 0 {
        let saved = plan.same.usd.map(|usd| format!(", ≈{usd} saved")).unwrap_or_default();
        add("", format!("{}: not sent{saved}", plural(plan.same.photos, "duplicate", "duplicates")), of(Role::Success));
    }
    if plan.earlier.replaced > 0 {
        add("", format!("{} of a trial's pictures replaced", count(plan.earlier.replaced)), of(Role::Muted));
    }
    if plan.same.checking > 0 {
        add("", format!("{} looked at: duplicates are not sent", count(plan.same.checking)), of(Role::Running));
    }
    if plan.skips.count > 0 {
        add("", format!("{} skipped", count(plan.skips.count)), of(Role::Muted));
    }
    add("from", batch.from.join(", "), text);
    add("to", batch.to.clone(), text);
    if let Some(origin) = &batch.elsewhere {
        add("asked", format!("{origin}, not fal"), of(Role::Warning));
    }
    let output = (plan.output_px > 0).then(|| format!(" → {} out", megapixels(plan.output_px)));
    add("megapixels", format!("{} in{}", megapixels(plan.input_px), output.unwrap_or_default()), text);
    if let Some(free) = plan.disk.free.filter(|_| plan.disk.needed > 0) {
        let (needed, free_text) = (bytes(plan.disk.needed), bytes(free));
        if plan.disk.needed > free {
            let told = format!("≈{needed} needed, {free_text} free: it does not fit, and pauses when the disk is full");
            add("disk", told, of(Role::Warning));
        } else {
            add("disk", format!("≈{needed} needed, {free_text} free"), text);
        }
    }
    if let Some(few) = &batch.few_files {
        add("open files", few.clone(), of(Role::Warning));
    }
    lines
}

fn costs(ui: &Ui, width: u16) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let (plan, batch, text) = (&ui.snapshot.plan, &ui.snapshot.batch, of(Role::Text));
    let mut lines = vec![Line::heading(ui, "What it costs")];
    let mut add = |name: &str, value: String, style: Style| lines.extend(Line::named(ui, width, name, &value, style));
    let is_sure = plan.costs.price.as_ref().is_some_and(|price| price.source.doubt().is_none());
    let told = if is_sure { text } else { of(Role::Warning) };
    add("price", unit_price(batch, plan.costs.price.as_ref()), told);
    if let Some(named) = &batch.named_price {
        let key = ui.screen.keys.shown(Action::TrustPrice);
        add("", format!("{} per {} is named; {key} takes it", named.usd, named.unit), of(Role::Warning));
    }
    match plan.costs.estimate {
        Some(estimate) if batch.sandbox => add("estimate", format!("{estimate} at fal; here nothing is charged"), text),
        Some(estimate) => add("estimate", format!("≈{estimate}{}", so_far(ui)), of(Role::Accent)),
        None => add("estimate", "unknown: fal bills what it counts".to_owned(), of(Role::Warning)),
    }
    if let Some(certain) = plan.costs.certain.filter(|certain| plan.photos > 0 && Some(*certain) != plan.costs.estimate)
    {
        add("", format!("a cap of {certain} certainly suffices"), of(Role::Muted));
    }
    let key = ui.screen.keys.shown(Action::Cap);
    let used = match ui.used_before() {
        Usd::ZERO => String::new(),
        used => format!(", {used} of it used before"),
    };
    match (batch.budget, ui.over_cap()) {
        (_, Some((cap, over))) if used.is_empty() => {
            add("cap", format!("{cap} is {over} short: it pauses there; {key} changes it"), of(Role::Warning));
        }
        (_, Some((cap, over))) => {
            add("cap", format!("{cap}{used}: {over} short, it pauses there; {key} changes it"), of(Role::Warning));
        }
        (Some(cap), None) if plan.costs.may_leave > 0 => {
            let left = plural(plan.costs.may_leave, "photo", "photos");
            add("cap", format!("{cap}{used}: may leave up to {left}; {key} changes it"), of(Role::Warning));
        }
        (Some(cap), None) => add("cap", format!("{cap}{used}"), text),
        (None, None) if batch.sandbox => {}
        (None, None) => add("cap", format!("none; {key} sets one"), of(Role::Muted)),
    }
    if batch.budget.is_some() && plan.photos > 0 && plan.is_billed_afterwards() {
        add(
            "",
            "the largest goes first and alone: what it is billed says what is held for each other".to_owned(),
            text,
        );
    }
    if let Some(photos) = ui.snapshot.canary {
        let key = ui.screen.keys.shown(Action::Canary);
        let told =
            format!("{} first, then the others wait; {key} changes it", plural(photos.into(), "photo", "photos"));
        add("canary", told, of(Role::Accent));
    }
    if let Some(limit) = plan.left_out.limit {
        add("limit", format!("photos above {limit} are left out"), of(Role::Warning));
    }
    lines
}

fn so_far(ui: &Ui) -> &'static str {
    if ui.snapshot.plan.walking { " so far" } else { "" }
}

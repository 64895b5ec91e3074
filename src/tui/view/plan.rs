//! The plan: what would be sent and paid, before anything is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::footer;
use super::format::{count, megapixels, plural, unit_price};
use super::paint::{Piece, put_spans, spread};
use super::text::{fit, fit_end, wrap};
use crate::job::clean;
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// A line of a column of the plan.
type Line = Vec<(String, Style)>;

/// From so many columns on, two columns stand beside each other.
const TWO_COLUMNS: u16 = 100;

/// Columns for names before values; longer names push theirs to the right.
const NAME: usize = 13;

fn body(screen: Rect) -> Rect {
    let top = 2.min(screen.height);
    Rect {
        x: screen.x.saturating_add(1),
        y: screen.y.saturating_add(top),
        width: screen.width.saturating_sub(2),
        height: screen.height.saturating_sub(top + 2),
    }
}

pub(super) fn render(ui: &Ui, screen: Rect, buf: &mut Buffer) {
    let of = |role| ui.styles.of(role);
    let header = Rect { x: screen.x.saturating_add(1), width: screen.width.saturating_sub(2), height: 1, ..screen };
    let state = if ui.board.plan.walking { "finding photos…" } else { "nothing is sent or paid for yet" };
    let mut right = Vec::new();
    if ui.board.batch.sandbox {
        right.push(Piece::text(8, "SANDBOX: nothing is charged", of(Role::Sandbox)));
    }
    right.push(Piece::text(5, state, of(if ui.board.plan.walking { Role::Running } else { Role::Muted })));
    spread(buf, header, 2, vec![Piece::text(9, "fal-tui: the plan", of(Role::Title))], right);

    let body = body(screen);
    let top = ui.plan_top.min(overflow(ui));
    if body.width >= TWO_COLUMNS {
        let left = Rect { width: body.width * 11 / 20, ..body };
        let right =
            Rect { x: left.right().saturating_add(3), width: body.width.saturating_sub(left.width + 3), ..body };
        column(&sending(ui, left.width), top, left, buf);
        column(&aside(ui, right.width), top, right, buf);
    } else {
        column(&stacked(ui, body.width), top, body, buf);
    }
    let asks = Rect { y: screen.bottom().saturating_sub(2), height: 1, ..header };
    let more = if top < overflow(ui) { "↓ more" } else { "" };
    let right = vec![Piece::text(1, more, of(Role::Muted))];
    spread(buf, asks, 2, vec![Piece::text(9, what_enter_does(ui, asks.width), of(Role::Accent))], right);
    footer::render(ui, Rect { y: screen.bottom().saturating_sub(1), height: 1, ..screen }, buf);
}

/// What happens next, in one line. A price is never cut: where the line is too long, it is told in
/// fewer words.
fn what_enter_does(ui: &Ui, columns: u16) -> String {
    let told = in_full(ui);
    if super::text::width(&told) <= usize::from(columns) { told } else { in_short(ui) }
}

fn in_short(ui: &Ui) -> String {
    let plan = &ui.board.plan;
    let (key, photos) = (ui.keys.shown(Action::Start), count(plan.photos));
    match plan.estimate {
        _ if ui.board.batch.sandbox => format!("{key}: {photos}, nothing charged"),
        Some(estimate) => format!("{key}: {photos} for ≈{estimate}"),
        None => format!("{key}: {photos}, price unknown"),
    }
}

fn in_full(ui: &Ui) -> String {
    let (plan, batch) = (&ui.board.plan, &ui.board.batch);
    if plan.photos + plan.at_fal == 0 {
        return if plan.walking { "finding photos…".to_owned() } else { "There is nothing to send.".to_owned() };
    }
    let key = ui.keys.shown(Action::Start);
    let photos = plural(plan.photos, "photo", "photos");
    match plan.estimate {
        _ if batch.sandbox => format!("{key} sends {photos} to the sandbox; nothing is charged."),
        Some(estimate) => format!("{key} sends {photos} for about {estimate}."),
        None => format!("{key} sends {photos}; the price is not known."),
    }
}

/// How far the plan can be scrolled.
pub(crate) fn overflow(ui: &Ui) -> usize {
    let body = body(Rect::new(0, 0, ui.size.width, ui.size.height));
    let lines = if body.width >= TWO_COLUMNS {
        sending(ui, body.width / 2).len().max(aside(ui, body.width / 2).len())
    } else {
        stacked(ui, body.width).len()
    };
    lines.saturating_sub(usize::from(body.height))
}

fn stacked(ui: &Ui, width: u16) -> Vec<Line> {
    let mut lines = sending(ui, width);
    lines.push(Vec::new());
    lines.extend(aside(ui, width));
    lines
}

fn column(lines: &[Line], top: usize, area: Rect, buf: &mut Buffer) {
    for (at, line) in lines.iter().skip(top).take(usize::from(area.height)).enumerate() {
        let y = area.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
        let spans: Vec<_> = line.iter().map(|(text, style)| Span::styled(text.as_str(), *style)).collect();
        put_spans(buf, Rect { y, height: 1, ..area }, &spans);
    }
}

/// What would be sent, where to, and for how much.
fn sending(ui: &Ui, width: u16) -> Vec<Line> {
    let of = |role| ui.styles.of(role);
    let (plan, batch) = (&ui.board.plan, &ui.board.batch);
    let mut lines = vec![heading(ui, "What would be sent")];
    let mut add = |name: &str, value: String, style: Style| lines.extend(named(ui, width, name, &value, style));
    let text = of(Role::Text);
    let so_far = if plan.walking { " so far" } else { "" };
    add("photos", format!("{}{so_far}", count(plan.photos)), of(Role::Accent));
    if plan.at_fal > 0 {
        add(
            "",
            format!("{} picked up at fal, sent by an earlier run", plural(plan.at_fal, "request", "requests")),
            text,
        );
    }
    if plan.done_before > 0 {
        add("", format!("{} done by an earlier run: not sent again", count(plan.done_before)), of(Role::Muted));
    }
    if plan.failed_before > 0 {
        add(
            "",
            format!("{} failed in an earlier run: left until retried", count(plan.failed_before)),
            of(Role::Retrying),
        );
    }
    if plan.duplicates > 0 {
        let saved = plan.duplicates_usd.map(|usd| format!(", ≈{usd} saved")).unwrap_or_default();
        add("", format!("{}: not sent{saved}", plural(plan.duplicates, "duplicate", "duplicates")), of(Role::Success));
    }
    if plan.checking > 0 {
        add("", format!("{} looked at: duplicates are not sent", count(plan.checking)), of(Role::Running));
    }
    if plan.skipped > 0 {
        add("", format!("{} skipped", count(plan.skipped)), of(Role::Muted));
    }
    add("from", batch.from.join(", "), text);
    add("to", batch.to.clone(), text);
    add("megapixels", format!("{} in → {} out", megapixels(plan.input_px), megapixels(plan.output_px)), text);
    lines.push(Vec::new());
    lines.push(heading(ui, "What it costs"));
    let mut add = |name: &str, value: String, style: Style| lines.extend(named(ui, width, name, &value, style));
    add("price", unit_price(plan.price.as_ref()), if plan.price.is_some() { text } else { of(Role::Warning) });
    match plan.estimate {
        Some(estimate) if batch.sandbox => add("estimate", format!("{estimate} at fal; here nothing is charged"), text),
        Some(estimate) => add("estimate", format!("≈{estimate}{so_far}"), of(Role::Accent)),
        None => add("estimate", "unknown: fal bills what it counts".to_owned(), of(Role::Warning)),
    }
    match (batch.budget, plan.estimate) {
        (Some(cap), Some(estimate)) if estimate > cap => {
            add("cap", format!("{cap}: the batch pauses before it would be passed"), of(Role::Warning));
        }
        (Some(cap), _) => add("cap", cap.to_string(), text),
        (None, _) if batch.sandbox => {}
        (None, _) => add("cap", "none (--budget sets one)".to_owned(), of(Role::Muted)),
    }
    lines.push(Vec::new());
    lines.push(heading(ui, "The model"));
    let mut add = |name: &str, value: String, style: Style| lines.extend(named(ui, width, name, &value, style));
    let factor = batch.factor.as_ref().map(|factor| format!(" {factor}")).unwrap_or_default();
    add("endpoint", format!("{}{factor}", batch.endpoint), text);
    let names = batch.params.iter().map(|(name, _)| super::text::width(name) + 2).max().unwrap_or(NAME).clamp(NAME, 28);
    for (name, value) in &batch.params {
        let name = format!("{:names$}", fit(name, names.saturating_sub(2)));
        add(&name, value.clone(), text);
    }
    lines
}

/// What is left out and why, and what costs the most.
fn aside(ui: &Ui, width: u16) -> Vec<Line> {
    let of = |role| ui.styles.of(role);
    let plan = &ui.board.plan;
    let room = usize::from(width);
    let mut lines = Vec::new();
    if !plan.dearest.is_empty() {
        lines.push(heading(ui, "The dearest"));
        for (path, price) in &plan.dearest {
            let price = format!("{:>9}", price.to_string());
            let path = fit_end(path, room.saturating_sub(11)).into_owned();
            lines.push(vec![(price, of(Role::Accent)), ("  ".to_owned(), of(Role::Text)), (path, of(Role::Text))]);
        }
        lines.push(Vec::new());
    }
    if plan.skipped > 0 {
        lines.push(heading(ui, &format!("Skipped: {}", count(plan.skipped))));
        for (reason, number) in &plan.skipped_by_reason {
            let number = format!("{:>6}", count(*number));
            let reason = fit(reason, room.saturating_sub(8)).into_owned();
            lines.push(vec![(number, of(Role::Accent)), ("  ".to_owned(), of(Role::Text)), (reason, of(Role::Text))]);
        }
        lines.push(Vec::new());
        for file in &plan.skipped_files {
            let path = fit_end(&file.path, room / 2).into_owned();
            let rest = room.saturating_sub(super::text::width(&path) + 2);
            let reason = fit(&file.reason, rest).into_owned();
            lines.push(vec![(format!("{path}  "), of(Role::Text)), (reason, of(Role::Muted))]);
        }
    }
    lines
}

fn heading(ui: &Ui, title: &str) -> Line {
    vec![(title.to_owned(), ui.styles.of(Role::Title))]
}

/// A name and a value that goes on below itself.
fn named(ui: &Ui, width: u16, name: &str, value: &str, style: Style) -> Vec<Line> {
    let muted = ui.styles.of(Role::Muted);
    let name_columns = NAME.max(super::text::width(name));
    let room = usize::from(width).saturating_sub(name_columns + 2).max(8);
    wrap(&clean(value), room)
        .into_iter()
        .enumerate()
        .map(|(row, part)| {
            let name = if row == 0 { name } else { "" };
            vec![(format!("  {name:name_columns$}"), muted), (part.to_owned(), style)]
        })
        .collect()
}

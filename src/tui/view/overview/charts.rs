//! The charts themselves, by ratatui's own widgets: lines of Braille dots, bars of eighths; without Unicode of ASCII.

use ratatui::buffer::Buffer;
use ratatui::layout::{Direction, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::symbols::{Marker, bar};
use ratatui::text::Line;
use ratatui::widgets::{Axis, Bar, BarChart, Chart, Dataset, GraphType, Sparkline, Widget as _};

use super::figures;
use super::panel::Panel;
use crate::engine::snapshot::{Overview, Point};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::paint::put;
use crate::tui::view::words::format::{short, speed};
use crate::tui::view::words::text::{fit, width};

/// From so many rows on a chart says over what time it goes.
const ROOMY: u16 = 6;

/// Bars where there is ASCII alone.
const PLAIN: bar::Set<'static> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "+",
    five_eighths: "+",
    half: "-",
    three_eighths: "-",
    one_quarter: ".",
    one_eighth: ".",
    empty: " ",
};

/// A line of values over time.
struct Told<'a> {
    values: Vec<(f64, f64)>,
    role: Role,
    marker: Marker,
    /// Whether what is below it is filled.
    is_full: bool,
    name: &'a str,
}

fn bars(ui: &Ui) -> bar::Set<'static> {
    if ui.screen.caps.unicode { bar::NINE_LEVELS } else { PLAIN }
}

fn line(ui: &Ui) -> Marker {
    if ui.screen.caps.unicode { Marker::Braille } else { Marker::Custom('*') }
}

/// A level that is held against: told apart by its dots, and not by its colour alone.
fn level(ui: &Ui) -> Marker {
    if ui.screen.caps.unicode { Marker::Custom('╌') } else { Marker::Custom('-') }
}

pub(super) fn photos(ui: &Ui, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let values = overview.per_minute();
    let top = values.iter().copied().fold(1.0, f64::max);
    let told = Told { values: places(values), role: Role::Success, marker: line(ui), is_full: true, name: "" };
    over_time(ui, overview, &[told], (top, format!("{top:.0}")), area, buf);
}

pub(super) fn money(ui: &Ui, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let spent = places(overview.points.iter().map(|point| point.spent.as_f64()).collect());
    let most = spent.iter().map(|(_, usd)| *usd).fold(0.01, f64::max);
    let plan = figures::plan(ui).as_f64();
    let most = most.max(plan);
    // One that is far beyond what all can cost would press the rest to the floor.
    let cap = ui.snapshot.batch.budget.map(crate::job::Usd::as_f64).filter(|cap| *cap <= most * 3.0);
    let top = cap.map_or(most, |cap| cap.max(most));
    let end = overview.points.len().saturating_sub(1).max(1);
    #[expect(clippy::cast_precision_loss, reason = "some hundred points")]
    let flat = |usd: f64| (0..=end).map(|at| (at as f64, usd)).collect();
    let of = |values, role, marker, name: &'static str| Told { values, role, marker, is_full: name.is_empty(), name };
    let mut told = vec![of(flat(plan), Role::Muted, level(ui), "plan")];
    told.extend(cap.map(|cap| of(flat(cap), Role::Warning, level(ui), "cap")));
    told.push(of(spent, Role::Accent, line(ui), ""));
    let label = if top < 10.0 { format!("${top:.2}") } else { format!("${top:.0}") };
    over_time(ui, overview, &told, (top, label), area, buf);
}

pub(super) fn queue(ui: &Ui, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let positions = || overview.points.iter().map(|point| point.position);
    let top = positions().flatten().map(f64::from).fold(1.0, f64::max);
    // Where nothing waited there is no line.
    let points: Vec<_> = places(positions().collect());
    let runs = points.split(|(_, position)| position.is_none()).filter(|run| !run.is_empty());
    let told: Vec<_> = runs
        .map(|run| {
            let values = run.iter().filter_map(|(at, position)| Some((*at, f64::from((*position)?)))).collect();
            Told { values, role: Role::Queued, marker: line(ui), is_full: false, name: "" }
        })
        .collect();
    over_time(ui, overview, &told, (top, format!("{top:.0}")), area, buf);
}

pub(super) fn seconds(ui: &Ui, overview: &Overview, area: Rect, buf: &mut Buffer) {
    const WIDE: u16 = 3;
    let Some(told) = &overview.seconds else { return };
    let bins = told.evenly(usize::from(area.width.saturating_add(1) / (WIDE + 1)).max(1));
    let is_short = told.slowest < 20.0;
    let style = ui.screen.styles.of(Role::Running);
    let bar = |bin: &crate::engine::snapshot::Bin| {
        let label = match bin.from {
            from if from >= 999.5 => format!("{:.0}m", from / 60.0),
            from if is_short => format!("{from:.1}"),
            from => format!("{from:.0}"),
        };
        let label = Line::styled(label, ui.screen.styles.of(Role::Muted));
        Bar::with_label(label, bin.count).text_value(String::new()).style(style)
    };
    let chart = BarChart::vertical(bins.iter().map(bar).collect::<Vec<_>>()).bar_width(WIDE).bar_gap(1);
    chart.bar_set(bars(ui)).render(area, buf);
}

pub(super) fn causes(ui: &Ui, area: Rect, buf: &mut Buffer) {
    let groups = &ui.snapshot.causes;
    let room = usize::from(area.width / 2);
    let style = ui.screen.styles.of(Role::Failure).remove_modifier(Modifier::BOLD);
    let rows = usize::from(area.height);
    // Of more than have room the last row says so.
    let shown = if groups.len() > rows { rows.saturating_sub(1) } else { groups.len() };
    let bar = |group: &crate::engine::snapshot::CauseGroup| {
        let label = fit(&group.kind.to_string(), room).into_owned();
        let value = u64::try_from(group.count).unwrap_or(u64::MAX);
        let bar = Bar::with_label(Line::styled(label, ui.screen.styles.of(Role::Text)), value);
        bar.style(style).value_style(style.add_modifier(Modifier::REVERSED)).text_value(format!(" {value} "))
    };
    let chart = BarChart::new(groups.iter().take(shown).map(bar).collect::<Vec<_>>());
    let chart = chart.direction(Direction::Horizontal).bar_width(1).bar_gap(0).bar_set(bars(ui));
    chart.render(Rect { height: u16::try_from(shown).unwrap_or(area.height), ..area }, buf);
    if groups.len() > shown {
        let more = format!("and {} more; F lists them", groups.len() - shown);
        put(buf, area.x, area.bottom().saturating_sub(1), area.width, &more, ui.screen.styles.of(Role::Muted));
    }
}

pub(super) fn bytes(ui: &Ui, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let half = area.height / 2;
    let upper = Rect { height: area.height - half, ..area };
    let lower = Rect { y: upper.bottom(), height: half, ..area };
    let flow = &ui.snapshot.flow;
    let moved = |of: fn(&Point) -> u64| overview.points.iter().map(|point| counted(of(point))).collect::<Vec<_>>();
    let ways = [("↑", flow.up, moved(|point| point.up), upper), ("↓", flow.down, moved(|point| point.down), lower)];
    for (arrow, now, values, area) in ways.into_iter().filter(|(.., area)| !area.is_empty()) {
        let label = format!("{arrow} {}", speed(now));
        let y = area.bottom().saturating_sub(1);
        put(buf, area.x, y, area.width, &label, ui.screen.styles.of(Role::Muted));
        let taken = 13.min(area.width);
        let room = Rect { x: area.x.saturating_add(taken), width: area.width - taken, ..area };
        sparkline(ui, values.into_iter(), Role::Uploading, room, buf);
    }
}

/// How it went, as one row of bars.
pub(super) fn in_short(ui: &Ui, panel: Panel, overview: &Overview, area: Rect, buf: &mut Buffer) {
    let points = || overview.points.iter();
    match panel {
        Panel::Photos => sparkline(ui, overview.per_minute().into_iter(), Role::Success, area, buf),
        Panel::Money => sparkline(ui, points().map(|point| point.spent.as_f64()), Role::Accent, area, buf),
        Panel::Queue => {
            let positions = points().map(|point| point.position.map_or(0.0, f64::from));
            sparkline(ui, positions, Role::Queued, area, buf);
        }
        Panel::Workers => super::workers::list(ui, area, buf),
        Panel::Bytes => {
            let moved = points().map(|point| counted(point.up) + counted(point.down));
            sparkline(ui, moved, Role::Uploading, area, buf);
        }
        Panel::Seconds => {
            let Some(told) = &overview.seconds else { return };
            let bins = told.evenly(usize::from(area.width));
            sparkline(ui, bins.iter().map(|bin| counted(bin.count)), Role::Running, area, buf);
        }
        Panel::Causes => {
            let names: Vec<_> =
                ui.snapshot.causes.iter().map(|group| format!("{} {}", group.count, group.kind)).collect();
            put(
                buf,
                area.x,
                area.y,
                area.width,
                &fit(&names.join(", "), area.width.into()),
                ui.screen.styles.of(Role::Muted),
            );
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "for a chart")]
fn counted(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "some hundred points")]
fn places<T>(values: Vec<T>) -> Vec<(f64, T)> {
    values.into_iter().enumerate().map(|(at, value)| (at as f64, value)).collect()
}

/// Bars over the whole width of an area: where there are more values than columns, means of some.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in thousandths of the largest")]
fn sparkline(ui: &Ui, values: impl Iterator<Item = f64>, role: Role, area: Rect, buf: &mut Buffer) {
    let values: Vec<_> = values.collect();
    let columns = usize::from(area.width);
    if values.is_empty() || columns == 0 {
        return;
    }
    let mean = |column: usize| {
        let from = column * values.len() / columns;
        let to = ((column + 1) * values.len() / columns).clamp(from + 1, values.len());
        let some = values.get(from..to).unwrap_or_default();
        some.iter().sum::<f64>() / counted(some.len().max(1) as u64)
    };
    let means: Vec<_> = (0..columns).map(mean).collect();
    let top = means.iter().copied().fold(0.0, f64::max).max(1e-9);
    let data: Vec<_> = means.iter().map(|mean| (mean / top * 1000.0).max(0.0) as u64).collect();
    Sparkline::default().data(data).max(1000).bar_set(bars(ui)).style(ui.screen.styles.of(role)).render(area, buf);
}

/// Lines over the time of the run, with labels where there is room for them. `top` is the highest that is shown.
fn over_time(
    ui: &Ui,
    overview: &Overview,
    told: &[Told<'_>],
    (top, label): (f64, String),
    area: Rect,
    buf: &mut Buffer,
) {
    let muted = ui.screen.styles.of(Role::Muted);
    let end = places(overview.points.clone()).last().map_or(1.0, |(at, _)| at.max(1.0));
    let set = |told: &'_ Told<'_>| -> Style { ui.screen.styles.of(told.role).remove_modifier(Modifier::BOLD) };
    let sets = told.iter().map(|told| {
        let kind = if told.is_full { GraphType::Area } else { GraphType::Line };
        Dataset::default().data(&told.values).marker(told.marker).graph_type(kind).style(set(told))
    });
    let mut x = Axis::default().bounds([0.0, end]).style(muted);
    let (x_rows, ago) = if area.height >= ROOMY {
        let points = u32::try_from(overview.points.len()).unwrap_or(u32::MAX);
        x = x.labels(["", "now"].map(|text| Line::styled(text, muted)));
        (2, format!("{} ago", short(overview.step.saturating_mul(points))))
    } else {
        (0, String::new())
    };
    let columns = u16::try_from(width(&label)).unwrap_or_default();
    let y = Axis::default().bounds([0.0, top * 1.04]).style(muted);
    let y = y.labels(["0".to_owned(), label].map(|text| Line::styled(text, muted)));
    Chart::new(sets.collect()).x_axis(x).y_axis(y).legend_position(None).render(area, buf);
    // Put here, since as a label it would take its width from the chart.
    put(buf, area.x.saturating_add(columns + 1), area.bottom().saturating_sub(1), area.width / 2, &ago, muted);
    // What a level is stands on it, at its right end.
    let plot = area.height.saturating_sub(x_rows);
    for told in told.iter().filter(|told| !told.name.is_empty()) {
        let Some((_, value)) = told.values.last() else { continue };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row of the chart")]
        let down = ((1.0 - value / (top * 1.04)) * f64::from(plot.saturating_sub(1))).round().max(0.0) as u16;
        let wide = u16::try_from(width(told.name)).unwrap_or_default();
        if area.width > columns + wide + 6 && down < plot {
            put(buf, area.right().saturating_sub(wide), area.y + down, wide, told.name, set(told));
        }
    }
}

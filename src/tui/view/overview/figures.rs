//! The figures over each chart: as much of them as has room.

use super::panel::Panel;
use crate::engine::snapshot::Overview;
use crate::job::{Group, Usd, plural};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::paint::Piece;
use crate::tui::view::words::format::{bytes, count};
use crate::tui::view::words::text::fit_path;

/// What is likely to be spent in the end, as far as prices are known.
pub(super) fn plan(ui: &Ui) -> Usd {
    let totals = &ui.snapshot.totals;
    totals.spent.likely() + totals.under_way + totals.planned
}

/// `12.4 s`, `48 s`, `3:20 min`.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 119.5 => format!("{s:.0} s"),
        s => format!("{:.1} min", s / 60.0),
    }
}

/// Why there is no chart yet.
pub(super) fn nothing(ui: &Ui, panel: Panel, overview: &Overview) -> Option<&'static str> {
    let has_begun = !overview.points.is_empty();
    match panel {
        Panel::Causes if ui.snapshot.causes.is_empty() => Some("none"),
        Panel::Causes => None,
        Panel::Workers => ui.snapshot.flow.workers.is_empty().then_some("nobody works on it"),
        Panel::Seconds => overview.seconds.is_none().then_some("fal has told none yet"),
        Panel::Queue if !overview.points.iter().any(|point| point.position.is_some()) => Some("nothing had to wait"),
        _ => (!has_begun).then_some("nothing has begun"),
    }
}

/// The figures, the most important first to stay.
pub(super) fn of<'a>(ui: &Ui, panel: Panel, overview: &Overview) -> Vec<Piece<'a>> {
    let text = |keep, text: String| Piece::text(keep, text, ui.screen.styles.of(Role::Text));
    let muted = |keep, text: String| Piece::text(keep, text, ui.screen.styles.of(Role::Muted));
    match panel {
        Panel::Photos => {
            let mut told = Vec::new();
            if let Some(rate) = ui.snapshot.flow.per_minute.filter(|_| ui.snapshot.flow.ended.is_none()) {
                told.push(text(8, format!("{rate:.1} now")));
            }
            told.push(muted(5, format!("{:.1} on average", average(overview))));
            told
        }
        Panel::Money => {
            let spent = ui.snapshot.totals.spent;
            // On a sandbox nothing is charged.
            let would = if ui.snapshot.batch.sandbox { "would be " } else { "" };
            let mut told = vec![text(8, format!("{would}{spent}"))];
            told.push(muted(6, format!("plan ≈{}", plan(ui))));
            if let Some(cap) = ui.snapshot.batch.budget {
                told.push(Piece::text(7, format!("cap {cap}"), ui.screen.styles.of(Role::Warning)));
            }
            told
        }
        Panel::Seconds => {
            let Some(told) = &overview.seconds else { return Vec::new() };
            let slowest = fit_path(&told.slowest_path, 20);
            vec![
                text(8, format!("median {}", seconds(told.median))),
                muted(6, format!("slowest {}", seconds(told.slowest))),
                muted(2, slowest.into_owned()),
            ]
        }
        Panel::Queue => {
            let places = || overview.points.iter().filter_map(|point| point.position);
            let now = overview.points.last().and_then(|point| point.position);
            let most = places().fold(0.0, f32::max);
            let now = now.map(|now| text(8, format!("{now:.0} before ours")));
            now.into_iter().chain(places().next().map(|_| muted(6, format!("at most {most:.0}")))).collect()
        }
        Panel::Causes => {
            let failed = ui.snapshot.totals.of(Group::Failed);
            let causes = ui.snapshot.causes.len();
            if failed == 0 {
                return Vec::new();
            }
            let kinds = muted(5, format!("of {}", plural(causes, "cause", "causes")));
            vec![Piece::text(8, count(failed), ui.screen.styles.of(Role::Failure)), kinds]
        }
        Panel::Workers => {
            let lost = ui.snapshot.flow.workers.iter().filter(|worker| worker.is_lost).count();
            let heard = ui.snapshot.flow.workers.len() - lost;
            let lost =
                (lost > 0).then(|| Piece::text(7, format!("{lost} not heard of"), ui.screen.styles.of(Role::Warning)));
            std::iter::once(text(8, format!("{heard} at work"))).chain(lost).collect()
        }
        Panel::Bytes => {
            let (up, down) =
                overview.points.iter().fold((0, 0), |(up, down), point| (up + point.up, down + point.down));
            vec![text(8, format!("↑ {}", bytes(up))), text(8, format!("↓ {}", bytes(down)))]
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn average(overview: &Overview) -> f64 {
    let photos: u64 = overview.points.iter().map(|point| u64::from(point.photos)).sum();
    photos as f64 * 60.0 / (overview.step.as_secs_f64() * overview.points.len().max(1) as f64)
}

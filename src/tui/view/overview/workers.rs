//! Who works on the batch: where, how much each has at fal, how fast, and when it was last heard of.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::engine::snapshot::{Word, Worker};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::paint::{Piece, put, spread};
use crate::tui::view::words::format::wait;
use crate::tui::view::words::text::fit_end;

/// A worker says a word every five seconds: after this long something is odd.
const SILENT: Duration = Duration::from_secs(15);

/// A line for each, as many as have room.
pub(super) fn list(ui: &Ui, area: Rect, buf: &mut Buffer) {
    let workers = &ui.snapshot.flow.workers;
    let rows = usize::from(area.height);
    // Of more than have room the last row says so, where it is not the only one.
    let shown = if workers.len() > rows && rows > 1 { rows - 1 } else { workers.len().min(rows) };
    for (worker, y) in workers.iter().take(shown).zip(area.top()..area.bottom()) {
        line(ui, worker, Rect { y, height: 1, ..area }, buf);
    }
    if workers.len() > shown && rows > 1 {
        let more = format!("and {} more", workers.len() - shown);
        put(buf, area.x, area.bottom().saturating_sub(1), area.width, &more, ui.screen.styles.of(Role::Muted));
    }
}

fn line(ui: &Ui, worker: &Worker, area: Rect, buf: &mut Buffer) {
    let of = |role| ui.screen.styles.of(role);
    let silent = ui.now.since(worker.heard);
    let left = vec![
        Piece::text(9, fit_end(&worker.host, usize::from(area.width / 3)), of(Role::Text)),
        Piece::text(2, worker.pid.to_string(), of(Role::Muted)),
    ];
    let mut right = worker.word.as_ref().map(|word| figures(ui, word)).unwrap_or_default();
    let heard = Piece::text(6, format!("{} ago", wait(silent)), of(Role::Muted));
    let lost = Piece::text(8, format!("! {} silent", wait(silent)), of(Role::Warning));
    right.push(if worker.is_lost || silent > SILENT { lost } else { heard });
    spread(buf, area, 1, left, right);
}

fn figures<'a>(ui: &Ui, word: &Word) -> Vec<Piece<'a>> {
    let of = |role| ui.screen.styles.of(role);
    let paused = word.paused.as_ref().map(|_| Piece::text(5, "paused", of(Role::Warning)));
    let rate = word.per_minute.map(|rate| Piece::text(4, format!("{rate:.1}/min"), of(Role::Text)));
    let in_flight = Piece::text(7, format!("{} at fal", word.in_flight), of(Role::Text));
    [paused, Some(in_flight), rate].into_iter().flatten().collect()
}

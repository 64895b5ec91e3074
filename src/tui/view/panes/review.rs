//! The review: a result over the whole screen, what is odd about it and what was decided above, what it shows below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::preview::{draw, review_area, zoom_frames};
use crate::engine::snapshot::{Row, Tab};
use crate::job::{Group, Status, Verdict, megapixels};
use crate::tui::caps::Images;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::review::{Review, stars, words};
use crate::tui::ui::zoom::{Show, Zoom};
use crate::tui::view::footer;
use crate::tui::view::hits::Hits;
use crate::tui::view::paint::{Piece, put, spread};
use crate::tui::view::words::format::count;
use crate::tui::view::words::text::{fit, fit_path, safe};

/// The whole screen.
pub(in crate::tui::view) fn render(
    ui: &Ui,
    zoom: &Zoom,
    review: Review,
    screen: Rect,
    buf: &mut Buffer,
    hits: &mut Hits,
) {
    let line = |y: u16| Rect { x: 1, y, width: screen.width.saturating_sub(2), height: 1.min(screen.height) };
    let row = ui.current();
    header(ui, row, review, line(0), buf);
    verdict(ui, zoom, row, line(1), buf);
    let area = review_area(screen.as_size());
    if area.bottom().saturating_add(1) < screen.bottom() {
        caption(ui, row, line(area.bottom()), buf);
    }
    let muted = ui.screen.styles.of(Role::Muted);
    if ui.page().total == 0 && !ui.page().gathering {
        put(buf, area.x, area.y, area.width, "nothing is left here", muted);
    } else if ui.screen.caps.images == Images::None {
        put(buf, area.x, area.y, area.width, "pictures are off: --images none", muted);
    } else {
        draw(ui, &zoom_frames(ui, *zoom, area), area, buf);
    }
    // What is said stands above the keys, over what is there.
    footer::render(ui, Rect { y: screen.bottom().saturating_sub(1), height: 1, ..screen }, buf, hits);
}

/// Which one it is, and how far the review is.
fn header(ui: &Ui, row: Option<&Row>, review: Review, line: Rect, buf: &mut Buffer) {
    let of = |role| ui.screen.styles.of(role);
    let (totals, total) = (&ui.snapshot.totals, ui.page().total);
    let place = format!("{} of {}", count((ui.current_place() + 1).min(total)), count(total));
    let what = if ui.jobs.tab == Tab::Results { "Review" } else { "Review: to be reviewed" };
    let mut left = vec![
        Piece::text(4, what, of(Role::Title).add_modifier(Modifier::BOLD)),
        Piece::text(9, place, of(Role::Accent)),
    ];
    if let Some(row) = row {
        let room = usize::from(line.width).saturating_sub(44).max(16);
        left.push(Piece::text(8, fit_path(&row.path, room).into_owned(), of(Role::Text)));
        if ui.jobs.marks.contains(&row.id) {
            left.push(Piece::text(6, "▌marked", of(Role::Accent)));
        }
    }
    if review.goes_on {
        left.push(Piece::text(3, "▸ goes on", of(Role::Muted)));
    }
    let verdicts = totals.verdicts;
    let all = totals.of(Group::Done) + totals.of(Group::Review);
    let open = all.saturating_sub(verdicts.accepted + verdicts.rejected);
    let told = |keep, role, symbol: &'static str, number: usize| {
        Piece::new(keep, vec![Span::styled(symbol, of(role)), Span::styled(count(number), of(Role::Text))])
    };
    let right = vec![
        told(7, Role::Success, "✓ ", verdicts.accepted),
        told(7, Role::Failure, "✗ ", verdicts.rejected),
        told(5, Role::Accent, "★ ", verdicts.rated),
        Piece::text(6, format!("{} open", count(open)), of(Role::Muted)),
    ];
    spread(buf, line, 2, left, right);
}

/// What was decided of it, and what is odd about it.
fn verdict(ui: &Ui, zoom: &Zoom, row: Option<&Row>, line: Rect, buf: &mut Buffer) {
    let Some(row) = row else { return };
    let of = |role| ui.screen.styles.of(role);
    let role = |verdict| if verdict == Verdict::Accepted { Role::Success } else { Role::Failure };
    let judged = row.judged;
    let mut left = vec![Piece::text(9, stars(judged.stars), of(Role::Accent))];
    left.push(match judged.verdict {
        Some(verdict) => Piece::text(9, words(verdict), of(role(verdict))),
        None => Piece::text(7, "· not decided", of(Role::Muted)),
    });
    if row.state.status.group() == Group::Review {
        // Why a person rejected it, they know.
        let why = row.note.strip_prefix("rejected by you").map_or(&*row.note, |rest| rest.trim_start_matches("; "));
        let room = usize::from(line.width).saturating_sub(46).max(20);
        if !why.is_empty() {
            left.push(Piece::text(8, fit(&format!("? {}", safe(why)), room).into_owned(), of(Role::Review)));
        }
    } else if row.state.status != Status::Done {
        left.push(Piece::text(8, row.state.words().into_owned(), of(Role::Running)));
    }
    let (shown, pixels) = match zoom.show {
        Show::Pair => ("before │ after", None),
        Show::Before => ("◀ before", row.input),
        Show::After => ("after ▶", row.output),
    };
    let mut right = Vec::new();
    if let Some(size) = pixels {
        right.push(Piece::text(4, format!("{} MP", megapixels(size.count())), of(Role::Muted)));
        right.push(Piece::text(3, format!("{} × {}", size.width, size.height), of(Role::Muted)));
    }
    if zoom.steps > 0 {
        right.push(Piece::text(5, "closer", of(Role::Accent)));
    }
    right.push(Piece::text(8, shown, of(Role::HeaderRow).add_modifier(Modifier::BOLD)));
    spread(buf, line, 2, left, right);
}

/// What it shows, in a line.
fn caption(ui: &Ui, row: Option<&Row>, line: Rect, buf: &mut Buffer) {
    let Some(row) = row else { return };
    let of_detail =
        ui.detail().filter(|detail| detail.id == row.id).and_then(|detail| detail.result.caption.as_deref());
    let of_row = Some(&*row.note).filter(|_| row.state.status == Status::Done);
    if let Some(text) = of_detail.or(of_row).filter(|text| !text.is_empty()) {
        put(
            buf,
            line.x,
            line.y,
            line.width,
            &fit(&safe(text), usize::from(line.width)),
            ui.screen.styles.of(Role::Caption),
        );
    }
}

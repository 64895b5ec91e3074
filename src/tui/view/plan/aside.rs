//! What can be left out, and what is skipped and why.

use super::line::Line;
use crate::engine::snapshot::FolderChoice;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::plan::Stop;
use crate::tui::view::words::format::{count, plural};
use crate::tui::view::words::text::{fit, fit_path, width, wrap};

pub(super) fn lines(ui: &Ui, columns: u16) -> Vec<Line> {
    let room = usize::from(columns);
    let parts = [losses(ui, room), dearest(ui, room), folders(ui, room), skipped(ui, room)];
    let mut lines = Vec::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(part);
    }
    lines
}

/// `[x]` for what is sent, `[ ]` for what is left out.
fn check(photos: usize, out: usize) -> &'static str {
    match out {
        0 => "[x] ",
        out if out == photos => "[ ] ",
        _ => "[-] ",
    }
}

/// What will be lost of photos, by kind; the photos of a kind can be left out together.
fn losses(ui: &Ui, room: usize) -> Vec<Line> {
    let notes = &ui.snapshot.plan.notes.losses;
    let mut lines = Vec::new();
    if !notes.is_empty() {
        lines.push(Line::heading(ui, "What will be lost, or is far from what others cost"));
    }
    for note in notes {
        let role = match note {
            note if note.photos == 0 => Role::Muted,
            note if note.kept => Role::Text,
            _ => Role::Warning,
        };
        let style = ui.screen.styles.of(role);
        let check = check(note.photos + note.out, note.out);
        // Lines of one stop are one choice.
        for (row, part) in wrap(&note.told(), room.saturating_sub(4).max(8)).into_iter().enumerate() {
            let check = if row == 0 { check } else { "    " };
            let mut line = Line::at(Stop::Loss(note.loss), vec![(check.to_owned(), style), (part.to_owned(), style)]);
            line.is_head = row == 0;
            lines.push(line);
        }
    }
    lines
}

fn dearest(ui: &Ui, room: usize) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let plan = &ui.snapshot.plan;
    let photos = ui.photo_choices();
    let mut lines = Vec::new();
    if !photos.is_empty() {
        lines.push(Line::heading(ui, "The dearest"));
        for photo in photos {
            let price = format!("{:>9}", photo.price.to_string());
            let path = format!("  {}", fit_path(&photo.path, room.saturating_sub(15)));
            let (check, style) = (check(1, photo.out.into()), of(if photo.out { Role::Muted } else { Role::Text }));
            let priced = of(if photo.out { Role::Muted } else { Role::Accent });
            let spans = vec![(check.to_owned(), style), (price, priced), (path, style)];
            lines.push(Line::at(Stop::Photo(photo.id), spans));
        }
    } else if !plan.costs.dearest.is_empty() {
        lines.push(Line::heading(ui, "The dearest"));
        for (path, price) in &plan.costs.dearest {
            let price = format!("{:>9}", price.to_string());
            let path = format!("  {}", fit_path(path, room.saturating_sub(11)));
            lines.push(Line::new(vec![(price, of(Role::Accent)), (path, of(Role::Text))]));
        }
    }
    lines
}

fn folders(ui: &Ui, room: usize) -> Vec<Line> {
    let plan = &ui.snapshot.plan;
    if plan.left_out.folders_in_all < 2 {
        return Vec::new();
    }
    let more = plan.left_out.folders_in_all - plan.left_out.folders.len().min(plan.left_out.folders_in_all);
    let shown =
        if more == 0 { String::new() } else { format!(", {} of them shown", count(plan.left_out.folders.len())) };
    let mut lines = vec![Line::heading(ui, &format!("Folders: {}{shown}", count(plan.left_out.folders_in_all)))];
    lines.extend(plan.left_out.folders.iter().map(|choice| folder(ui, choice, room)));
    lines
}

fn folder(ui: &Ui, folder: &FolderChoice, room: usize) -> Line {
    let of = |role| ui.screen.styles.of(role);
    let is_out = folder.out == folder.photos;
    let style = of(if is_out { Role::Muted } else { Role::Text });
    let price = folder.price.map(|price| format!("{:>9}", price.to_string())).unwrap_or_default();
    let photos = match folder.out {
        0 => plural(folder.photos, "photo", "photos"),
        out if is_out => format!("{} left out", count(out)),
        out => format!("{} of {}", count(folder.photos - out), count(folder.photos)),
    };
    let path = if folder.path.is_empty() { "(the folder itself)" } else { folder.path.as_str() };
    let left = room.saturating_sub(width(&price) + width(&photos) + 8);
    let name = format!("  {}  ", fit_path(path, left));
    let spans = vec![
        (check(folder.photos, folder.out).to_owned(), style),
        (price, of(if is_out { Role::Muted } else { Role::Accent })),
        (name, style),
        (photos, of(Role::Muted)),
    ];
    Line::at(Stop::Folder(folder.id), spans)
}

fn skipped(ui: &Ui, room: usize) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let plan = &ui.snapshot.plan;
    if plan.skips.count == 0 {
        return Vec::new();
    }
    let mut lines = vec![Line::heading(ui, &format!("Skipped: {}", count(plan.skips.count)))];
    for (reason, number) in &plan.skips.by_reason {
        let number = format!("{:>6}", count(*number));
        let reason = format!("  {}", fit(reason, room.saturating_sub(8)));
        lines.push(Line::new(vec![(number, of(Role::Accent)), (reason, of(Role::Text))]));
    }
    lines.push(Line::default());
    for file in &plan.skips.files {
        let path = fit_path(&file.path, room / 2).into_owned();
        let rest = room.saturating_sub(width(&path) + 2);
        let reason = fit(&file.reason, rest).into_owned();
        lines.push(Line::new(vec![(format!("{path}  "), of(Role::Text)), (reason, of(Role::Muted))]));
    }
    lines
}

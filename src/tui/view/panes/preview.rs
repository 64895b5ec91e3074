//! Photo and result: beside each other in the lower pane, or over the whole screen.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use crate::engine::snapshot::{PictureFile, ResultDetail};
use crate::job::{Group, Pixels, megapixels};
use crate::picture::Part;
use crate::tui::caps::Images;
use crate::tui::preview::Ask;
use crate::tui::theme::Role;
use crate::tui::ui::layout::{Areas, is_too_small};
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::zoom::{Show, Sight, Zoom};
use crate::tui::ui::{Ui, ask};
use crate::tui::view::footer;
use crate::tui::view::hits::Hits;
use crate::tui::view::paint::{Piece, put, spread};
use crate::tui::view::words::format::bytes;
use crate::tui::view::words::text::{fit_path, safe, wrap};

/// Below so many rows there are no labels over the pictures.
const LEAST_WITH_LABELS: u16 = 4;

/// One of the two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// A place on the screen for one of the two.
struct Frame {
    side: Side,
    label: Rect,
    room: Rect,
    ask: Option<Ask>,
}

/// The pictures that are on the screen, or would be.
pub(crate) fn asks(ui: &Ui) -> Vec<Ask> {
    if ui.caps.images == Images::None || ui.is_planning() || is_too_small(ui.size) {
        return Vec::new();
    }
    let frames = match ui.zoom {
        Some(zoom) => zoom_frames(ui, zoom, zoom_area(ui.size)),
        None if ui.pane_tab() == PaneTab::Preview && ui.shows_detail() => {
            pane_frames(ui, crate::tui::view::panes::lower::body(ui, Areas::of(ui).lower))
        }
        None => Vec::new(),
    };
    frames.into_iter().filter_map(|frame| frame.ask).collect()
}

/// How often the zoomed picture can be halved until 1:1.
pub(crate) fn most(ui: &Ui, zoom: Zoom) -> u32 {
    let frames = zoom_frames(ui, zoom, zoom_area(ui.size));
    let room = frames.first().map(|frame| frame.room.as_size()).unwrap_or_default();
    reference(ui).map_or(0, |picture| Zoom::most(picture, ui.paper(), room))
}

/// The part of the zoomed picture that is on the screen.
pub(crate) fn seen(ui: &Ui, zoom: Zoom) -> Option<Part> {
    zoom_frames(ui, zoom, zoom_area(ui.size)).into_iter().find_map(|frame| Some(frame.ask?.part))
}

/// The size by which a place in both pictures is told, px: the larger one's.
fn reference(ui: &Ui) -> Option<Pixels> {
    let detail = ui.detail()?;
    let after = detail.result.after.as_ref().and_then(|after| after.pixels);
    after.or(detail.before.pixels).filter(|pixels| pixels.count() > 0)
}

fn file(ui: &Ui, side: Side) -> Option<&PictureFile> {
    let detail = ui.detail()?;
    match side {
        Side::Before => Some(&detail.before),
        Side::After => detail.result.after.as_ref(),
    }
}

fn frame(ui: &Ui, side: Side, area: Rect, zoom: Zoom) -> Frame {
    let labels = u16::from(area.height >= LEAST_WITH_LABELS);
    let label = Rect { height: labels, ..area };
    let room = Rect { y: area.y.saturating_add(labels), height: area.height.saturating_sub(labels), ..area };
    let shows = reference(ui).zip(file(ui, side)).filter(|_| !room.is_empty());
    let ask = shows.map(|(picture, file)| {
        let Sight { part, cells } = zoom.sight(picture, ui.paper(), room.as_size());
        let stamp = match side {
            Side::Before => String::new(),
            // Another request's result may take the same name.
            Side::After => ui.detail().and_then(|detail| detail.request.id.clone()).unwrap_or_default(),
        };
        Ask { file: file.path.0.clone(), stamp, part, cells, paper: ui.paper() }
    });
    Frame { side, label, room, ask }
}

/// Two halves with a rule between them.
fn halves(area: Rect) -> (Rect, Rect) {
    let half = area.width.saturating_sub(3) / 2;
    let right = area.right().saturating_sub(half);
    (Rect { width: half, ..area }, Rect { x: right, width: half, ..area })
}

fn pane_frames(ui: &Ui, area: Rect) -> Vec<Frame> {
    if area.is_empty() || ui.detail().is_none() {
        return Vec::new();
    }
    let (left, right) = halves(area);
    [(Side::Before, left), (Side::After, right)]
        .into_iter()
        .map(|(side, area)| frame(ui, side, area, Zoom::default()))
        .collect()
}

fn zoom_frames(ui: &Ui, zoom: Zoom, area: Rect) -> Vec<Frame> {
    if area.is_empty() || ui.detail().is_none() {
        return Vec::new();
    }
    let (left, right) = halves(area);
    let sides = match zoom.show {
        Show::Pair => vec![(Side::Before, left), (Side::After, right)],
        Show::Before => vec![(Side::Before, area)],
        Show::After => vec![(Side::After, area)],
    };
    sides.into_iter().map(|(side, area)| frame(ui, side, area, zoom)).collect()
}

/// Below the title and above the footer.
fn zoom_area(size: Size) -> Rect {
    Rect::new(1, 1, size.width.saturating_sub(2), size.height.saturating_sub(2))
}

/// The lower pane's tab.
pub(in crate::tui::view) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    if ui.caps.images == Images::None {
        put(buf, area.x, area.y, area.width, "pictures are off: --images none", ui.styles.of(Role::Muted));
        return;
    }
    draw(ui, &pane_frames(ui, area), area, buf);
}

/// The whole screen.
pub(in crate::tui::view) fn zoomed(ui: &Ui, zoom: &Zoom, screen: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let area = zoom_area(screen.as_size());
    let frames = zoom_frames(ui, *zoom, area);
    title(ui, *zoom, &frames, Rect { height: 1, ..screen }, buf);
    footer::render(ui, Rect { y: screen.bottom().saturating_sub(1), height: 1, ..screen }, buf, hits);
    if ui.caps.images == Images::None {
        put(buf, area.x, area.y, area.width, "pictures are off: --images none", ui.styles.of(Role::Muted));
        return;
    }
    draw(ui, &frames, area, buf);
}

fn title(ui: &Ui, zoom: Zoom, frames: &[Frame], row: Rect, buf: &mut Buffer) {
    let of = |role| ui.styles.of(role);
    let row = Rect { x: row.x.saturating_add(1), width: row.width.saturating_sub(2), ..row };
    let Some(detail) = ui.detail() else { return };
    let room = usize::from(row.width).saturating_sub(20).max(8);
    let mut left = vec![Piece::text(9, fit_path(&detail.path, room).into_owned(), of(Role::Title))];
    if let Some(job) = ui.page().rows.iter().find(|row| row.id == detail.id) {
        let words = ask::word(job.state.status);
        let note = detail.trouble.suspicion.as_deref().map(|why| format!("{words}: {}", safe(why)));
        left.push(Piece::text(5, note.unwrap_or(words), of(Role::Muted)));
    }
    let part = frames.iter().find_map(|frame| Some(frame.ask.as_ref()?.part));
    let close = match part {
        Some(part) if part == Part::whole(part.of) => "all of it".to_owned(),
        Some(part) if zoom.steps >= most(ui, zoom) => format!("1:1 at {}, {}", part.x, part.y),
        Some(part) => format!("{} × {} px at {}, {}", part.width, part.height, part.x, part.y),
        None => String::new(),
    };
    spread(buf, row, 2, left, vec![Piece::text(7, close, of(Role::Accent))]);
}

fn draw(ui: &Ui, frames: &[Frame], area: Rect, buf: &mut Buffer) {
    for frame in frames {
        label(ui, frame, buf);
        picture(ui, frame, buf);
    }
    if frames.len() == 2 {
        let x = area.x.saturating_add(area.width.saturating_sub(3) / 2 + 1);
        for y in area.top()..area.bottom() {
            put(buf, x, y, 1, "│", ui.styles.of(Role::Border));
        }
    }
}

fn label(ui: &Ui, frame: &Frame, buf: &mut Buffer) {
    if frame.label.is_empty() {
        return;
    }
    let word = match frame.side {
        Side::Before => "before",
        Side::After => "after",
    };
    let mut left = vec![Piece::text(9, word, ui.styles.of(Role::HeaderRow))];
    if let Some(size) = file(ui, frame.side).and_then(|file| file.pixels) {
        let muted = ui.styles.of(Role::Muted);
        left.push(Piece::text(7, format!("{} MP", megapixels(size.count())), muted));
        left.push(Piece::text(5, format!("{} × {}", size.width, size.height), muted));
    }
    spread(buf, frame.label, 2, left, Vec::new());
}

fn picture(ui: &Ui, frame: &Frame, buf: &mut Buffer) {
    let Some(ask) = &frame.ask else { return say(ui, frame.room, &missing(ui, frame.side), buf) };
    let print = match ui.pictures.gallery.get(ask) {
        Some(Ok(print)) => print,
        Some(Err(why)) => return say(ui, frame.room, why, buf),
        None => match ui.pictures.gallery.like(ask) {
            Some(print) => print,
            None => return say(ui, frame.room, "…", buf),
        },
    };
    // A terminal draws its pixels over whatever stands in front of them.
    if ui.caps.images.is_graphic() && !ui.layers.is_empty() {
        return;
    }
    let cells = print.cells();
    let room = frame.room;
    let inset = room.width.saturating_sub(cells.width) / 2;
    let lead = room.height.saturating_sub(cells.height) / 2;
    let x = room.x.saturating_add(inset);
    let y = room.y.saturating_add(lead);
    let (width, height) = (cells.width.min(room.width), cells.height.min(room.height));
    print.render(Rect { x, y, width, height }, buf);
}

/// Why there is nothing to show.
fn missing(ui: &Ui, side: Side) -> Cow<'_, str> {
    let Some(detail) = ui.detail() else { return Cow::Borrowed("") };
    let row = ui.page().rows.iter().find(|row| row.id == detail.id);
    let group = row.map(|row| row.state.status.group());
    match (side, group) {
        (Side::After, Some(Group::Active | Group::Waiting | Group::Pending)) => Cow::Borrowed("no result yet"),
        (Side::After, _) if detail.result.after.is_none() => {
            detail.result.files.first().map_or(Cow::Borrowed("no result"), |file| told(&detail.result, file))
        }
        _ => Cow::Borrowed("its size is not known, so it cannot be shown"),
    }
}

/// What stands in place of a result that is no picture: what it says, or what it is. Drawings of others are never drawn.
fn told<'d>(result: &'d ResultDetail, file: &str) -> Cow<'d, str> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let what = match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "txt" => match &result.caption {
            Some(text) => return Cow::Borrowed(text),
            None => "a text",
        },
        "mp4" | "m4v" | "mov" | "webm" | "mkv" | "avi" => "a video",
        "glb" | "ply" | "obj" => "a 3D model",
        "svg" => "a drawing",
        "mp3" | "wav" | "ogg" | "flac" | "m4a" => "a sound",
        "zip" => "an archive",
        _ => "a file",
    };
    let length = result.bytes.map(|length| format!(", {}", bytes(length))).unwrap_or_default();
    format!("{what}, {name}{length}: it is not shown here").into()
}

fn say(ui: &Ui, room: Rect, text: &str, buf: &mut Buffer) {
    let style = ui.styles.of(Role::Muted);
    let text = safe(text);
    for (line, y) in wrap(&text, usize::from(room.width)).into_iter().zip(room.top()..room.bottom()) {
        put(buf, room.x, y, room.width, line, style);
    }
}

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

/// Below so many rows what a picture shows has no line of its own in the review.
const ROOMY: u16 = 16;

/// One of the two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

/// A place on the screen for one of the two.
pub(super) struct Frame {
    side: Side,
    label: Rect,
    room: Rect,
    ask: Option<Ask>,
}

/// A photo and its result, wherever they are known from.
struct Shown<'a> {
    before: &'a PictureFile,
    after: Option<&'a PictureFile>,
    /// Another request's result may take the same name.
    stamp: &'a str,
}

impl Shown<'_> {
    fn file(&self, side: Side) -> Option<&PictureFile> {
        match side {
            Side::Before => Some(self.before),
            Side::After => self.after,
        }
    }
}

/// What is looked at: in the review the row under the cursor, before the engine has told all of it.
fn shown(ui: &Ui) -> Option<Shown<'_>> {
    if ui.review().is_some() {
        let near = ui.page().near.iter().find(|near| Some(near.id) == ui.jobs.selected)?;
        return Some(Shown { before: &near.before, after: near.after.as_ref(), stamp: &near.stamp });
    }
    let detail = ui.detail()?;
    let stamp = detail.request.id.as_deref().unwrap_or_default();
    Some(Shown { before: &detail.before, after: detail.result.after.as_ref(), stamp })
}

/// The pictures that are on the screen, or would be; in the review those that a key brings, too.
pub(crate) fn asks(ui: &Ui) -> Vec<Ask> {
    if ui.screen.caps.images == Images::None || ui.is_planning() || is_too_small(ui.screen.size) {
        return Vec::new();
    }
    let frames = match ui.zoom {
        Some(zoom) => zoom_frames(ui, zoom, area_of(ui, zoom)),
        None if ui.pane_tab() == PaneTab::Preview && ui.shows_detail() => {
            pane_frames(ui, crate::tui::view::panes::lower::body(ui, Areas::of(ui).lower))
        }
        None => Vec::new(),
    };
    let mut asks: Vec<_> = frames.into_iter().filter_map(|frame| frame.ask).collect();
    if let Some(zoom) = ui.zoom.filter(|zoom| zoom.review.is_some()) {
        for ask in ahead(ui, zoom) {
            if !asks.contains(&ask) {
                asks.push(ask);
            }
        }
    }
    asks
}

/// What keys bring next, in the order in which they are likely to be pressed: the next one, the other side of this one,
/// the one after the next, and the one before.
fn ahead(ui: &Ui, zoom: Zoom) -> Vec<Ask> {
    let near = &ui.page().near;
    let Some(here) = near.iter().position(|near| Some(near.id) == ui.jobs.selected) else { return Vec::new() };
    let area = area_of(ui, zoom);
    let ask = |place: Option<usize>, zoom: Zoom| {
        let near = near.get(place?)?;
        let shown = Shown { before: &near.before, after: near.after.as_ref(), stamp: &near.stamp };
        let frames = sides(zoom, area).into_iter().map(|(side, area)| frame_of(ui, Some(&shown), side, area, zoom));
        Some(frames.filter_map(|frame| frame.ask).collect::<Vec<_>>())
    };
    // Another photo is shown from where this one is, but nobody knows that it will be looked at so closely.
    let all_of_it = zoom.whole();
    let next = [
        ask(here.checked_add(1), all_of_it),
        ask(Some(here), zoom.flip()),
        ask(here.checked_add(2), all_of_it),
        ask(here.checked_sub(1), all_of_it),
    ];
    next.into_iter().flatten().flatten().collect()
}

/// How often the zoomed picture can be halved until 1:1.
pub(crate) fn most(ui: &Ui, zoom: Zoom) -> u32 {
    let frames = zoom_frames(ui, zoom, area_of(ui, zoom));
    let room = frames.first().map(|frame| frame.room.as_size()).unwrap_or_default();
    shown(ui).and_then(|shown| reference(&shown)).map_or(0, |picture| Zoom::most(picture, ui.paper(), room))
}

/// The part of the zoomed picture that is on the screen.
pub(crate) fn seen(ui: &Ui, zoom: Zoom) -> Option<Part> {
    zoom_frames(ui, zoom, area_of(ui, zoom)).into_iter().find_map(|frame| Some(frame.ask?.part))
}

/// The size by which a place in both pictures is told, px: the larger one's.
fn reference(shown: &Shown<'_>) -> Option<Pixels> {
    let after = shown.after.and_then(|after| after.pixels);
    after.or(shown.before.pixels).filter(|pixels| pixels.count() > 0)
}

fn frame(ui: &Ui, side: Side, area: Rect, zoom: Zoom) -> Frame {
    frame_of(ui, shown(ui).as_ref(), side, area, zoom)
}

fn frame_of(ui: &Ui, shown: Option<&Shown<'_>>, side: Side, area: Rect, zoom: Zoom) -> Frame {
    // Over the whole screen the review says by itself which one it is.
    let is_labelled = area.height >= LEAST_WITH_LABELS && (zoom.review.is_none() || zoom.show == Show::Pair);
    let labels = u16::from(is_labelled);
    let label = Rect { height: labels, ..area };
    let room = Rect { y: area.y.saturating_add(labels), height: area.height.saturating_sub(labels), ..area };
    let sight = shown.and_then(|shown| Some((shown, reference(shown)?, shown.file(side)?)));
    let ask = sight.filter(|_| !room.is_empty()).map(|(shown, picture, file)| {
        let Sight { part, cells } = zoom.sight(picture, ui.paper(), room.as_size());
        let stamp = if side == Side::After { shown.stamp.to_owned() } else { String::new() };
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

pub(super) fn zoom_frames(ui: &Ui, zoom: Zoom, area: Rect) -> Vec<Frame> {
    if area.is_empty() || shown(ui).is_none() {
        return Vec::new();
    }
    sides(zoom, area).into_iter().map(|(side, area)| frame(ui, side, area, zoom)).collect()
}

fn sides(zoom: Zoom, area: Rect) -> Vec<(Side, Rect)> {
    let (left, right) = halves(area);
    match zoom.show {
        Show::Pair => vec![(Side::Before, left), (Side::After, right)],
        Show::Before => vec![(Side::Before, area)],
        Show::After => vec![(Side::After, area)],
    }
}

fn area_of(ui: &Ui, zoom: Zoom) -> Rect {
    if zoom.review.is_some() { review_area(ui.screen.size) } else { zoom_area(ui.screen.size) }
}

/// Below the title and above the footer.
fn zoom_area(size: Size) -> Rect {
    Rect::new(1, 1, size.width.saturating_sub(2), size.height.saturating_sub(2))
}

/// The review's pictures: below two lines, above the caption and the footer.
pub(super) fn review_area(size: Size) -> Rect {
    let below = 1 + u16::from(size.height >= ROOMY);
    Rect::new(1, 2, size.width.saturating_sub(2), size.height.saturating_sub(2 + below))
}

/// The lower pane's tab.
pub(in crate::tui::view) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    if ui.screen.caps.images == Images::None {
        put(buf, area.x, area.y, area.width, "pictures are off: --images none", ui.screen.styles.of(Role::Muted));
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
    if ui.screen.caps.images == Images::None {
        put(buf, area.x, area.y, area.width, "pictures are off: --images none", ui.screen.styles.of(Role::Muted));
        return;
    }
    draw(ui, &frames, area, buf);
}

fn title(ui: &Ui, zoom: Zoom, frames: &[Frame], row: Rect, buf: &mut Buffer) {
    let of = |role| ui.screen.styles.of(role);
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

pub(super) fn draw(ui: &Ui, frames: &[Frame], area: Rect, buf: &mut Buffer) {
    for frame in frames {
        label(ui, frame, buf);
        picture(ui, frame, buf);
    }
    if frames.len() == 2 {
        let x = area.x.saturating_add(area.width.saturating_sub(3) / 2 + 1);
        for y in area.top()..area.bottom() {
            put(buf, x, y, 1, "│", ui.screen.styles.of(Role::Border));
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
    let mut left = vec![Piece::text(9, word, ui.screen.styles.of(Role::HeaderRow))];
    if let Some(size) = shown(ui).and_then(|shown| shown.file(frame.side)?.pixels) {
        let muted = ui.screen.styles.of(Role::Muted);
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
    if ui.screen.caps.images.is_graphic() && !ui.layers.is_empty() {
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
    let Some(shown) = shown(ui) else { return Cow::Borrowed("") };
    let id = if ui.review().is_some() { ui.jobs.selected } else { ui.detail().map(|detail| detail.id) };
    let row = ui.page().rows.iter().find(|row| Some(row.id) == id);
    let group = row.map(|row| row.state.status.group());
    match (side, group) {
        (Side::After, Some(Group::Active | Group::Waiting | Group::Pending)) => Cow::Borrowed("no result yet"),
        (Side::After, _) if shown.after.is_none() => {
            let result = ui.detail().filter(|detail| Some(detail.id) == id).map(|detail| &detail.result);
            let file = result.and_then(|result| result.files.first().map(|file| told(result, file)));
            file.unwrap_or(Cow::Borrowed("no result"))
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
    let style = ui.screen.styles.of(Role::Muted);
    let text = safe(text);
    for (line, y) in wrap(&text, usize::from(room.width)).into_iter().zip(room.top()..room.bottom()) {
        put(buf, room.x, y, room.width, line, style);
    }
}

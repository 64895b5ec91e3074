//! The screens. Views only read: what they show is all in [`Ui`].
//!
//! ```text
//! ┌ header: is it going, how far, what did it cost ┐
//! │ banner: what needs a person, if anything does  │
//! │ table: the jobs                                │
//! │ lower pane: one job                            │
//! └ footer: what keys can do now                   ┘
//! ```

mod attached;
pub(crate) mod banner;
mod columns;
pub(crate) mod edit;
mod footer;
pub(crate) mod front;
mod header;
mod hints;
pub(crate) mod hits;
mod overview;
pub(crate) mod paint;
pub(crate) mod panes;
pub(crate) mod picker;
pub(crate) mod plan;
pub(crate) mod sheet;
mod status;
mod table;
pub(crate) mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::theme::Role;
use super::ui::layout::{Areas, LEAST, is_too_small};
use super::ui::{Layer, Ui};
use crate::engine::Leave;
use front::{causes, entry, help, question};
use hits::Hits;
use paint::{put, spread};
use panes::{lower, preview, redo, review};
use words::ascii;

/// Draws the whole screen into a buffer. Gives where the terminal's cursor is to stand, if a text
/// is being typed.
pub fn render(ui: &Ui, buf: &mut Buffer) -> Option<Position> {
    draw(ui, buf, &mut Hits::default())
}

/// What clicks on the screen do. It is drawn for that: a click is rare, and so is never wrong.
pub(crate) fn hits(ui: &Ui) -> Hits {
    let mut hits = Hits::default();
    draw(ui, &mut Buffer::empty(Rect::from(ui.screen.size)), &mut hits);
    hits
}

fn draw(ui: &Ui, buf: &mut Buffer, hits: &mut Hits) -> Option<Position> {
    let screen = buf.area;
    buf.set_style(screen, ui.screen.styles.of(Role::Text));
    let mut cursor = None;
    if is_too_small(ui.screen.size) {
        too_small(ui, screen, buf);
    } else if ui.is_planning() {
        cursor = plan::render(ui, screen, buf, hits);
        if !ui.layers.is_empty() || ui.is_editing() {
            hits.cover();
        }
        if let Some(editing) = ui.plan.edit.as_ref().filter(|editing| ui.is_editing() && !editing.is_line()) {
            cursor = edit::render(ui, editing, buf, hits);
        }
        footer::render(ui, Rect { y: screen.bottom().saturating_sub(1), height: 1, ..screen }, buf, hits);
    } else if let Some(zoom) = &ui.zoom {
        match zoom.review {
            Some(review) => review::render(ui, zoom, review, screen, buf, hits),
            None => preview::zoomed(ui, zoom, screen, buf, hits),
        }
    } else if ui.is_sheet() {
        let areas = Areas::of(ui);
        header::render(ui, areas.header, buf);
        banner::render(ui, areas.banner, buf, hits);
        cursor = sheet::render(ui, Areas::of_sheet(ui), buf, hits);
        if !ui.layers.is_empty() {
            hits.cover();
        }
        footer::render(ui, areas.footer, buf, hits);
    } else {
        let areas = Areas::of(ui);
        header::render(ui, areas.header, buf);
        banner::render(ui, areas.banner, buf, hits);
        cursor = table::render(ui, areas.table, buf, hits);
        lower::render(ui, areas.lower, buf, hits);
        if !ui.layers.is_empty() {
            hits.cover();
        }
        footer::render(ui, areas.footer, buf, hits);
    }
    for layer in &ui.layers {
        cursor = None;
        match layer {
            Layer::Help { top } => help::render(ui, *top, screen, buf, hits),
            Layer::Question(question) => question::render(ui, question, screen, buf, hits),
            Layer::Entry(entry) => cursor = Some(entry::render(ui, entry, screen, buf, hits)),
            Layer::Picker(picker) => cursor = Some(picker::render(ui, picker, buf, hits)),
            Layer::Redo(form) => cursor = redo::render(ui, form, screen, buf, hits),
            Layer::Caption(form) => {
                hits.cover();
                cursor = edit::render(ui, &form.editing, buf, hits);
            }
            Layer::Causes(causes) => causes::render(ui, *causes, screen, buf, hits),
        }
    }
    if ui.is_leaving() {
        hits.cover();
        let doing = match ui.leaving.map(|leaving| leaving.how) {
            Some(Leave::CancelQueued) => "What is queued at fal is cancelled; what runs there runs on.",
            Some(Leave::Running) | None => "Requests at fal run on.",
        };
        question::saying(ui, "Saving state…", &[doing, "Ctrl-C leaves at once."], screen, buf);
    }
    if !ui.screen.caps.unicode {
        ascii::flatten(buf);
    }
    cursor.filter(|_| !ui.is_leaving())
}

/// Too small for a table: how it goes, and what size it takes.
fn too_small(ui: &Ui, screen: Rect, buf: &mut Buffer) {
    let row = Rect { height: 1.min(screen.height), ..screen };
    spread(buf, row, 1, header::in_short(ui), Vec::new());
    let needs = format!("needs {}×{}", LEAST.width, LEAST.height);
    put(buf, screen.x, screen.y.saturating_add(1), screen.width, &needs, ui.screen.styles.of(Role::Muted));
}

#[cfg(test)]
pub(crate) use status::words as status_words;

#[cfg(test)]
mod hostile;
#[cfg(test)]
pub(in crate::tui::view) mod scenes;
#[cfg(test)]
mod situations;
#[cfg(test)]
mod styles;

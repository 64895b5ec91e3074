//! The models that were found, each with what it costs.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::engine::snapshot::FolderPrice;
use crate::model::{Listing, PriceState, UnitPrice};
use crate::tui::models::Finding;
use crate::tui::picker::Picker;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::hits::{Click, Hits};
use crate::tui::view::paint::{put, put_spans, select};
use crate::tui::view::words::format::plural;
use crate::tui::view::words::text::{fit, fit_path, safe, width, wrap};

/// Columns for the price of all photos.
const FOLDER: usize = 11;
/// Columns for the price of one unit.
const UNIT: usize = 18;
/// Below so many columns the price of one unit is told below alone.
const LEAST_WITH_UNIT: usize = 58;

pub(super) fn render(ui: &Ui, picker: &Picker, area: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let of = |role| ui.screen.styles.of(role);
    let height = usize::from(area.height);
    let top = (picker.at + 1).saturating_sub(height);
    let mut y = area.y;
    for (at, listing) in picker.found.iter().enumerate().skip(top).take(height) {
        let row = Rect { y, height: 1, ..area };
        let chosen = at == picker.at;
        let has_unit = usize::from(row.width) >= LEAST_WITH_UNIT;
        let prices = if has_unit { UNIT + FOLDER } else { FOLDER };
        let room = usize::from(row.width).saturating_sub(prices + 3);
        let now = if ui.is_planned(listing) { " now" } else { "" };
        let id = fit_path(listing.model.endpoint.as_str(), room.saturating_sub(now.len())).into_owned();
        let gap = " ".repeat((room + 1).saturating_sub(width(&id) + now.len()));
        let unit = listing.price.as_ref().map_or_else(|| "unknown".to_owned(), UnitPrice::words);
        let (folder, role) = folder_price(picker, listing);
        let mut spans = vec![
            Span::styled(if chosen { "▸ " } else { "  " }, of(Role::Accent)),
            Span::styled(id, of(if ui.refuses(listing).is_some() { Role::Muted } else { Role::Overlay })),
            Span::styled(now, of(Role::Success)),
            Span::raw(gap),
        ];
        if has_unit {
            let unit = fit(&unit, UNIT - 1).into_owned();
            spans.push(Span::styled(format!("{unit:>UNIT$}"), of(Role::Muted)));
        }
        spans.push(Span::styled(format!("{folder:>FOLDER$}"), of(role)));
        put_spans(buf, row, &spans);
        if chosen {
            select(ui, row, buf);
        }
        hits.add(row, Click::Model(at));
        y = y.saturating_add(1);
    }
    let rest = area.bottom().saturating_sub(y);
    let text = below(picker);
    for (line, y) in wrap(&safe(&text), usize::from(area.width)).into_iter().take(rest.into()).zip(y..) {
        put(buf, area.x, y, area.width, line, of(Role::Muted));
    }
}

/// What all photos cost with it: reckoned, as it was so far, or not known.
pub(super) fn folder_price(picker: &Picker, listing: &Listing) -> (Cow<'static, str>, Role) {
    match picker.price(listing) {
        None => ("…".into(), Role::Muted),
        Some(FolderPrice { usd: Some(usd), state: PriceState::Learned, .. }) => {
            (format!("~{usd}").into(), Role::Warning)
        }
        Some(FolderPrice { usd: Some(usd), .. }) => (format!("≈{usd}").into(), Role::Accent),
        Some(FolderPrice { usd: None, .. }) => ("unknown".into(), Role::Warning),
    }
}

/// What is said below the last one.
fn below(picker: &Picker) -> String {
    let others = match picker.others {
        0 => String::new(),
        others => format!("{} no photo, or more than one", plural(others, "other takes", "others take")),
    };
    match (&picker.finding, picker.found.is_empty()) {
        (Finding::Asking, _) => String::new(),
        (Finding::Kept(why), true) => format!("fal cannot be asked ({why}), and none like that was kept"),
        (Finding::Kept(why), false) => {
            format!("fal cannot be asked ({why}): these are built in or kept from before, without today's prices")
        }
        (Finding::Done, true) if others.is_empty() => "no model is like that; fewer words find more".to_owned(),
        (Finding::Done, true) => format!("none fits: {others}"),
        (Finding::Done, false) => others,
    }
}

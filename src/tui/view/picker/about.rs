//! All of the model under the cursor: what it does, takes, gives and costs, and what becomes of what was set.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::list::folder_price;
use crate::job::clean;
use crate::model::{Carried, Listing, PriceState, UnitPrice};
use crate::tui::picker::Picker;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::paint::put_spans;
use crate::tui::view::words::format::plural;
use crate::tui::view::words::text::{safe, wrap};

/// Columns for names.
const NAME: usize = 12;
/// Rows for what it is about, at the most.
const ABOUT: usize = 4;

pub(super) fn render(ui: &Ui, picker: &Picker, area: Rect, buf: &mut Buffer) {
    let Some(listing) = picker.chosen() else { return };
    let mut rows = lines(ui, picker, listing, usize::from(area.width));
    // Where rows are few, what it costs and what is lost counts more than what it is about.
    if rows.len() > usize::from(area.height) {
        rows.retain(|(keep, ..)| *keep);
    }
    for ((_, name, text, style), y) in rows.iter().zip(area.top()..area.bottom()) {
        let spans = [Span::styled(name.clone(), ui.screen.styles.of(Role::Muted)), Span::styled(text.clone(), *style)];
        put_spans(buf, Rect { y, height: 1, ..area }, &spans);
    }
}

/// Whether a row is kept where there is little room, its name, its text and how it looks.
type Row = (bool, String, String, Style);

fn lines(ui: &Ui, picker: &Picker, listing: &Listing, columns: usize) -> Vec<Row> {
    let of = |role| ui.screen.styles.of(role);
    let mut rows: Vec<Row> = Vec::new();
    let Listing { name, category, .. } = listing;
    let title = if category.is_empty() { name.clone() } else { format!("{name} ({category})") };
    rows.push((false, String::new(), safe(&title).into_owned(), of(Role::Title)));
    let id = listing.model.endpoint.as_str();
    if name != id {
        rows.push((false, String::new(), safe(id).into_owned(), of(Role::Muted)));
    }
    for line in wrap(&safe(&listing.about), columns).into_iter().take(ABOUT) {
        rows.push((false, String::new(), line.to_owned(), of(Role::Overlay)));
    }
    let mut add = |keep: bool, name: &str, text: &str, role: Role| {
        let text = safe(text).into_owned();
        for (at, line) in wrap(&text, columns.saturating_sub(NAME).max(8)).into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            rows.push((keep, format!("{name:NAME$}"), line.to_owned(), of(role)));
        }
    };
    if let Some(said) = listing.standing.said("it") {
        add(true, "", &said, Role::Warning);
    }
    if let Some(why) = ui.refuses(listing) {
        add(true, "", why, Role::Failure);
    }
    add(false, "gives", &listing.model.gives.words(), Role::Overlay);
    let unit = listing.price.as_ref().map_or_else(|| "what fal bills is not known".to_owned(), UnitPrice::words);
    let source = listing.price.as_ref().map(|price| ui.snapshot.batch.price_words(price.source)).unwrap_or_default();
    let costs = if source.is_empty() { unit } else { format!("{unit} ({source})") };
    add(true, "costs", &costs, Role::Overlay);
    let (folder, role) = folder_price(picker, listing);
    let photos = plural(picker.photos(), "photo", "photos");
    let told = match picker.price(listing).map(|price| price.state) {
        None => folder.into_owned(),
        Some(PriceState::Exact) => format!("{folder} for {photos}"),
        Some(PriceState::Learned) => format!("{folder} for {photos}, by what requests cost so far"),
        Some(PriceState::Unknown) => format!("unknown for {photos}: it shows on the bill"),
    };
    add(true, "this folder", &told, role);
    let Carried { kept, lost, .. } = ui.carried(listing);
    let needs: Vec<_> =
        listing.model.params.iter().filter(|spec| spec.required).map(|spec| spec.name.as_str()).collect();
    if !needs.is_empty() {
        add(true, "needs", &needs.join(", "), Role::Overlay);
    }
    if !ui.is_planned(listing) {
        if !kept.is_empty() {
            add(true, "keeps", &kept.join(", "), Role::Success);
        }
        for (at, (name, why)) in lost.iter().enumerate() {
            add(true, if at == 0 { "loses" } else { "" }, &format!("{name}: {why}"), Role::Warning);
        }
    }
    let takes: Vec<_> = listing.model.params.iter().map(|spec| clean(&spec.name).into_owned()).collect();
    let takes = if takes.is_empty() { "the photo alone".to_owned() } else { takes.join(", ") };
    add(false, "takes", &takes, Role::Muted);
    rows
}

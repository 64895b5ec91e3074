//! The model and its parameters, as a form.

use ratatui::style::Modifier;

use super::line::Line;
use crate::engine::snapshot::{Change, Field};
use crate::model;
use crate::tui::edit::{Draft, Wrong};
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::plan::Stop;
use crate::tui::view::paint::columns_of;
use crate::tui::view::words::text::{fit, fit_end, safe, width, wrap};

/// Columns that names take, at most.
const NAME: usize = 28;
/// Columns for a value, at the least.
const VALUE: usize = 9;
/// Columns for what it is about, at the least.
const LEAST_ABOUT: usize = 18;

pub(super) fn lines(ui: &Ui, columns: u16) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let (plan, batch) = (&ui.snapshot.plan, &ui.snapshot.batch);
    let mut lines = vec![Line::heading(ui, "The model")];
    let growth = batch.growth.as_ref().map(|growth| format!(" {growth}")).unwrap_or_default();
    lines.extend(Line::named(ui, columns, "endpoint", &format!("{}{growth}", batch.endpoint), of(Role::Text)));
    if plan.fields.is_empty() {
        let names = batch.params.values.iter().map(|(name, _)| width(name)).max().unwrap_or_default().min(NAME);
        for (name, value) in &batch.params.values {
            let name = format!("{:names$}  ", fit(name, names));
            lines.extend(Line::named(ui, columns, &name, &batch.params.told(value), of(Role::Text)));
        }
        return lines;
    }
    let names = plan.fields.iter().map(|field| width(&field.spec.name)).max().unwrap_or_default().min(NAME);
    for (place, field) in plan.fields.iter().enumerate() {
        let stop = Stop::Field(place);
        let chosen = ui.stop() == stop;
        let edit = ui.plan.edit.as_ref().filter(|_| chosen && ui.is_editing());
        match edit.and_then(|edit| Some((edit.line()?, edit.error.as_ref()))) {
            Some((draft, wrong)) => lines.extend(edited(ui, columns, &name_of(field, names), (draft, wrong), stop)),
            None => lines.extend(shown(ui, columns, names, field, stop)),
        }
        if chosen {
            let is_told = !ui.is_editing() && about_room(columns, names, &value_of(ui, field)) > 0;
            lines.extend(explained(ui, columns, field, stop, is_told));
        }
    }
    if plan.changed.is_some() {
        let what = match plan.changed {
            Some(Change::Model) => "Another model",
            _ => "Other parameters",
        };
        let text = format!("  {what} than the command's: it runs as a batch of its own.");
        let room = usize::from(columns);
        let parts = wrap(&text, room).into_iter().map(|part| vec![(part.to_owned(), of(Role::Accent))]);
        lines.extend(parts.map(Line::new));
    }
    lines
}

fn name_of(field: &Field, names: usize) -> String {
    format!("  {:names$}  ", fit(&field.spec.name, names))
}

fn value_of(ui: &Ui, field: &Field) -> String {
    let none = if field.spec.required { "must be given" } else { "–" };
    field
        .value
        .as_ref()
        .map_or_else(|| none.to_owned(), |value| safe(&ui.snapshot.batch.params.told(value)).into_owned())
}

/// Columns for what a field is about, beside its value; none where that would take more lines than it says.
fn about_room(columns: u16, names: usize, value: &str) -> usize {
    let room = usize::from(columns).saturating_sub(names + 6 + width(value).max(VALUE));
    if room < LEAST_ABOUT { 0 } else { room }
}

/// A name, its value, and what it is about.
fn shown(ui: &Ui, columns: u16, names: usize, field: &Field, stop: Stop) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let value = value_of(ui, field);
    let about = about_room(columns, names, &value);
    let name = name_of(field, names);
    let is_missing = field.spec.required && field.value.is_none();
    let style = of(match field.is_default() {
        _ if is_missing => Role::Warning,
        true => Role::Text,
        false => Role::Accent,
    });
    let value = format!("{:VALUE$}", fit(&value, usize::from(columns).saturating_sub(names + 4)));
    let before = width(&name) + width(&value) + 2;
    let text = safe(if about == 0 { "" } else { &field.spec.about });
    let mut parts = wrap(&text, about).into_iter();
    let first = parts.next().map(|part| format!("  {part}")).unwrap_or_default();
    let mut lines = vec![Line::at(stop, vec![(name, of(Role::Muted)), (value, style), (first, of(Role::Muted))])];
    let rest = parts.map(|part| vec![(format!("{}{part}", " ".repeat(before)), of(Role::Muted))]);
    lines.extend(rest.map(|spans| Line { stop: Some(stop), ..Line::new(spans) }));
    lines
}

/// A field while it is edited, with what is wrong beside it.
fn edited(ui: &Ui, columns: u16, name: &str, (draft, wrong): (&Draft, Option<&Wrong>), stop: Stop) -> Vec<Line> {
    let of = |role| ui.screen.styles.of(role);
    let room = usize::from(columns).saturating_sub(width(name) + 1);
    let (before, after) = draft.parts();
    let before = fit_end(&before, room).into_owned();
    let cursor = columns_of(name).saturating_add(columns_of(&before));
    let typed = format!("{before}{}", fit(&after, room.saturating_sub(width(&before))));
    let style = of(if wrong.is_some() { Role::Failure } else { Role::FilterMatch });
    let rest = " ".repeat(VALUE.saturating_sub(width(&typed)));
    let shown = if draft.is_fresh() { style.add_modifier(Modifier::REVERSED) } else { style };
    let mut line = Line::at(stop, vec![(name.to_owned(), of(Role::Text)), (typed, shown), (rest, style)]);
    line.cursor = Some(cursor);
    let mut lines = vec![line];
    if let Some(Wrong { said, .. }) = wrong {
        let text = format!("    {said}");
        let parts = wrap(&text, usize::from(columns)).into_iter().map(str::to_owned).collect::<Vec<_>>();
        lines.extend(
            parts.into_iter().map(|part| Line { stop: Some(stop), ..Line::new(vec![(part, of(Role::Failure))]) }),
        );
    }
    lines
}

/// What the field under the cursor takes, and what it has when nothing is set; what it is about, unless that
/// is told already.
fn explained(ui: &Ui, columns: u16, field: &Field, stop: Stop, is_told: bool) -> Vec<Line> {
    let default = match field.spec.default.as_ref().map(model::shown) {
        Some(default) if field.is_default() && field.spec.nullable && !ui.is_editing() => {
            format!("default {default}; {} makes it null", ui.screen.keys.shown(Action::Default))
        }
        Some(default) if field.is_default() || ui.is_editing() => format!("default {default}"),
        Some(default) => format!("default {default}, {} goes back to it", ui.screen.keys.shown(Action::Default)),
        None if field.value.is_some() && !field.spec.required => {
            format!("the model picks if there is none: {}", ui.screen.keys.shown(Action::Default))
        }
        None if field.spec.required => "nothing is sent without it".to_owned(),
        None => "the model picks".to_owned(),
    };
    let about = if is_told { String::new() } else { format!("{}: ", field.spec.about) };
    let example = field.spec.told_example().map(|example| format!("; for example {example}")).unwrap_or_default();
    let text = format!("{about}{}; {default}{example}", field.spec.kind);
    let parts = wrap(&safe(&text), usize::from(columns).saturating_sub(4))
        .into_iter()
        .map(|part| vec![(format!("    {part}"), ui.screen.styles.of(Role::Muted))])
        .collect::<Vec<_>>();
    parts.into_iter().map(|spans| Line { stop: Some(stop), ..Line::new(spans) }).collect()
}

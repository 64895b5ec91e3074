//! The form for making a result again.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::hits::Hits;
use super::paint::{put, put_spans};
use super::question::{front, middle, row_left};
use super::text::{fit_end, fit_path, safe, width};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::ui::redo::RedoForm;

/// Columns for a field's text.
const FIELD: usize = 22;

pub(super) fn render(ui: &Ui, form: &RedoForm, screen: Rect, buf: &mut Buffer, hits: &mut Hits) {
    let of = |role| ui.styles.of(role);
    let title = "Make it again?";
    let names = form.fields.iter().map(|field| width(&field.spec.name)).max().unwrap_or_default();
    let helps: Vec<String> = form
        .fields
        .iter()
        .map(|field| match field.problem() {
            Some(problem) => problem,
            None if field.input.value().trim().is_empty() => "fal picks".to_owned(),
            None => field.spec.kind.to_string(),
        })
        .collect();
    let lines = form.text.iter().map(|line| width(line));
    let fields = helps.iter().map(|help| names + FIELD + 4 + width(help));
    let columns = lines.chain(fields).chain([width(title) + 2]).max().unwrap_or_default();
    let rows = 1 + form.text.len() + 1 + form.fields.len();
    let inner = front(ui, title, middle(screen, columns, rows), buf, hits);
    let mut y = inner.y;
    let path = safe(&form.path);
    put(buf, inner.x, y, row_left(inner, y), &fit_path(&path, usize::from(inner.width)), of(Role::Title));
    for line in &form.text {
        y = y.saturating_add(1);
        put(buf, inner.x, y, row_left(inner, y), line, of(Role::Overlay));
    }
    // On a low screen the fields go over the empty line, and over the words if need be.
    let wanted = y.saturating_add(2);
    let rows = u16::try_from(form.fields.len()).unwrap_or(u16::MAX);
    y = wanted.min(inner.bottom().saturating_sub(rows)).max(inner.y);
    for (place, (field, hint)) in form.fields.iter().zip(&helps).enumerate() {
        let here = place == form.at;
        let row = Rect { y, height: 1, width: row_left(inner, y), ..inner };
        put(buf, row.x, row.y, row.width, &" ".repeat(usize::from(row.width)), of(Role::Overlay));
        let text = field.input.value();
        // The end of a long text is where it is being typed.
        let shown = fit_end(text, FIELD - 1);
        let cursor = if here { "▏" } else { "" };
        let gap = FIELD.saturating_sub(width(&shown) + width(cursor));
        let typed = if here { of(Role::Accent).add_modifier(Modifier::BOLD) } else { of(Role::Overlay) };
        let problem = field.problem().is_some();
        let spans = [
            Span::styled(if here { "▸ " } else { "  " }, of(Role::Accent)),
            Span::styled(format!("{:names$}  ", field.spec.name), of(Role::Overlay)),
            Span::styled(format!("{shown}{cursor}{}", " ".repeat(gap)), typed),
            Span::styled(hint.clone(), of(if problem { Role::Failure } else { Role::Muted })),
        ];
        put_spans(buf, row, &spans);
        y = y.saturating_add(1);
    }
}

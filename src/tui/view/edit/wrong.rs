//! What is wrong with what was typed, below it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::paint::put;
use crate::tui::view::words::text::{fit, safe, wrap};

/// What is wrong, in the rows below what is edited.
pub(super) fn wrong(ui: &Ui, said: &str, below: Rect, buf: &mut Buffer) {
    let said = safe(said);
    let mut lines = wrap(&said, usize::from(below.width));
    let most = usize::from(below.height);
    let rest = lines.len() > most;
    lines.truncate(most);
    let last = lines.len().saturating_sub(1);
    for ((at, line), y) in lines.into_iter().enumerate().zip(below.top()..below.bottom()) {
        let line = if rest && at == last {
            fit(&format!("{line} …"), usize::from(below.width)).into_owned()
        } else {
            line.to_owned()
        };
        put(buf, below.x, y, below.width, &line, ui.screen.styles.of(Role::Failure));
    }
}

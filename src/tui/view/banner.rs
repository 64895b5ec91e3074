//! The banner: what needs a person, what was done about it, and which key goes on. Also how it
//! ended, once it has.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::format::plural;
use super::paint::put;
use super::text::{fit, width, wrap};
use crate::engine::board::{NoticeKind, Phase};
use crate::job::{Group, clean};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

impl Ui {
    /// Whether every job has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.board.phase == Phase::Finished
    }
}

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let (text, role) = match &ui.board.notice {
        Some(notice) => {
            let role = if notice.kind == NoticeKind::Resumed { Role::Accent } else { Role::Notice };
            (format!("! {}  {}", clean(&notice.message), clean(&notice.action)), role)
        }
        None => (ended(ui), Role::Success),
    };
    let style = ui.styles.of(role);
    let columns = usize::from(area.width.saturating_sub(2));
    let lines = wrap(&text, columns);
    for line in 0..area.height {
        let y = area.y.saturating_add(line);
        let mut shown = lines.get(usize::from(line)).copied().unwrap_or_default().to_owned();
        // What has no room says so.
        if line + 1 == area.height && lines.len() > usize::from(area.height) {
            shown = fit(&format!("{shown} …"), columns).into_owned();
        }
        let padding = " ".repeat(columns.saturating_sub(width(&shown)) + 1);
        put(buf, area.x, y, area.width, &format!(" {shown}{padding}"), style);
    }
}

fn ended(ui: &Ui) -> String {
    let totals = &ui.board.totals;
    let mut parts =
        vec![format!("{} saved in {}", plural(totals.of(Group::Done), "picture", "pictures"), ui.board.batch.to)];
    let mut add = |number: usize, text: &str| {
        if number > 0 {
            parts.push(format!("{number} {text}"));
        }
    };
    add(totals.of(Group::Failed), "failed (R sends them again)");
    add(totals.of(Group::Review), "to review");
    add(totals.of(Group::Cancelled), "cancelled");
    format!("✓ finished: {}  q leaves", parts.join(" · "))
}

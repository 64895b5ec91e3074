//! The lower pane: which tab it shows, and from which line on.

use crate::tui::ui::Ui;
use crate::tui::ui::pane::PaneTab;

impl Ui {
    /// Shows a tab of the lower pane from its start, or its end for the logs.
    pub(crate) fn show_tab(&mut self, tab: PaneTab) {
        if self.pane.tab != tab {
            self.pane.top = None;
        }
        self.pane.tab = tab;
        // On a small screen the pane is shut: asking for one of its tabs opens it.
        if !self.shows_detail() {
            self.pin();
            self.pane.opened = true;
        }
    }

    /// Shows fewer kinds of log lines, and then all again.
    pub(crate) fn next_log_level(&mut self) {
        (self.pane.logs, self.pane.top) = (self.pane.logs.next(), None);
        self.say(format!("logs: {}", self.pane.logs.title()));
    }

    /// Scrolling begins anew with each job.
    pub(crate) fn adopt_detail(&mut self) {
        let id = self.detail().map(|detail| detail.id);
        if id.is_some() && id != self.pane.of {
            self.pane.top = None;
            self.pane.of = id;
        }
    }

    /// Scrolls the lower pane by so many lines, of which it has `total` and shows `height`.
    pub(crate) fn scroll_pane(&mut self, lines: isize, (total, height): (usize, usize)) {
        let bottom = total.saturating_sub(height);
        let follows = self.pane.tab == PaneTab::Logs;
        let at = self.pane.top.unwrap_or(if follows { bottom } else { 0 }).min(bottom);
        let top = at.saturating_add_signed(lines).min(bottom);
        // At the end of the logs it follows them again.
        self.pane.top = if follows && top == bottom && lines > 0 { None } else { Some(top) };
    }

    /// The same, to its start or end.
    pub(crate) fn scroll_pane_to_end(&mut self, end: bool, (total, height): (usize, usize)) {
        self.pane.top = match (end, self.pane.tab) {
            (true, PaneTab::Logs) => None,
            (true, _) => Some(total.saturating_sub(height)),
            (false, _) => Some(0),
        };
    }
}

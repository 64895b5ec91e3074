//! The lower pane's own state: which tab, how far scrolled, which logs.

use super::Ui;
use crate::engine::snapshot::LogLine;
use crate::job::JobId;

/// What the lower pane shows of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PaneTab {
    #[default]
    Logs,
    Caption,
    Preview,
    Request,
    History,
}

impl PaneTab {
    pub(crate) const ALL: [Self; 5] = [Self::Logs, Self::Caption, Self::Preview, Self::Request, Self::History];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Logs => "Logs",
            Self::Caption => "Caption",
            Self::Preview => "Preview",
            Self::Request => "Request",
            Self::History => "History",
        }
    }
}

/// Which log lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LogFilter {
    #[default]
    All,
    /// All but what is for the model's developers.
    NoDebug,
    /// Only what went wrong.
    Problems,
}

impl LogFilter {
    pub(crate) fn next(self) -> Self {
        match self {
            Self::All => Self::NoDebug,
            Self::NoDebug => Self::Problems,
            Self::Problems => Self::All,
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::All => "all levels",
            Self::NoDebug => "no debug",
            Self::Problems => "warnings and errors",
        }
    }

    pub(crate) fn shows(self, line: &LogLine) -> bool {
        match self {
            Self::All => true,
            Self::NoDebug => !is_debug(&line.level),
            Self::Problems => is_error(&line.level) || is_warning(&line.level),
        }
    }
}

pub(crate) fn is_debug(level: &str) -> bool {
    level.eq_ignore_ascii_case("debug") || level.eq_ignore_ascii_case("trace")
}

pub(crate) fn is_warning(level: &str) -> bool {
    level.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("warn"))
}

pub(crate) fn is_error(level: &str) -> bool {
    ["error", "critical", "fatal"].iter().any(|name| level.eq_ignore_ascii_case(name))
}

/// The lower pane's state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pane {
    pub(crate) tab: PaneTab,
    /// The first line shown; `None` in the logs follows them.
    pub(crate) top: Option<usize>,
    /// Whose lines `top` counts.
    of: Option<JobId>,
    pub(crate) wrap: bool,
    pub(crate) logs: LogFilter,
}

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
            self.opened = true;
        }
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

//! The lower pane's own state: which tab, how far scrolled, which logs.

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
    Overview,
}

impl PaneTab {
    pub(crate) const ALL: [Self; 6] =
        [Self::Logs, Self::Caption, Self::Preview, Self::Request, Self::History, Self::Overview];

    /// Whether it is about the batch and not about one job.
    pub(crate) fn is_of_batch(self) -> bool {
        self == Self::Overview
    }

    /// Whether it shows pictures, which want room.
    pub(crate) fn is_seen(self) -> bool {
        matches!(self, Self::Preview | Self::Overview)
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Logs => "Logs",
            Self::Caption => "Caption",
            Self::Preview => "Preview",
            Self::Request => "Request",
            Self::History => "History",
            Self::Overview => "Overview",
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
    pub(super) of: Option<JobId>,
    pub(crate) wrap: bool,
    pub(crate) logs: LogFilter,
    /// Whether it covers the table.
    pub(crate) opened: bool,
}

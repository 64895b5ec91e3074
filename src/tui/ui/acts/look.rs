//! Where keys go, and which rows and details are asked for.

use crate::engine::snapshot::{Also, Detail, Query};
use crate::tui::keys::Context;
use crate::tui::ui::jobs::Marking;
use crate::tui::ui::layout::{Areas, table, table_rows};
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::plan::Stop;
use crate::tui::ui::{Focus, Layer, Ui};

impl Ui {
    /// Where keys go.
    pub(crate) fn context(&self) -> Context {
        if let Some(Layer::Causes(_)) = self.layers.last() {
            Context::Causes
        } else if !self.layers.is_empty() {
            Context::Overlay
        } else if self.is_planning() {
            if self.stop() == Stop::List { Context::Photos } else { Context::Plan }
        } else if self.zoom.is_some() {
            if self.review().is_some() { Context::Review } else { Context::Zoom }
        } else if self.is_sheet() {
            Context::Sheet
        } else if self.shows_detail() && (self.pane.opened || self.focus == Focus::Detail) {
            Context::Detail
        } else {
            Context::Jobs
        }
    }

    /// Whether the lower pane is on the screen.
    pub(crate) fn shows_detail(&self) -> bool {
        !Areas::of(self).lower.is_empty()
    }

    /// What is known of the job that the lower pane shows.
    pub(crate) fn detail(&self) -> Option<&Detail> {
        self.snapshot.detail.as_deref()
    }

    /// Whether the course of the run is on the screen.
    pub(crate) fn shows_overview(&self) -> bool {
        let is_covered = self.is_planning() || self.is_sheet() || self.zoom.is_some();
        !is_covered && self.pane_tab() == PaneTab::Overview && self.shows_detail()
    }

    /// The lower pane's tab.
    pub(crate) fn pane_tab(&self) -> PaneTab {
        self.pane.tab
    }

    /// The query that shows what is chosen now, if that is not what the engine was told last.
    pub(crate) fn look(&mut self) -> Option<Query> {
        let (is_sheet, grid) = (self.is_sheet(), self.grid());
        let query = Query {
            seq: self.jobs.query.seq,
            tab: self.jobs.tab,
            text: self.jobs.filter.value().trim().to_owned(),
            cause: self.jobs.cause,
            order: self.jobs.order,
            reverse: self.jobs.reverse,
            cursor: self.cursor_to_send(),
            height: if is_sheet { grid.cells() } else { table_rows(table(self)) },
            more: if is_sheet { grid.cells() } else { self.more_rows() },
            ids: self.jobs.marking == Marking::Awaited,
            // What can be made again is asked about even where the lower pane is shut.
            also: match (is_sheet, self.shows_overview()) {
                _ if self.review().is_some() => Also::Near,
                (true, _) => Also::Pictures,
                (false, true) => Also::Overview,
                (false, false) => Also::Nothing,
            },
            across: if is_sheet { grid.across } else { 1 },
            detail: !self.is_planning() && (self.shows_detail() || self.zoom.is_some() || self.has_result()),
        };
        let shows_other = (query.tab, query.cause, &query.text)
            != (self.jobs.query.tab, self.jobs.query.cause, &self.jobs.query.text);
        // What was to be marked is not shown any more.
        if shows_other {
            self.jobs.marking = Marking::Done;
        }
        let query = Query { ids: self.jobs.marking == Marking::Awaited, ..query };
        if query == self.jobs.query {
            return None;
        }
        self.jobs.query = Query { seq: self.jobs.query.seq + 1, ..query };
        Some(self.jobs.query.clone())
    }
}

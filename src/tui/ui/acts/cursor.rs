//! The cursor: it stays on its job while rows move, stays in the page when its job goes far away, and answers a key at once even before the
//! engine has sent the rows that belong to it.

use crate::engine::snapshot::{Cursor, Page, Row};
use crate::job::JobId;
use crate::tui::ui::jobs::{Came, Marking};
use crate::tui::ui::{Focus, Ui};

impl Ui {
    /// The rows that the table shows.
    pub(crate) fn page(&self) -> &Page {
        self.jobs.frozen.as_ref().map_or(&self.snapshot.page, |frozen| &frozen.page)
    }

    /// How many rows of the page are above those on the screen.
    pub(crate) fn rows_above(&self) -> usize {
        let page = self.page();
        page.top.saturating_sub(page.first)
    }

    /// Whether the page shows the tab, filter and order that are chosen: just after a change it
    /// still shows those from before.
    fn page_is_chosen(&self) -> bool {
        let query = &self.page().query;
        self.jobs.frozen.is_some()
            || (query.tab == self.jobs.tab
                && (query.order, query.reverse, query.cause) == (self.jobs.order, self.jobs.reverse, self.jobs.cause)
                && query.text == self.jobs.filter.value().trim())
    }

    /// Whether something is looked for, by its text or its cause.
    pub(crate) fn is_filtered(&self) -> bool {
        !self.jobs.filter.value().trim().is_empty() || self.jobs.cause.is_some()
    }

    /// Where in the page the highlight is.
    pub(crate) fn highlighted(&self) -> Option<usize> {
        let page = self.page();
        let of_job = self.jobs.selected.and_then(|id| page.rows.iter().position(|row| row.id == id));
        let last = page.rows.len().checked_sub(1)?;
        Some(of_job.unwrap_or_else(|| self.jobs.place.saturating_sub(page.first).min(last)))
    }

    /// The row under the cursor, as far as the page has it.
    pub(crate) fn current(&self) -> Option<&Row> {
        let page = self.page();
        self.jobs.selected.and_then(|id| page.rows.iter().find(|row| row.id == id))
    }

    /// The row under the cursor as it is by now, though a held table shows what it was.
    pub(crate) fn current_by_now(&self) -> Option<&Row> {
        self.jobs.selected.and_then(|id| self.snapshot.page.rows.iter().find(|row| row.id == id))
    }

    /// The cursor's place among all rows that the filter leaves, from 0.
    pub(crate) fn current_place(&self) -> usize {
        let page = self.page();
        let in_page = self.jobs.selected.and_then(|id| page.rows.iter().position(|row| row.id == id));
        in_page.map_or(self.jobs.place, |at| page.first + at)
    }

    /// Moves the cursor by so many rows. False if a frozen table ends there.
    pub(crate) fn move_by(&mut self, rows: isize) -> bool {
        let Some(last) = self.page().total.checked_sub(1) else { return true };
        self.move_to(self.current_place().saturating_add_signed(rows).min(last))
    }

    /// Moves the cursor to a place. False if a frozen table does not have it.
    fn move_to(&mut self, place: usize) -> bool {
        let page = self.page();
        let known = place.checked_sub(page.first).and_then(|at| page.rows.get(at)).map(|row| row.id);
        match known.filter(|_| self.page_is_chosen()) {
            Some(id) => {
                self.jobs.selected = Some(id);
                self.jobs.cursor = Cursor::Job(id);
                self.jobs.came = Came::Chosen;
            }
            None if self.jobs.frozen.is_some() => return false,
            None => {
                self.jobs.selected = None;
                self.jobs.cursor = Cursor::Place(place);
            }
        }
        self.jobs.place = place;
        self.scroll_frozen(place);
        true
    }

    /// Moves the cursor to a row that is shown, counted from 0.
    pub(crate) fn move_to_row(&mut self, row: usize) {
        let (page, above) = (self.page(), self.rows_above());
        if above + row < page.rows.len() {
            self.move_to(page.first + above + row);
        }
    }

    /// Puts the cursor on the first or the last row, whichever job that is, and keeps it there.
    pub(crate) fn move_to_end(&mut self, end: Cursor) -> bool {
        let page = self.page();
        let (place, row) = match end {
            Cursor::Last => (page.total.saturating_sub(1), page.rows.last()),
            _ => (0, page.rows.first()),
        };
        let id = row.map(|row| row.id);
        if self.jobs.frozen.is_some() {
            let kept = if end == Cursor::Last { page.first + page.rows.len().saturating_sub(1) } else { page.first };
            return self.move_to(place) || {
                self.move_to(kept);
                false
            };
        }
        let shown = page.first + page.rows.len();
        let here = if end == Cursor::Last { shown == page.total } else { page.first == 0 };
        self.jobs.selected = id.filter(|_| here && self.page_is_chosen());
        self.jobs.cursor = end;
        self.jobs.place = place;
        true
    }

    /// Puts the cursor on the first row of what is shown from now on.
    pub(crate) fn start_over(&mut self) {
        (self.jobs.selected, self.jobs.cursor, self.jobs.place) = (None, Cursor::Place(0), 0);
    }

    /// Ties the cursor to the job that it is on, so that what a key does next is done to that one.
    pub(crate) fn pin(&mut self) {
        if let Some(id) = self.jobs.selected {
            self.jobs.cursor = Cursor::Job(id);
            self.jobs.came = Came::Chosen;
        }
    }

    /// Whether the cursor is on a job that was chosen, so that a key cannot meet another one.
    pub(in crate::tui::ui) fn is_pinned(&self) -> bool {
        matches!(self.jobs.cursor, Cursor::Job(_)) && self.jobs.came == Came::Chosen
    }

    /// Where the engine is to keep the cursor. A job that is looked at more closely, asked about or held
    /// still is followed wherever it goes, any other one as long as it stays nearby.
    pub(in crate::tui::ui) fn cursor_to_send(&self) -> Cursor {
        let holds = self.pane.opened
            || self.zoom.is_some()
            || self.focus == Focus::Detail
            || self.jobs.frozen.is_some()
            || !self.layers.is_empty();
        match self.jobs.cursor {
            Cursor::Job(id) if !holds => Cursor::Near(id),
            cursor => cursor,
        }
    }

    /// Takes over where the engine found the cursor, if it has answered the newest query.
    pub(crate) fn adopt_page(&mut self) {
        self.fill_frozen();
        self.adopt_marks();
        let page = &self.snapshot.page;
        if self.jobs.frozen.is_some() || page.query.seq != self.jobs.query.seq {
            return;
        }
        let found: Option<JobId> = page.current().map(|row| row.id);
        // Its row may be still to be found: until all are, it is not taken for gone.
        if page.gathering && matches!(self.jobs.cursor, Cursor::Job(id) if Some(id) != found) {
            self.jobs.place = page.cursor.unwrap_or_default();
            return;
        }
        self.jobs.place = page.cursor.unwrap_or_default();
        self.jobs.selected = found;
        match (self.jobs.cursor, found) {
            // Arrived: from here on it follows the job. A job that the filter hides is left alone
            // for the one at its place.
            (Cursor::Place(_) | Cursor::Job(_) | Cursor::Near(_), Some(id)) => {
                let another = matches!(self.jobs.cursor, Cursor::Job(was) if was != id);
                let stays_given = self.jobs.came == Came::Given && self.jobs.cursor == Cursor::Job(id);
                self.jobs.came = if another || stays_given { Came::Given } else { Came::Chosen };
                self.jobs.cursor = Cursor::Job(id);
            }
            // Where nothing is left to be on, the wish stands until something is.
            (Cursor::First | Cursor::Last, _) | (_, None) => {}
        }
    }

    /// Marks everything that the tab and filter leave: what is at hand at once, the rest once the engine
    /// has named it.
    pub(crate) fn mark_all(&mut self) {
        self.jobs.marking = Marking::Awaited;
        if self.jobs.frozen.is_none() && self.page_is_chosen() {
            self.jobs.marks.extend(self.snapshot.page.rows.iter().map(|row| row.id));
        }
    }

    /// Takes over what is to be marked.
    fn adopt_marks(&mut self) {
        let page = &self.snapshot.page;
        if let Some(ids) =
            page.ids.as_ref().filter(|_| self.jobs.marking == Marking::Awaited && page.query.seq == self.jobs.query.seq)
        {
            self.jobs.marks.extend(ids.iter().copied());
            self.jobs.marking = Marking::Done;
        }
    }

    /// Takes all marks away.
    pub(crate) fn unmark(&mut self) {
        self.jobs.marks.clear();
        self.jobs.marking = Marking::Done;
    }

    /// The jobs that a key acts on: the marked ones, else the one under the cursor.
    pub(crate) fn targets(&self) -> Vec<JobId> {
        if self.jobs.marks.is_empty() {
            self.jobs.selected.into_iter().collect()
        } else {
            self.jobs.marks.iter().copied().collect()
        }
    }
}

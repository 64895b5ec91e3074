//! The contact sheet comes and goes, and the cursor moves about in it by rows and columns.

use crate::engine::snapshot::Order;
use crate::tui::preview::{Grid, Sheet};
use crate::tui::ui::layout::{Areas, sheet_room};
use crate::tui::ui::{Focus, Ui};

impl Ui {
    /// Whether the batch is shown as a contact sheet.
    pub(crate) fn is_sheet(&self) -> bool {
        self.pictures.sheet.is_some() && !self.is_planning()
    }

    /// Shows the batch as a contact sheet, or as a table again.
    pub(crate) fn turn_sheet(&mut self) {
        if self.pictures.sheet.is_some() {
            return self.close_sheet();
        }
        self.thaw();
        let before = (self.jobs.order == Order::Status).then_some(self.jobs.order);
        if before.is_some() {
            self.jobs.order = Order::Number;
        }
        (self.pane.opened, self.focus) = (false, Focus::Jobs);
        self.pictures.sheet = Some(Sheet { before });
    }

    /// Back to the table, in the order that it had unless another was chosen meanwhile.
    pub(crate) fn close_sheet(&mut self) {
        let Some(sheet) = self.pictures.sheet.take() else { return };
        if let Some(before) = sheet.before.filter(|_| self.jobs.order == Order::Number) {
            self.jobs.order = before;
        }
    }

    /// How the sheet is laid out on this screen.
    pub(crate) fn grid(&self) -> Grid {
        Grid::of(sheet_room(Areas::of_sheet(self)).as_size(), self.paper())
    }

    /// Moves the cursor by so many rows of the sheet; in the first and the last row it stays in its column.
    pub(crate) fn move_rows(&mut self, rows: isize) {
        let across = usize::from(self.grid().across).max(1);
        let Some(last) = self.page().total.checked_sub(1) else { return };
        let place = self.current_place();
        let (row, rows) = (place / across, rows.clamp(-1_000_000_000, 1_000_000_000));
        let row = row.saturating_add_signed(rows).min(last / across);
        let to = (row * across + place % across).min(last);
        self.move_by(to.cast_signed() - place.cast_signed());
    }
}

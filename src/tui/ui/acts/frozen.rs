//! The table is held still, and moves again.

use std::time::Duration;

use crate::job::Timestamp;
use crate::tui::ui::Ui;
use crate::tui::ui::jobs::Frozen;

/// Rows that are kept before and after those on the screen.
const MORE: u16 = 500;

/// So long after the key the rest may still come: it was asked for with the key.
const SOON: Duration = Duration::from_secs(1);

impl Ui {
    /// Holds the table still.
    pub(crate) fn freeze(&mut self) {
        self.pin();
        self.jobs.frozen = Some(Frozen { page: self.snapshot.page.clone(), at: self.now, waits: true });
    }

    /// Lets the table move again, for what was asked for needs it.
    pub(crate) fn thaw(&mut self) {
        if self.jobs.frozen.take().is_some() {
            self.say("the table moves again");
        }
    }

    /// Keeps what the engine sends of the rows around, once.
    pub(in crate::tui::ui) fn fill_frozen(&mut self) {
        let page = &self.snapshot.page;
        let Some(frozen) = self.jobs.frozen.as_mut().filter(|frozen| frozen.waits) else { return };
        if self.now.since(frozen.at) > SOON {
            frozen.waits = false;
        } else if page.query.seq == self.jobs.query.seq && page.query.more > 0 {
            *frozen = Frozen { page: page.clone(), at: self.now, waits: false };
        }
    }

    /// How many rows around those on the screen the engine is asked for.
    pub(in crate::tui::ui) fn more_rows(&self) -> u16 {
        if self.jobs.frozen.as_ref().is_some_and(|frozen| frozen.waits) { MORE } else { 0 }
    }

    /// The time that the table shows.
    pub(crate) fn table_now(&self) -> Timestamp {
        self.jobs.frozen.as_ref().map_or(self.now, |frozen| frozen.at)
    }

    /// Lets a frozen table scroll as little as keeps a place in sight.
    pub(in crate::tui::ui) fn scroll_frozen(&mut self, place: usize) {
        let height = usize::from(self.jobs.query.height).max(1);
        if let Some(Frozen { page, .. }) = &mut self.jobs.frozen {
            page.top = page.top.min(place).max((place + 1).saturating_sub(height)).max(page.first);
        }
    }
}

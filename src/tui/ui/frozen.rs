//! A table that is held still: its rows and its clocks stay as they were, and some rows before and after
//! those on the screen are kept, so that one can look around.

use std::time::Duration;

use super::Ui;
use crate::engine::snapshot::Page;
use crate::job::Timestamp;

/// Rows that are kept before and after those on the screen.
const MORE: u16 = 500;
/// So long after the key the rest may still come: it was asked for with the key.
const SOON: Duration = Duration::from_secs(1);

/// The table as it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frozen {
    pub(crate) page: Page,
    /// When.
    at: Timestamp,
    /// Whether the rows around those on the screen are still to come.
    waits: bool,
}

impl Ui {
    /// Holds the table still.
    pub(crate) fn freeze(&mut self) {
        self.pin();
        self.frozen = Some(Frozen { page: self.snapshot.page.clone(), at: self.now, waits: true });
    }

    /// Lets the table move again, for what was asked for needs it.
    pub(crate) fn thaw(&mut self) {
        if self.frozen.take().is_some() {
            self.say("the table moves again");
        }
    }

    /// Keeps what the engine sends of the rows around, once.
    pub(super) fn fill_frozen(&mut self) {
        let page = &self.snapshot.page;
        let Some(frozen) = self.frozen.as_mut().filter(|frozen| frozen.waits) else { return };
        if self.now.since(frozen.at) > SOON {
            frozen.waits = false;
        } else if page.query.seq == self.query.seq && page.query.more > 0 {
            *frozen = Frozen { page: page.clone(), at: self.now, waits: false };
        }
    }

    /// How many rows around those on the screen the engine is asked for.
    pub(super) fn more_rows(&self) -> u16 {
        if self.frozen.as_ref().is_some_and(|frozen| frozen.waits) { MORE } else { 0 }
    }

    /// The time that the table shows.
    pub(crate) fn table_now(&self) -> Timestamp {
        self.frozen.as_ref().map_or(self.now, |frozen| frozen.at)
    }

    /// Lets a frozen table scroll as little as keeps a place in sight.
    pub(super) fn scroll_frozen(&mut self, place: usize) {
        let height = usize::from(self.query.height).max(1);
        if let Some(Frozen { page, .. }) = &mut self.frozen {
            page.top = page.top.min(place).max((place + 1).saturating_sub(height)).max(page.first);
        }
    }
}

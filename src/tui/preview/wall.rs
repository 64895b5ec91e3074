//! The pictures of a contact sheet: those in sight and a page around them, and as many that were seen as memory allows.

use std::collections::HashMap;

use super::{Ask, Found};

/// Memory for those that are not wanted just now, bytes.
const MOST: usize = 32 * 1024 * 1024;
/// How many are kept at most.
const COUNT: usize = 1024;

/// The pictures of a contact sheet.
#[derive(Debug, Default)]
pub(crate) struct Wall {
    kept: HashMap<Ask, Kept>,
    wanted: Vec<Ask>,
    /// What was last asked for.
    asked: Vec<Ask>,
    bytes: usize,
    /// Counts up with each that comes or is wanted.
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    found: Found,
    used: u64,
}

impl Wall {
    /// Takes in what is wanted now, the most urgent first. Gives what is to be made in place of all that was asked for
    /// before, if that is something else.
    pub(crate) fn want(&mut self, asks: Vec<Ask>) -> Option<Vec<Ask>> {
        if asks == self.wanted {
            return None;
        }
        self.wanted = asks;
        for ask in &self.wanted {
            if let Some(kept) = self.kept.get_mut(ask) {
                self.clock += 1;
                kept.used = self.clock;
            }
        }
        let missing: Vec<_> = self.wanted.iter().filter(|ask| !self.kept.contains_key(*ask)).cloned().collect();
        if missing == self.asked {
            return None;
        }
        self.asked.clone_from(&missing);
        Some(missing)
    }

    /// Takes in what was made.
    pub(crate) fn take(&mut self, ask: Ask, found: Found) {
        self.asked.retain(|asked| *asked != ask);
        self.clock += 1;
        self.bytes += bytes(&found);
        if let Some(before) = self.kept.insert(ask, Kept { found, used: self.clock }) {
            self.bytes -= bytes(&before.found);
        }
        while self.bytes > MOST || self.kept.len() > COUNT {
            let spare = self.kept.iter().filter(|(ask, _)| !self.wanted.contains(ask));
            let Some(oldest) = spare.min_by_key(|(_, kept)| kept.used).map(|(ask, _)| ask.clone()) else { return };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.bytes -= bytes(&gone.found);
            }
        }
    }

    /// What is known of a picture.
    pub(crate) fn get(&self, ask: &Ask) -> Option<&Found> {
        self.kept.get(ask).map(|kept| &kept.found)
    }
}

fn bytes(found: &Found) -> usize {
    found.as_ref().map_or(0, |print| print.bytes())
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::job::Pixels;
    use crate::picture::Part;
    use crate::tui::caps::{Depth, Images};
    use crate::tui::preview::{Paper, USUAL_FONT};

    fn asks(names: std::ops::Range<usize>) -> Vec<Ask> {
        let paper = Paper {
            images: Images::Halfblocks,
            depth: Depth::Rgb,
            unicode: true,
            passthrough: false,
            font: USUAL_FONT,
        };
        let ask = |name: usize| Ask {
            file: format!("{name}.jpg").into(),
            stamp: String::new(),
            part: Part::whole(Pixels::new(3, 2)),
            cells: Size { width: 18, height: 6 },
            paper,
        };
        names.map(ask).collect()
    }

    #[test]
    fn what_is_there_is_not_asked_for_and_nothing_is_asked_for_twice() {
        let mut wall = Wall::default();
        assert_eq!(wall.want(asks(0..4)), Some(asks(0..4)));
        assert_eq!(wall.want(asks(0..4)), None);
        for ask in asks(0..2) {
            wall.take(ask, Err("damaged".into()));
        }
        assert_eq!(wall.want(asks(0..4)), None, "the others are still in the making");
        assert_eq!(wall.want(asks(1..5)), Some(asks(2..5)));
        assert_eq!(wall.want(Vec::new()), Some(Vec::new()), "nothing is wanted any more");
        assert_eq!(wall.want(asks(0..2)), None, "both are known");
    }

    #[test]
    fn however_far_somebody_scrolls_a_bounded_number_is_kept_and_what_is_in_sight_stays() {
        let mut wall = Wall::default();
        wall.want(asks(0..9));
        for ask in asks(0..9).into_iter().chain(asks(9..5000)) {
            wall.take(ask, Err("damaged".into()));
        }
        assert!(wall.kept.len() <= COUNT && asks(0..9).iter().all(|ask| wall.get(ask).is_some()));
    }
}

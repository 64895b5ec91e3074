//! The pictures that the dashboard has: what it wants, since when, and what it still keeps.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Ask, Found, Print};
use crate::job::Timestamp;

/// How long a selection rests before its pictures are made.
const REST: Duration = Duration::from_millis(150);
/// Memory for pictures that are not on the screen, bytes.
const MOST: usize = 16 * 1024 * 1024;
/// Pictures that are kept at most.
const COUNT: usize = 64;

/// The pictures that the dashboard has.
#[derive(Debug, Default)]
pub(crate) struct Gallery {
    /// The latest last.
    kept: VecDeque<(Ask, Found)>,
    wanted: Vec<Ask>,
    /// When what is missing is asked for.
    due: Option<Timestamp>,
    /// Whether something was asked for and may still be in the making.
    asked: bool,
}

impl Gallery {
    /// Takes in what the screen shows now. Gives what is to be made: `Some` of nothing means that
    /// what was asked for is no longer wanted.
    /// Whoever goes through pictures (`at_once`) does not rest on them.
    pub(crate) fn want(&mut self, asks: Vec<Ask>, now: Timestamp, at_once: bool) -> Option<Vec<Ask>> {
        let mut stop = false;
        if asks != self.wanted {
            // Another part of the same pictures is wanted at once: somebody moves about in them.
            let same = !asks.is_empty()
                && asks.iter().all(|ask| self.wanted.iter().any(|old| old.file == ask.file && old.stamp == ask.stamp));
            self.wanted = asks;
            self.refresh();
            stop = std::mem::take(&mut self.asked);
            let rest = if same || at_once { Duration::ZERO } else { REST };
            self.due = (!self.missing().is_empty()).then(|| now.plus(rest));
        }
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            self.asked = true;
            return Some(self.missing());
        }
        stop.then(Vec::new)
    }

    /// When it is time to ask for what is missing.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// Takes in what was made.
    pub(crate) fn take(&mut self, ask: Ask, found: Found) {
        self.kept.retain(|(known, _)| *known != ask);
        self.kept.push_back((ask, found));
        self.asked &= !self.missing().is_empty();
        let used = |kept: &VecDeque<(Ask, Found)>| kept.iter().map(|(_, found)| bytes(found)).sum::<usize>();
        while self.kept.len() > COUNT || used(&self.kept) > MOST {
            let Some(place) = self.kept.iter().position(|(ask, _)| !self.wanted.contains(ask)) else { return };
            self.kept.remove(place);
        }
    }

    /// What is known of a picture.
    pub(crate) fn get(&self, ask: &Ask) -> Option<&Found> {
        self.kept.iter().find(|(known, _)| known == ask).map(|(_, found)| found)
    }

    /// The latest look at the same picture in as many cells: better than nothing for the moment that
    /// another part of it takes.
    pub(crate) fn like(&self, ask: &Ask) -> Option<&Print> {
        let alike = |known: &Ask| {
            known.file == ask.file && known.stamp == ask.stamp && known.cells == ask.cells && known.paper == ask.paper
        };
        self.kept.iter().rev().find(|(known, _)| alike(known)).and_then(|(_, found)| found.as_deref().ok())
    }

    /// What is on the screen is the last to go.
    fn refresh(&mut self) {
        for ask in &self.wanted {
            if let Some(place) = self.kept.iter().position(|(known, _)| known == ask)
                && let Some(kept) = self.kept.remove(place)
            {
                self.kept.push_back(kept);
            }
        }
    }

    fn missing(&self) -> Vec<Ask> {
        self.wanted.iter().filter(|ask| self.get(ask).is_none()).cloned().collect()
    }
}

fn bytes(found: &Found) -> usize {
    found.as_ref().map_or(0, |print| print.bytes())
}

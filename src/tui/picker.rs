//! The picker of another model: what is looked for, what was found, and what the plan's photos cost with each.

use std::collections::HashMap;
use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler as _;

use super::models::{Finding, Finds, Search};
use crate::engine::Command;
use crate::engine::snapshot::{Comparison, FolderPrice, Plan};
use crate::model::Listing;

/// The picker.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picker {
    pub(crate) words: Input,
    /// The newest search.
    seq: u64,
    pub(crate) found: Vec<Arc<Listing>>,
    pub(crate) others: usize,
    pub(crate) finding: Finding,
    /// The chosen one of those found.
    pub(crate) at: usize,
    /// The chosen one is to be taken once its price is known.
    pub(crate) waits: bool,
    compared: Compared,
}

/// What the engine was asked of prices, and what it said.
#[derive(Debug, Clone, Default)]
struct Compared {
    /// The newest question, and whether it is open.
    seq: u64,
    is_open: bool,
    /// The plan that it was about: photos, those left out, and whether more are found.
    plan: (usize, usize, bool),
    asked: Vec<Arc<Listing>>,
    prices: HashMap<String, FolderPrice>,
    photos: usize,
    keeps_model: bool,
}

impl PartialEq for Picker {
    fn eq(&self, other: &Self) -> bool {
        let of = |picker: &Self| (picker.words.value().to_owned(), picker.seq, picker.at, picker.compared.seq);
        of(self) == of(other) && self.found == other.found && self.finding == other.finding
    }
}

/// What a key did in the picker.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PickerKey {
    /// It is not the picker's.
    Not,
    /// The cursor moved, or nothing did.
    Moved,
    /// Something else is looked for.
    Find(Search),
    /// The chosen one is taken.
    Take,
    /// Nothing is.
    Close,
}

/// What of a plan its price goes by: photos, those left out, and whether more are found.
fn of_plan(plan: &Plan) -> (usize, usize, bool) {
    (plan.photos, plan.left_out.photos, plan.walking)
}

impl Picker {
    /// An empty one; its questions are numbered from here on.
    pub(crate) fn new(seq: u64) -> Self {
        Self { seq, compared: Compared { seq, ..Compared::default() }, ..Self::default() }
    }

    /// Asks for the price of the plan's photos with each that was found.
    pub(crate) fn compare(&mut self, plan: &Plan) -> Command {
        let Self { found, compared, .. } = self;
        compared.seq += 1;
        (compared.is_open, compared.plan, compared.asked) = (true, of_plan(plan), found.clone());
        Command::Compare { seq: compared.seq, models: found.clone() }
    }

    /// Whether the plan is another one than prices were asked for.
    pub(crate) fn is_to_compare(&self, plan: &Plan) -> bool {
        !self.compared.is_open && self.compared.plan != of_plan(plan) && !self.found.is_empty()
    }

    /// Whether the batch keeps its model.
    pub(crate) fn keeps_model(&self) -> bool {
        self.compared.keeps_model
    }

    /// The model under the cursor.
    pub(crate) fn chosen(&self) -> Option<&Arc<Listing>> {
        self.found.get(self.at)
    }

    /// What the plan's photos cost with a model, once that is known, and how many they are.
    pub(crate) fn price(&self, listing: &Listing) -> Option<FolderPrice> {
        self.compared.prices.get(listing.model.endpoint.as_str()).copied()
    }

    pub(crate) fn photos(&self) -> usize {
        self.compared.photos
    }

    pub(crate) fn move_by(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by).min(self.found.len().saturating_sub(1));
    }

    /// Takes a key.
    pub(crate) fn press(&mut self, event: KeyEvent, page: isize) -> PickerKey {
        self.waits = false;
        match event.code {
            KeyCode::Esc => return PickerKey::Close,
            KeyCode::Enter => return PickerKey::Take,
            KeyCode::Up | KeyCode::BackTab => self.move_by(-1),
            KeyCode::Down | KeyCode::Tab => self.move_by(1),
            KeyCode::PageUp => self.move_by(-page),
            KeyCode::PageDown => self.move_by(page),
            _ => {
                return match self.words.handle_event(&Event::Key(event)) {
                    None => PickerKey::Not,
                    Some(changed) if changed.value => PickerKey::Find(self.search()),
                    Some(_) => PickerKey::Moved,
                };
            }
        }
        PickerKey::Moved
    }

    /// Looks for the words as they are now.
    pub(crate) fn search(&mut self) -> Search {
        (self.finding, self.at) = (Finding::Asking, 0);
        self.seq += 1;
        Search { seq: self.seq, words: self.words.value().to_owned() }
    }

    /// Takes in what was found; the cursor stays on its model.
    pub(crate) fn take_in(&mut self, finds: Finds) -> bool {
        if finds.seq != self.seq {
            return false;
        }
        let on = self.chosen().map(|listing| listing.model.endpoint.clone()).filter(|_| self.at > 0);
        (self.found, self.others, self.finding) = (finds.listings, finds.others, finds.state);
        let place = on.and_then(|on| self.found.iter().position(|listing| listing.model.endpoint == on));
        self.at = place.unwrap_or(0);
        true
    }

    /// Takes in the prices that were asked for last.
    pub(crate) fn take_prices(&mut self, comparison: &Comparison) {
        let Compared { seq, is_open, asked, prices, photos, keeps_model, .. } = &mut self.compared;
        if comparison.seq != *seq || !*is_open {
            return;
        }
        (*is_open, *photos, *keeps_model) = (false, comparison.photos, !comparison.may_take);
        let name = |listing: &Arc<Listing>| listing.model.endpoint.to_string();
        *prices = asked.iter().map(name).zip(comparison.prices.iter().copied()).collect();
    }
}

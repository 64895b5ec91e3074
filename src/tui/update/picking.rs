//! Another model is looked for, priced and taken.

use std::sync::Arc;

use crate::engine::Command;
use crate::model::{Carried, Listing};
use crate::tui::models::{Finds, Search};
use crate::tui::picker::Picker;
use crate::tui::ui::plan::PlanDesk;
use crate::tui::ui::{Layer, Ui};

impl Ui {
    /// The picker, if it is in front.
    pub(crate) fn picker(&mut self) -> Option<&mut Picker> {
        if let Some(Layer::Picker(picker)) = self.layers.last_mut() { Some(picker) } else { None }
    }

    /// Opens the picker; gives what it looks for first.
    pub(crate) fn open_picker(&mut self) -> Search {
        self.asking.questions += 1;
        // Answers to an earlier picker are none to this one.
        let mut picker = Picker::new(self.asking.questions << 20);
        let search = picker.search();
        self.layers.push(Layer::Picker(Box::new(picker)));
        search
    }

    /// Takes in what was found; its prices are asked for.
    pub(crate) fn models_found(&mut self, finds: Finds) -> Option<Command> {
        if !self.picker()?.take_in(finds) {
            return None;
        }
        self.compare()
    }

    fn compare(&mut self) -> Option<Command> {
        let plan = Arc::clone(&self.snapshot.plan);
        self.picker().map(|picker| picker.compare(&plan))
    }

    /// Takes in prices that a snapshot brings; another plan has others.
    pub(crate) fn picker_updated(&mut self) -> Option<Command> {
        let snapshot = Arc::clone(&self.snapshot);
        let picker = self.picker()?;
        if let Some(comparison) = &snapshot.comparison {
            picker.take_prices(comparison);
        }
        if picker.waits && picker.chosen().is_some_and(|chosen| picker.price(chosen).is_some()) {
            return self.take_model();
        }
        picker.is_to_compare(&snapshot.plan).then(|| picker.compare(&snapshot.plan))
    }

    /// What of the parameters another model takes as well.
    pub(crate) fn carried(&self, listing: &Listing) -> Carried {
        let fields = &self.snapshot.plan.fields;
        listing.model.carry(fields.iter().filter_map(|field| Some((&field.spec, field.value.as_ref()?))))
    }

    /// Whether a model is the plan's own.
    pub(crate) fn is_planned(&self, listing: &Listing) -> bool {
        listing.model.endpoint.as_str() == self.snapshot.batch.endpoint
    }

    /// Why a model cannot be taken, if it cannot.
    pub(crate) fn refuses(&self, listing: &Listing) -> Option<&'static str> {
        let keeps = |layer: &Layer| matches!(layer, Layer::Picker(picker) if picker.keeps_model());
        if self.layers.iter().any(keeps) {
            return Some("what is sent again keeps its model");
        }
        let is_boundless = |layer: &Layer| {
            let Layer::Picker(picker) = layer else { return false };
            picker.price(listing).is_some_and(|price| price.is_boundless)
        };
        if self.layers.iter().any(is_boundless) {
            return Some("--max-output-mp needs a model that says how large its results get");
        }
        let holds = || listing.price.as_ref().is_some_and(|price| self.carried(listing).params.holds_cap(price));
        (self.snapshot.batch.budget.is_some() && !holds())
            .then_some("the cap could not be kept with its price: take the cap away first")
    }

    /// Takes the chosen model, with what it has of the parameters, and says what it has not.
    pub(crate) fn take_model(&mut self) -> Option<Command> {
        let listing = Arc::clone(self.picker()?.chosen()?);
        if self.is_planned(&listing) {
            self.layers.pop();
            self.say("it is the plan's model already");
            return None;
        }
        if let Some(why) = self.refuses(&listing) {
            self.say(why);
            return None;
        }
        let picker = self.picker()?;
        picker.waits = picker.price(&listing).is_none();
        if picker.waits {
            return None;
        }
        let Carried { kept, lost, .. } = self.carried(&listing);
        let kept = if kept.is_empty() { String::new() } else { format!("; kept: {}", kept.join(", ")) };
        let lost: Vec<_> = lost.into_iter().map(|(name, why)| format!("{name} ({why})")).collect();
        let lost = if lost.is_empty() { String::new() } else { format!("; not kept: {}", lost.join(", ")) };
        self.layers.pop();
        self.plan = PlanDesk::default();
        self.tell(format!("{} is the model{kept}{lost}", listing.model.endpoint));
        Some(Command::TakeModel(listing))
    }
}

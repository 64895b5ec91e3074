//! Keys on the plan screen: where they lead, and what is changed.

use serde_json::Value;

use crate::engine::Command;
use crate::engine::snapshot::{Choice, Cursor, Field, Order, Phase, PhotoChoice, Selection};
use crate::job::Usd;
use crate::model::ParamKind;
use crate::tui::edit::{Editing, Pressed, Reset};
use crate::tui::ui::Ui;
use crate::tui::ui::ask::{Answer, Choice as Answered, Question};
use crate::tui::ui::plan::{PlanDesk, Stop};

/// Photos that are still in and listed as the dearest.
const DEAREST: usize = 10;

impl Ui {
    /// The photos that the plan lists: the dearest, ten of them at the least that are not left out.
    pub(crate) fn photo_choices(&self) -> &[PhotoChoice] {
        let all = &self.snapshot.plan.left_out.choices;
        let tenth = all.iter().enumerate().filter(|(_, photo)| !photo.out).nth(DEAREST - 1);
        all.get(..tenth.map_or(all.len(), |(at, _)| at + 1)).unwrap_or(all)
    }

    /// Everything that the cursor can be on, in its order.
    fn stops(&self) -> Vec<Stop> {
        let plan = &self.snapshot.plan;
        let fields = (0..plan.fields.len()).map(Stop::Field);
        let losses = plan.notes.losses.iter().map(|note| Stop::Loss(note.loss));
        let photos = self.photo_choices().iter().map(|photo| Stop::Photo(photo.id));
        // A single folder is the batch itself.
        let folders = plan
            .left_out
            .folders
            .iter()
            .filter(|_| plan.left_out.folders_in_all > 1)
            .map(|folder| Stop::Folder(folder.id));
        std::iter::once(Stop::Start)
            .chain(fields)
            .chain(losses)
            .chain(photos)
            .chain(folders)
            .chain([Stop::List])
            .collect()
    }

    /// What the cursor is on. What is gone leaves it in the same part of the screen: to the start, where a
    /// key pays, it comes only by hand.
    pub(crate) fn stop(&self) -> Stop {
        let (at, stops) = (self.plan.at, self.stops());
        if stops.contains(&at) {
            return at;
        }
        stops.into_iter().find(|stop| stop.part() == at.part()).unwrap_or(Stop::List)
    }

    /// Moves the cursor by so many stops; false at the end of them. The list is a part of its own.
    pub(crate) fn move_stop(&mut self, by: isize) -> bool {
        let mut stops = self.stops();
        stops.retain(|stop| *stop != Stop::List);
        let here = self.stop();
        let at = stops.iter().position(|stop| *stop == here).unwrap_or_default();
        let next = at.saturating_add_signed(by).min(stops.len().saturating_sub(1));
        self.plan.at = stops.get(next).copied().unwrap_or_default();
        next != at
    }

    /// Moves the cursor to the first stop of the next part of the screen, or of the one before.
    pub(crate) fn move_part(&mut self, forward: bool) {
        let stops = self.stops();
        let mut parts: Vec<Stop> = Vec::new();
        for stop in stops {
            if parts.last().is_none_or(|last| last.part() != stop.part()) {
                parts.push(stop);
            }
        }
        let here = parts.iter().position(|stop| stop.part() == self.plan.at.part()).unwrap_or_default();
        let next = if forward { here + 1 } else { here + parts.len() - 1 } % parts.len().max(1);
        self.plan.at = parts.get(next).copied().unwrap_or_default();
    }

    /// Goes to the list of photos, or from it to where the cursor was before.
    pub(crate) fn turn_to_list(&mut self) {
        if self.stop() == Stop::List {
            self.plan.at = self.plan.before;
        } else {
            self.go_to_list();
        }
    }

    /// Goes to the list of photos.
    pub(crate) fn go_to_list(&mut self) {
        if self.stop() != Stop::List {
            (self.plan.before, self.plan.at) = (self.stop(), Stop::List);
        }
    }

    /// The plan was confirmed: the table begins as it always does.
    pub(crate) fn leave_plan(&mut self) {
        self.layers.clear();
        (self.plan, self.jobs.typing, self.toast) = (PlanDesk::default(), false, None);
        self.jobs.filter.reset();
        (self.jobs.order, self.jobs.reverse) = (Order::default(), false);
        (self.jobs.cursor, self.jobs.selected, self.jobs.place) = (Cursor::First, None, 0);
    }

    /// The next order: of a plan only those that tell its photos apart, and those of a plan only there.
    pub(crate) fn next_order(&self) -> Order {
        let mut next = self.jobs.order.next();
        while if self.is_planning() { matches!(next, Order::Number | Order::Time) } else { next == Order::Choice } {
            next = next.next();
        }
        next
    }

    /// Leaves out all that the list shows, or takes it in again; gives what is said, too.
    pub(crate) fn choose_shown(&self, out: bool) -> (Option<Command>, String) {
        let text = self.jobs.filter.value().trim();
        let plan = &self.snapshot.plan;
        if self.page().total == 0 {
            return (None, "no photo is shown".to_owned());
        }
        if plan.photos + plan.same.photos + plan.left_out.photos == 0 {
            return (None, "there is none that could be sent".to_owned());
        }
        let which = if text.is_empty() { "all photos".to_owned() } else { format!("all with {text} in the path") };
        let done = if out { "left out" } else { "taken in" };
        let so_far = if plan.walking { " so far" } else { "" };
        let command = Command::LeaveOut { which: Selection::Matching(text.to_owned()), out };
        (Some(command), format!("{which}{so_far}: {done}"))
    }

    /// The field under the cursor.
    pub(crate) fn field(&self) -> Option<&Field> {
        if let Stop::Field(at) = self.stop() { self.snapshot.plan.fields.get(at) } else { None }
    }

    /// Leaves out what the cursor is on, or takes it in again.
    pub(crate) fn toggle_choice(&self) -> Option<Command> {
        let plan = &self.snapshot.plan;
        let (which, is_out) = match self.stop() {
            Stop::Start | Stop::Field(_) => return None,
            Stop::List => {
                let row = self.current()?;
                (Selection::Photo(row.id), row.choice? == Choice::Out)
            }
            Stop::Loss(loss) => {
                let note = plan.notes.losses.iter().find(|note| note.loss == loss)?;
                (Selection::Losing(loss), note.photos == 0)
            }
            Stop::Photo(id) => (Selection::Photo(id), plan.left_out.choices.iter().find(|photo| photo.id == id)?.out),
            Stop::Folder(id) => {
                let folder = plan.left_out.folders.iter().find(|folder| folder.id == id)?;
                (Selection::Folder(id), folder.out == folder.photos)
            }
        };
        Some(Command::LeaveOut { which, out: !is_out })
    }

    /// Steps the field under the cursor.
    pub(crate) fn step_field(&mut self, up: bool) -> Option<Command> {
        let field = self.field()?;
        let value = Some(field.spec.stepped(self.value_of(field), up)?);
        let name = field.spec.name.clone();
        self.plan.asked = Some((name.clone(), value.clone()));
        Some(Command::Param { name, value })
    }

    /// What a parameter is set to, or will be.
    fn value_of<'a>(&'a self, field: &'a Field) -> Option<&'a Value> {
        let asked = self.plan.asked.as_ref().filter(|(name, _)| *name == field.spec.name);
        asked.map_or(&field.value, |(_, value)| value).as_ref()
    }

    /// Forgets what a parameter was set to once the snapshot says so.
    pub(crate) fn settle_field(&mut self) {
        let fields = &self.snapshot.plan.fields;
        let is_so = |name: &str, value: &Option<Value>| {
            fields.iter().any(|field| field.spec.name == name && field.value == *value)
        };
        if self.plan.asked.as_ref().is_some_and(|(name, value)| is_so(name, value)) {
            self.plan.asked = None;
        }
    }

    /// Gives the field under the cursor back its default; one that has it becomes null, if it may.
    pub(crate) fn reset_field(&mut self) -> Option<Command> {
        let field = self.field()?;
        let value = Reset::of(&field.spec, self.value_of(field))?.value();
        let (name, default) = (field.spec.name.clone(), field.spec.default.clone());
        self.plan.asked = Some((name.clone(), value.clone().or(default)));
        Some(Command::Param { name, value })
    }

    /// Begins to edit the field under the cursor; a yes or no is just turned around.
    pub(crate) fn edit_field(&mut self) -> Option<Command> {
        let field = self.field()?;
        if field.spec.kind == ParamKind::Boolean {
            return self.step_field(true);
        }
        let typed = self.value_of(field).map(|value| self.snapshot.batch.params.typed(value));
        let edit = Editing::new(&field.spec, typed.as_ref());
        (self.plan.edit, self.plan.asked) = (Some(edit), None);
        None
    }

    /// What follows for the plan from a key in the field that is edited.
    pub(crate) fn field_edited(&mut self, pressed: Pressed) -> Option<Command> {
        let edit = self.plan.edit.as_ref()?;
        let (name, is_line) = (edit.spec.name.clone(), edit.is_line());
        match pressed {
            Pressed::Not | Pressed::Typed => None,
            Pressed::Try(value) => Some(Command::Param { name, value }),
            Pressed::Take(value) => {
                self.plan.edit = None;
                Some(Command::Param { name, value })
            }
            Pressed::GiveUp(before) => {
                self.plan.edit = None;
                // What was tried is taken back; elsewhere nothing was.
                is_line.then_some(Command::Param { name, value: before })
            }
            Pressed::Say(text) => {
                self.say(text);
                None
            }
        }
    }

    /// What of the cap earlier runs of this batch have used.
    pub(crate) fn used_before(&self) -> Usd {
        let totals = &self.snapshot.totals;
        if self.snapshot.plan.changed.is_some() { Usd::ZERO } else { totals.spent.at_most + totals.reserved }
    }

    /// The cap and by how much it is too small for the plan; `None` if it is not, as far as that is known.
    pub(crate) fn over_cap(&self) -> Option<(Usd, Usd)> {
        let cap = self.snapshot.batch.budget?;
        let needed = self.snapshot.plan.costs.estimate? + self.used_before();
        (self.snapshot.plan.photos > 0 && needed > cap).then(|| (cap, needed - cap))
    }

    /// Reckoning with the price that is named, though it is in doubt; else why that cannot be.
    pub(crate) fn ask_to_trust(&self) -> Result<Question, &'static str> {
        let (plan, batch) = (&self.snapshot.plan, &self.snapshot.batch);
        let doubted = plan.costs.price.as_ref().and_then(|price| Some((price, price.source.doubt()?)));
        let Some((counts, doubt)) = doubted else { return Err("the price is not in doubt") };
        let Some(named) = &batch.named_price else { return Err("no price is named that could be taken") };
        let text = vec![
            format!("fal names {} per {}, but {}.", named.usd, named.unit, doubt.words()),
            format!("Now {} per {} counts, for the estimate and for a cap.", counts.usd, counts.unit),
        ];
        let said = format!("reckoned with {} per {}", named.usd, named.unit);
        let choices = vec![
            Answered::new('n', "no, keep the higher one", Answer::Back),
            Answered::new('y', format!("take {}", named.usd), Answer::Tell(Command::TrustPrice, said)),
        ];
        Ok(Question::new("Take the price that is named?", text, choices))
    }

    /// Whether keys go into a field of the plan.
    pub(crate) fn is_editing(&self) -> bool {
        self.plan.edit.is_some() && self.layers.is_empty() && self.snapshot.phase == Phase::Planning
    }
}

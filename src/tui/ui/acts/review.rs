//! Judging results: which of them a key is about, and what is said of it.

use crate::engine::Command;
use crate::engine::snapshot::Money;
use crate::job::{Status, Verdict};
use crate::tui::ui::Ui;
use crate::tui::ui::ask::{Outcome, word};
use crate::tui::ui::redo::RedoForm;
use crate::tui::view::words::format::plural;

impl Ui {
    /// The marked or the current result is as it should be.
    pub(crate) fn accept(&self) -> Outcome {
        if let (true, Some(row)) = (self.jobs.marks.is_empty(), self.current_by_now()) {
            return match row.state.status {
                Status::Done if row.judged.verdict == Some(Verdict::Accepted) => {
                    Outcome::Say(format!("{} is accepted already", row.path))
                }
                Status::Done | Status::Review => {
                    Outcome::Do(Command::Accept(vec![row.id]), format!("{} is accepted", row.path))
                }
                status => Outcome::Say(format!("{} is {}: nothing to accept", row.path, word(status))),
            };
        }
        self.of_marked(Command::Accept, "accepted")
    }

    /// The marked or the current result is not.
    pub(crate) fn reject(&self) -> Outcome {
        if let (true, Some(row)) = (self.jobs.marks.is_empty(), self.current_by_now()) {
            return match row.state.status {
                Status::Done | Status::Review => {
                    let said = format!("{} is rejected; it stays until it is made again", row.path);
                    Outcome::Do(Command::Reject(vec![row.id]), said)
                }
                status => Outcome::Say(format!("{} is {}: nothing to reject", row.path, word(status))),
            };
        }
        self.of_marked(Command::Reject, "rejected")
    }

    fn of_marked(&self, command: fn(Vec<crate::job::JobId>) -> Command, done: &str) -> Outcome {
        let ids = self.targets();
        if ids.is_empty() {
            return Outcome::Say("no photo is chosen".to_owned());
        }
        let said = format!("{} {done}, those that can be", plural(ids.len(), "photo", "photos"));
        Outcome::Do(command(ids), said)
    }

    /// What asks for the parameters of another go; or why there can be none.
    pub(crate) fn redo_form(&self) -> Result<RedoForm, String> {
        let Some(row) = self.current_by_now() else { return Err("no photo is chosen".to_owned()) };
        if !row.state.status.has_result() {
            return Err(format!("{} is {}: there is no result to make again", row.path, word(row.state.status)));
        }
        let Some(detail) = self.detail().filter(|detail| detail.id == row.id && !detail.redo.is_empty()) else {
            return Err("its parameters are not known yet; try again".to_owned());
        };
        let price = match row.cost {
            Some(Money::Estimated(usd) | Money::Billed(usd)) if usd > crate::job::Usd::ZERO => Some(usd),
            _ => None,
        };
        let batch = &self.snapshot.batch;
        let mut fields = detail.redo.clone();
        for value in fields.iter_mut().filter_map(|field| field.value.as_mut()) {
            *value = batch.params.typed(value);
        }
        Ok(RedoForm::new(row.id, &row.path, price, batch.sandbox, fields))
    }

    /// Whether the current row has a result.
    pub(crate) fn has_result(&self) -> bool {
        self.current().is_some_and(|row| row.state.status.has_result())
    }

    /// Whether the current row waits for a judgement.
    pub(crate) fn may_accept(&self) -> bool {
        self.current().is_some_and(|row| row.state.status == Status::Review)
    }

    /// Whether the current row has a result that is looked at: only then the footer offers what can
    /// be made of it.
    pub(crate) fn may_redo(&self) -> bool {
        let looks = self.zoom.is_some() || self.is_sheet() || self.pane_tab() == crate::tui::ui::pane::PaneTab::Preview;
        self.may_accept() || (looks && self.current().is_some_and(|row| row.state.status == Status::Done))
    }
}

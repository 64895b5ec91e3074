//! The review: where it begins and ends, and what its keys decide.

use crate::engine::Command;
use crate::engine::snapshot::{Cursor, GroupCounts, GroupKind, Order, Row, Tab};
use crate::job::{Group, JobId, Stars, Verdict};
use crate::tui::ui::ask::{Answer, Choice, Outcome, Question};
use crate::tui::ui::bulk::{Bulk, Weighing};
use crate::tui::ui::review::Review;
use crate::tui::ui::zoom::Zoom;
use crate::tui::ui::{Focus, Ui};
use crate::tui::view::words::format::{count, plural};

impl Ui {
    /// The review that is under way.
    pub(crate) fn review(&self) -> Option<Review> {
        self.zoom.and_then(|zoom| zoom.review)
    }

    /// Goes through the results, from the chosen one on if that has one; through those alone that are to be reviewed
    /// where the table shows just them.
    pub(crate) fn open_review(&mut self) {
        let totals = &self.snapshot.totals;
        if totals.of(Group::Review) + totals.of(Group::Done) == 0 {
            return self.say("there is no result to look at yet");
        }
        let is_result = |row: &Row| matches!(row.state.status.group(), Group::Review | Group::Done);
        let stays = self.is_pinned() && self.current_by_now().is_some_and(is_result);
        self.thaw();
        let before = (self.jobs.tab, self.jobs.order, self.jobs.reverse);
        self.zoom = Some(Zoom::review(Review { before, goes_on: false }));
        let only_reviews = self.jobs.tab == Tab::Only(Group::Review);
        self.jobs.tab = if only_reviews { self.jobs.tab } else { Tab::Results };
        // By number, so that no decision moves what comes next.
        (self.jobs.cause, self.jobs.order, self.jobs.reverse) = (None, Order::Number, false);
        (self.pane.opened, self.focus) = (false, Focus::Jobs);
        if stays {
            self.pin();
        } else {
            self.start_over();
        }
    }

    /// Closes pictures over the whole screen; the table is as it was before. False if there were none.
    pub(crate) fn close_zoom(&mut self) -> bool {
        let Some(zoom) = self.zoom.take() else { return false };
        if let Some(Review { before, .. }) = zoom.review {
            (self.jobs.tab, self.jobs.order, self.jobs.reverse) = before;
            self.pin();
        }
        true
    }

    /// Only what is to be reviewed, or all results.
    pub(crate) fn turn_review(&mut self) {
        if self.jobs.tab == Tab::Results {
            if self.snapshot.totals.of(Group::Review) == 0 {
                return self.say("nothing is to be reviewed");
            }
            self.jobs.tab = Tab::Only(Group::Review);
            self.say("only what is to be reviewed");
        } else {
            self.jobs.tab = Tab::Results;
            self.say("all results");
        }
        self.pin();
    }

    /// Whether a decision goes on to the next by itself.
    pub(crate) fn turn_goes_on(&mut self) {
        let Some(zoom) = &mut self.zoom else { return };
        let Some(review) = &mut zoom.review else { return };
        review.goes_on = !review.goes_on;
        let goes_on = review.goes_on;
        self.say(if goes_on { "accepting and rejecting go on to the next" } else { "they stay where they are" });
    }

    /// The next or the one before; says where it ends.
    pub(crate) fn turn_photo(&mut self, by: isize) {
        let (was, total) = (self.current_place(), self.page().total);
        self.move_by(by);
        if self.current_place() == was && total > 0 {
            self.say(if by > 0 { "this is the last one" } else { "this is the first one" });
        }
    }

    /// Marks the photo, or takes its mark away.
    pub(crate) fn mark_photo(&mut self) {
        let Some(id) = self.jobs.selected else { return };
        if !self.jobs.marks.remove(&id) {
            self.jobs.marks.insert(id);
        }
    }

    /// The result that is looked at is as it should be, or is not.
    pub(crate) fn decide(&self, verdict: Verdict) -> Outcome {
        let Some(row) = self.current() else { return Outcome::Say("no result here".to_owned()) };
        if row.judged.verdict == Some(verdict) {
            return Outcome::Say(format!("{} is {} already", row.path, verdict.name()));
        }
        let ids = vec![row.id];
        let command = match verdict {
            Verdict::Accepted => Command::Accept(ids),
            Verdict::Rejected => Command::Reject(ids),
        };
        Outcome::Do(command, format!("{} is {}; {} takes it back", row.path, verdict.name(), self.undo_key()))
    }

    fn undo_key(&self) -> String {
        self.screen.keys.shown(crate::tui::keys::Action::Undo)
    }

    /// So good is the result that is looked at.
    pub(crate) fn rate(&self, stars: Stars) -> Outcome {
        match self.current() {
            Some(row) if row.state.status.has_result() => {
                let said = match stars.rated() {
                    None => format!("{} has no stars", row.path),
                    Some(number) => format!("{}: {}", row.path, plural(number.into(), "star", "stars")),
                };
                Outcome::Do(Command::Rate(vec![row.id], stars), said)
            }
            _ => Outcome::Say("there is no result to rate".to_owned()),
        }
    }

    /// What was decided last is taken back.
    pub(crate) fn undo(&self) -> Outcome {
        match self.snapshot.review.steps {
            0 => Outcome::Say("there is nothing to take back".to_owned()),
            _ => Outcome::Do(Command::Undo, "taking it back".to_owned()),
        }
    }

    /// Says what was taken back, and in the review goes there.
    pub(crate) fn tell_undone(&mut self, before: u64) {
        let Some(undone) = self.snapshot.review.undone.clone().filter(|undone| undone.number > before) else { return };
        let steps = self.snapshot.review.steps;
        let left = if steps == 0 { String::new() } else { format!("; {} more can be", plural(steps, "step", "steps")) };
        self.say(format!("taken back, for {}{left}", plural(undone.jobs, "photo", "photos")));
        if self.review().is_some() {
            self.go_to(undone.first);
        }
    }

    /// Puts the cursor on a job, wherever that is.
    pub(crate) fn go_to(&mut self, id: JobId) {
        (self.jobs.selected, self.jobs.cursor) = (Some(id), Cursor::Job(id));
        self.pin();
    }

    /// Has the engine count whom a decision about many would be about; the question follows with its answer.
    pub(crate) fn count_groups(&mut self) -> Outcome {
        self.asking.questions += 1;
        let seq = self.asking.questions;
        self.asking.weighing = Some(Weighing { seq, what: Bulk::Judge, jobs: Vec::new() });
        let marked = self.jobs.marks.iter().copied().collect();
        Outcome::Weigh(Command::CountGroups { seq, like: self.jobs.selected, marked })
    }

    /// The question about many, if their count has come.
    pub(crate) fn group_question(&mut self) -> Option<Outcome> {
        let groups = self.snapshot.review.groups.clone()?;
        self.asking.weighing.take_if(|weighing| weighing.what == Bulk::Judge && weighing.seq == groups.seq)?;
        if !self.layers.is_empty() || self.is_leaving() {
            return None;
        }
        Some(ask_of_many(&groups))
    }
}

/// Accept or reject many? How many those are stands first.
fn ask_of_many(groups: &GroupCounts) -> Outcome {
    let of = [
        (groups.marked, GroupKind::Marked, "that are marked"),
        (groups.alike, GroupKind::Alike, "with the same reason as this one"),
        (groups.shown, GroupKind::Shown, "that the list shows"),
    ];
    let mut choices = vec![Choice::back()];
    let mut keys = '1'..='6';
    for (number, group, which) in of.into_iter().filter(|(number, ..)| *number > 0) {
        for (verdict, word) in [(Verdict::Accepted, "accept"), (Verdict::Rejected, "reject")] {
            let Some(key) = keys.next() else { continue };
            let results = plural(number, "result", "results");
            let said = format!("{results} {}", verdict.name());
            let command = Command::JudgeGroup { seq: groups.seq, group, verdict };
            choices.push(Choice::new(
                key,
                format!("{word} the {} {which}", count(number)),
                Answer::Tell(command, said),
            ));
        }
    }
    if choices.len() == 1 {
        return Outcome::Say("there is no result to decide of".to_owned());
    }
    let mut text = vec!["It costs nothing and can be taken back.".to_owned()];
    if let Some(reason) = groups.reason.as_ref().filter(|_| groups.alike > 0) {
        text.push(format!("The reason of this one: {reason}"));
    }
    Outcome::Ask(Question::new("Accept or reject many?", text, choices))
}

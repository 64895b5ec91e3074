//! The engine counts what can be done with several photos, and the person is asked.

use crate::engine::Command;
use crate::engine::snapshot::ActionPreview;
use crate::job::JobId;
use crate::tui::ui::Ui;
use crate::tui::ui::ask::{Answer, Choice, Outcome, Question};
use crate::tui::ui::bulk::{Bulk, Weighing};
use crate::tui::view::words::format::{count, plural};

impl Ui {
    /// Has the engine count what can be done; the question follows with its answer.
    pub(in crate::tui::ui) fn preview_action(&mut self, what: Bulk) -> Outcome {
        let jobs = self.targets();
        if jobs.is_empty() {
            return Outcome::Say("no photo is chosen".to_owned());
        }
        self.asking.questions += 1;
        let seq = self.asking.questions;
        self.asking.weighing = Some(Weighing { seq, what, jobs: jobs.clone() });
        Outcome::Weigh(Command::PreviewAction { seq, jobs })
    }

    /// What follows from the engine's count, if it has come. If other things are in front or other photos
    /// are meant by now, nothing does.
    pub(crate) fn action_preview(&mut self) -> Option<Outcome> {
        let action_preview = self.snapshot.action_preview?;
        let Weighing { what, jobs, .. } = self
            .asking
            .weighing
            .take_if(|weighing| weighing.what != Bulk::Judge && weighing.seq == action_preview.seq)?;
        if !self.layers.is_empty() || self.is_leaving() || jobs != self.targets() {
            return None;
        }
        let sandbox = self.snapshot.batch.sandbox;
        Some(match what {
            Bulk::Retry => retry(jobs, &action_preview, sandbox),
            Bulk::Cancel => cancel(jobs, &action_preview),
            Bulk::Judge => return None,
        })
    }
}

/// `3 photos`, or `3 of 20 photos`.
fn some(of: usize, all: usize) -> String {
    let photos = plural(all, "photo", "photos");
    if of == all { photos } else { format!("{} of {photos}", count(of)) }
}

/// That nothing can be done with any of them.
fn none(all: usize, done: &str) -> Outcome {
    Outcome::Say(if all == 1 {
        format!("it cannot be {done}")
    } else {
        format!("none of {} can be {done}", count(all))
    })
}

fn retry(jobs: Vec<JobId>, action_preview: &ActionPreview, sandbox: bool) -> Outcome {
    let ActionPreview { again, paid, anew, price, .. } = *action_preview;
    if again == 0 {
        return none(jobs.len(), "sent again");
    }
    let mut text = Vec::new();
    if paid < again {
        text.push(match price {
            _ if sandbox => "On the sandbox nothing is charged.".to_owned(),
            Some(price) => format!("It costs about {price} if all of them work this time."),
            None => "What it costs is not known.".to_owned(),
        });
    }
    if paid > 0 {
        text.push(format!("{} at fal already: not sent or paid for twice.", plural(paid, "photo is", "photos are")));
    }
    if anew > 0 && !sandbox {
        text.push(format!("{} paid for once more.", plural(anew, "photo is", "photos are")));
    }
    let said = format!("asked to send {} again", plural(again, "photo", "photos"));
    let title = format!("Send {} again?", some(again, jobs.len()));
    let choices = vec![Choice::back(), Choice::new('y', "send again", Answer::Tell(Command::Retry(jobs), said))];
    Outcome::Ask(Question::new(title, text, choices))
}

fn cancel(jobs: Vec<JobId>, action_preview: &ActionPreview) -> Outcome {
    let ActionPreview { stoppable, running, .. } = *action_preview;
    if stoppable == 0 {
        return none(jobs.len(), "cancelled");
    }
    let mut text = Vec::new();
    if stoppable < jobs.len() {
        text.push("The others have ended, or are finished at fal.".to_owned());
    }
    if running > 0 {
        text.push(format!(
            "{} at fal by now: it may bill what it has begun.",
            plural(running, "photo may run", "photos may run")
        ));
    }
    let said = format!("asked to cancel {}", plural(stoppable, "photo", "photos"));
    let title = format!("Cancel {}?", some(stoppable, jobs.len()));
    let choices = vec![Choice::back(), Choice::new('y', "cancel", Answer::Tell(Command::Cancel(jobs), said))];
    Outcome::Ask(Question::new(title, text, choices))
}

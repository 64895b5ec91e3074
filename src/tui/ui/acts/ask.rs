//! What is asked where money or work is at stake, or where a key has more than one answer.

use crate::engine::snapshot::{Money, Phase, Row};
use crate::engine::{Command, Leave};
use crate::job::{Group, JobId, Status};
use crate::tui::ui::ask::{Answer, Choice, Outcome, Question, word};
use crate::tui::ui::bulk::Bulk;
use crate::tui::ui::{Layer, Ui};
use crate::tui::view::words::format::{count, plural};

impl Ui {
    /// Leaving while work is under way; `None` if nothing is, and there is nothing to ask.
    pub(crate) fn ask_to_leave(&self) -> Option<Question> {
        let totals = &self.snapshot.totals;
        let (at_fal, active) = (totals.in_flight, totals.of(Group::Active));
        if self.is_planning() || at_fal + active == 0 {
            return None;
        }
        // A sandbox inside this process ends with it, and with it all that it was sent.
        let sandbox = self.snapshot.batch.sandbox;
        let mut text = Vec::new();
        if at_fal > 0 && sandbox {
            text.push(format!("{} at the sandbox, which ends now, too.", plural(at_fal, "request is", "requests are")));
        } else if at_fal > 0 {
            text.push(format!(
                "{} paid for.",
                plural(
                    at_fal,
                    "request is at fal now; it runs on and is",
                    "requests are at fal now; they run on and are"
                )
            ));
        } else {
            text.push(format!("{} on the way; nothing is at fal.", plural(active, "photo is", "photos are")));
        }
        text.push("The same command goes on where this run stops.".to_owned());
        let later = if sandbox { "leave; send them anew next time" } else { "leave; pick them up next time" };
        let mut choices = vec![Choice::new('y', later, Answer::Leave(Leave::Running)).or_short("leave")];
        if at_fal > 0 && !sandbox {
            let cancel = Answer::Leave(Leave::CancelQueued);
            choices.push(Choice::new('x', "cancel the queued, then leave", cancel).or_short("cancel, leave"));
        }
        choices.push(Choice::new('n', "back to the dashboard", Answer::Back).or_short("back"));
        Some(Question::new("Leave?", text, choices))
    }

    /// Stopping a batch that runs in another process, whoever else looks at it.
    pub(crate) fn ask_to_stop(&self) -> Question {
        let at_fal = self.snapshot.totals.in_flight;
        let sandbox = self.snapshot.batch.sandbox;
        let place = match self.attached.as_ref().and_then(|attached| attached.pid) {
            Some(pid) => format!("in process {pid} for everybody"),
            None => "for everybody, wherever it is worked on".to_owned(),
        };
        let mut text = vec![format!("It ends {place}; q only detaches from it.")];
        if at_fal > 0 && !sandbox {
            let runs_on = plural(at_fal, "request is at fal and runs on", "requests are at fal and run on");
            text.push(format!("{runs_on}; the same command picks up what is paid for."));
        } else {
            text.push("The same command goes on where it stops.".to_owned());
        }
        let back = Choice::new('n', "no, let it go on", Answer::Back).or_short("no");
        let mut choices = vec![back, Choice::new('y', "stop it", Answer::Leave(Leave::Running))];
        if at_fal > 0 && !sandbox {
            let cancel = Answer::Leave(Leave::CancelQueued);
            choices.push(Choice::new('x', "cancel the queued, then stop it", cancel).or_short("cancel, stop"));
        }
        Question::new("Stop the batch?", text, choices)
    }

    /// A question about leaving says how things stand now, however long it has stood there.
    pub(crate) fn renew_question(&mut self) {
        let leaves = |choice: &Choice| matches!(choice.answer, Answer::Leave(_));
        let Some(Layer::Question(stands)) = self.layers.last() else { return };
        if !stands.choices.iter().any(leaves) {
            return;
        }
        let at = stands.at;
        let of_run = || self.attached.is_some().then(|| self.ask_to_stop()).or_else(|| self.ask_to_leave());
        let renewed = of_run().unwrap_or_else(|| {
            let choices = vec![
                Choice::new('y', "leave", Answer::Leave(Leave::Running)),
                Choice::new('n', "back to the dashboard", Answer::Back).or_short("back"),
            ];
            Question::new("Leave?", vec!["Nothing is on its way any more.".to_owned()], choices)
        });
        let at = at.min(renewed.choices.len().saturating_sub(1));
        if let Some(layer) = self.layers.last_mut() {
            *layer = Layer::Question(Question { at, ..renewed });
        }
    }

    /// Starting before every photo is found: the price is not whole yet.
    pub(crate) fn ask_to_start(&self) -> Option<Question> {
        let plan = &self.snapshot.plan;
        if !plan.walking || self.snapshot.batch.sandbox || self.snapshot.batch.budget.is_some() {
            return None;
        }
        let text = vec![
            format!(
                "{} so far; the price is not whole yet, and there is no cap.",
                plural(plan.photos, "photo", "photos")
            ),
            "Whatever is still found is sent too.".to_owned(),
        ];
        let choices = vec![
            Choice::new('n', "wait until every photo is found", Answer::Back).or_short("wait"),
            Choice::new('y', "start now", Answer::Tell(Command::Start, "started".to_owned())),
        ];
        Some(Question::new("Start before every photo is found?", text, choices))
    }

    /// Sending the marked or the current photo again.
    pub(crate) fn retry(&mut self) -> Outcome {
        let ids = self.targets();
        if let (true, Some(row)) = (self.acts_on_row(), self.current()) {
            return match row.state.status {
                Status::Failed | Status::Cancelled => self.retry_at_once(ids, &row.path),
                Status::Review | Status::Unknown => {
                    Outcome::Ask(ask_to_pay_again(row, ids, self.snapshot.batch.sandbox))
                }
                status => Outcome::Say(format!("{} is {}: nothing to send again", row.path, word(status))),
            };
        }
        self.preview_action(Bulk::Retry)
    }

    /// A cursor that sits on whatever is on top may have moved since the person looked.
    fn retry_at_once(&self, ids: Vec<JobId>, path: &str) -> Outcome {
        let command = Command::Retry(ids);
        let said = format!("{path} is sent again");
        if self.is_pinned() {
            return Outcome::Do(command, said);
        }
        let choices = vec![Choice::back(), Choice::new('y', "send again", Answer::Tell(command, said))];
        Outcome::Ask(Question::new("Send again?", vec![path.to_owned()], choices))
    }

    /// Whether a key acts on the row under the cursor as it is shown. A held table shows what was.
    fn acts_on_row(&self) -> bool {
        self.jobs.marks.is_empty() && self.jobs.frozen.is_none()
    }

    /// Stopping the marked or the current photo.
    pub(crate) fn cancel(&mut self) -> Outcome {
        let ids = self.targets();
        if let (true, Some(row)) = (self.acts_on_row(), self.current()) {
            return self.cancel_one(row, ids);
        }
        self.preview_action(Bulk::Cancel)
    }

    fn cancel_one(&self, row: &Row, ids: Vec<JobId>) -> Outcome {
        let said = format!("asked to cancel {}", row.path);
        match row.state.status {
            Status::Completed | Status::Saving => {
                Outcome::Say(format!("it is being saved: {} is finished at fal", row.path))
            }
            status if !is_stoppable(status) => Outcome::Say(format!("{} is {} already", row.path, word(status))),
            Status::InProgress => Outcome::Ask(Question::new(
                "Cancel a running request?",
                vec![row.path.clone(), "fal may bill what it has begun.".to_owned()],
                vec![Choice::back(), Choice::new('y', "cancel", Answer::Tell(Command::Cancel(ids), said))],
            )),
            _ if self.is_pinned() => Outcome::Do(Command::Cancel(ids), said),
            _ => Outcome::Ask(Question::new(
                "Cancel?",
                vec![row.path.clone()],
                vec![Choice::back(), Choice::new('y', "cancel", Answer::Tell(Command::Cancel(ids), said))],
            )),
        }
    }

    /// What of the current job can be copied.
    pub(crate) fn copy(&self) -> Option<Question> {
        let row = self.current();
        let detail = self.detail().filter(|detail| Some(detail.id) == self.jobs.selected);
        let mut choices = Vec::new();
        let mut offer = |key, what: &'static str, text: Option<&str>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                let label = format!("{what}: {text}");
                choices.push(Choice::new(key, label, Answer::Copy { what, text: text.to_owned() }));
            }
        };
        let caption_of_row = row.filter(|row| row.state.status == Status::Done).map(|row| row.note.as_str());
        offer('c', "caption", detail.and_then(|detail| detail.result.caption.as_deref()).or(caption_of_row));
        offer('o', "path of the picture", detail.and_then(|detail| detail.result.files.first()).map(String::as_str));
        offer(
            'p',
            "path of the photo",
            detail.map(|detail| detail.source.as_str()).or(row.map(|row| row.path.as_str())),
        );
        offer('i', "request id", detail.and_then(|detail| detail.request.id.as_deref()));
        offer('u', "request URL", detail.and_then(|detail| detail.request.url.as_deref()));
        offer('s', "upload URL", detail.and_then(|detail| detail.request.upload_url.as_deref()));
        offer('r', "result URL", detail.and_then(|detail| detail.request.result_url.as_deref()));
        (!choices.is_empty()).then(|| Question::new("Copy what?", Vec::new(), choices))
    }
}

fn ask_to_pay_again(row: &Row, ids: Vec<JobId>, sandbox: bool) -> Question {
    let price = match row.cost {
        _ if sandbox => "On the sandbox nothing is charged.".to_owned(),
        Some(Money::Estimated(usd) | Money::Billed(usd)) => format!("It would be paid for again: about {usd}."),
        None => "It would be paid for again.".to_owned(),
    };
    let why = match row.state.status {
        Status::Unknown => "fal's answer was lost: it may be running there already.",
        _ => "Its picture is on disk, but something about it is odd.",
    };
    let said = format!("{} is sent again", row.path);
    let choices = vec![
        Choice::new('n', "no, leave it as it is", Answer::Back).or_short("no"),
        Choice::new('y', "send again", Answer::Tell(Command::Retry(ids), said)),
    ];
    let title = if sandbox { "Send again?" } else { "Send again and pay again?" };
    Question::new(title, vec![row.path.clone(), why.to_owned(), price], choices)
}

fn is_stoppable(status: Status) -> bool {
    matches!(status.group(), Group::Active | Group::Waiting | Group::Pending)
}

/// What the footer may offer: only what the current row or the marks allow.
pub(crate) fn may_retry(ui: &Ui) -> bool {
    !ui.jobs.marks.is_empty()
        || ui.current().is_some_and(|row| {
            matches!(row.state.status, Status::Failed | Status::Cancelled | Status::Review | Status::Unknown)
        })
}

/// As [`may_retry`], for cancelling.
pub(crate) fn may_cancel(ui: &Ui) -> bool {
    let ends = matches!(ui.snapshot.phase, Phase::Watching | Phase::Finished);
    !(ui.jobs.marks.is_empty() || ends)
        // While it is saved the key says so: keys that come and go by the second are hard to read.
        || ui.current().is_some_and(|row| is_stoppable(row.state.status))
}

/// How many are marked, in words.
pub(crate) fn marked(ui: &Ui) -> Option<String> {
    (!ui.jobs.marks.is_empty()).then(|| format!("{} marked", count(ui.jobs.marks.len())))
}

//! One line for each thing that people want to know, with the local time before it.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use jiff::tz::TimeZone;

use super::plan::{certain, cost, may_leave, model, pixels, to_send};
use super::summary::summary;
use super::tally::Tally;
use super::words::{cut, notice, took};
use crate::engine::snapshot::{BatchFacts, Plan, SkippedFile};
use crate::engine::{Event, JobChange, What};
use crate::job::{JobId, Status, Timestamp, clean};

/// Characters of a caption that a line shows; the whole is beside the picture.
const CAPTION: usize = 100;

/// Tells events as lines.
#[derive(Debug)]
pub(super) struct Lines {
    color: bool,
    clock: Clock,
    /// The last status told of each job that has not ended, and whether with its place in the queue.
    told: HashMap<JobId, (Status, bool)>,
    tally: Tally,
}

impl Lines {
    pub(super) fn new(color: bool, zone: TimeZone) -> Self {
        let clock = Clock { zone, second: i64::MIN, text: String::new() };
        Self { color, clock, told: HashMap::new(), tally: Tally::default() }
    }

    /// Appends what there is to say of an event.
    pub(super) fn tell(&mut self, event: &Event, out: &mut Vec<u8>) {
        let at = event.at;
        self.tally.take(at, &event.what);
        match &event.what {
            What::Opened(facts) => self.line(out, at, "BATCH", &opened(facts)),
            What::Planned { facts, plan, skipped } => self.planned(out, at, facts, plan, skipped),
            What::Job(change) => self.job(out, at, change),
            // What runners say is for the dashboard and for JSON.
            What::Log(..) => {}
            What::Notice(news) | What::Canary(_, news) => self.line(out, at, "NOTICE", notice(news).trim_end()),
            What::Ended(end) => {
                out.push(b'\n');
                out.extend_from_slice(summary(end).as_bytes());
            }
        }
    }

    fn planned(&mut self, out: &mut Vec<u8>, at: Timestamp, facts: &BatchFacts, plan: &Plan, skipped: &[SkippedFile]) {
        for file in skipped {
            self.line(out, at, "SKIPPED", &format!("{}  {}", clean(&file.path), clean(&file.reason)));
        }
        let mut text = to_send(plan);
        if plan.photos > 0 {
            let _ = write!(text, "  {}  {}", pixels(plan), cost(facts, plan));
            if let Some(certain) = certain(plan) {
                let _ = write!(text, "; {certain}");
            }
            if let Some(budget) = facts.budget.filter(|_| plan.costs.may_leave > 0) {
                let _ = write!(text, "; the budget of {budget}{}", may_leave(plan).replace(": ", " "));
            }
        }
        if let Some(few) = &facts.few_files {
            let _ = write!(text, "; open files: {few}");
        }
        self.line(out, at, "PLAN", &text);
        for note in plan.notes.lines() {
            self.line(out, at, "NOTE", &clean(&note));
        }
    }

    fn job(&mut self, out: &mut Vec<u8>, at: Timestamp, change: &JobChange) {
        // Its place in the queue is told once: each further step would be a line of its own, and the first place is none.
        let is_placed = change.status == Status::InQueue && change.queue_position.is_some_and(|place| place > 0);
        let before = self.told.get(&change.id).copied();
        let told_already = change.status != Status::Waiting
            && before.is_some_and(|(status, placed)| status == change.status && (placed || !is_placed));
        if told_already || !JobChange::is_news(change.status) {
            return;
        }
        let text = format!("#{}  {}{}", change.id, clean(&change.path), Details(change));
        self.line(out, at, change.status.name(), &text);
        if change.status.has_ended() {
            self.told.remove(&change.id);
        } else {
            self.told.insert(change.id, (change.status, is_placed));
        }
        if let Some(totals) = self.tally.due(at) {
            self.line(out, at, "TOTAL", &totals);
        }
    }

    fn line(&mut self, out: &mut Vec<u8>, at: Timestamp, word: &str, text: &str) {
        let (on, off) = if self.color { (color(word), "\x1b[0m") } else { ("", "") };
        out.extend_from_slice(self.clock.at(at).as_bytes());
        // Writing to a Vec cannot fail.
        let _ = io_line(out, format_args!("  {on}{word:<11}{off}  {text}\n"));
    }
}

fn io_line(out: &mut Vec<u8>, text: fmt::Arguments<'_>) -> std::io::Result<()> {
    std::io::Write::write_fmt(out, text)
}

fn opened(facts: &BatchFacts) -> String {
    let from = facts.from.join(", ");
    let sandbox = match &facts.elsewhere {
        _ if facts.sandbox => "  SANDBOX, nothing is charged".to_owned(),
        Some(origin) => format!("  {}, not fal", clean(origin)),
        None => String::new(),
    };
    format!("{}  {} → {}  {}{sandbox}", facts.id, clean(&from), clean(&facts.to), clean(&model(facts)))
}

/// The colour that a line's word begins with.
fn color(word: &str) -> &'static str {
    match word {
        "DONE" => "\x1b[32m",
        "FAILED" => "\x1b[31m",
        "WAITING" | "REVIEW" | "UNKNOWN" | "NOTICE" | "NOTE" => "\x1b[33m",
        "IN_QUEUE" => "\x1b[36m",
        "BATCH" | "PLAN" | "TOTAL" => "\x1b[1m",
        _ => "\x1b[2m",
    }
}

/// What there is to say of a job's state, each after two blanks.
struct Details<'a>(&'a JobChange);

impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(change) = self;
        if let Some(first) = change.files.first() {
            write!(f, " → {}", clean(&first.path.0.to_string_lossy()))?;
        }
        if change.files.len() > 1 {
            write!(f, " and {} more", change.files.len() - 1)?;
        }
        if let Some(pixels) = change.pixels() {
            write!(f, "  {pixels}")?;
        }
        if let Some(cost) = change.cost {
            write!(f, "  {cost}")?;
        }
        if let Some(same) = &change.same_as {
            write!(f, "  same picture as {}, saved before", clean(same))?;
        }
        if change.status == Status::InQueue {
            if let Some(position) = change.queue_position {
                write!(f, "  {position} before it")?;
            }
            if let Some(id) = &change.request_id {
                write!(f, "  {id}")?;
            }
        }
        if let Some(wait) = change.retry_in {
            write!(f, "  attempt {} in {}", change.attempt, took(wait))?;
        }
        if let Some(cause) = &change.cause {
            write!(f, "  {}: {}", cause.kind, clean(&cause.to_string()))?;
        }
        match change.caption() {
            Some(caption) if change.status == Status::Done => write!(f, "  {}", cut(caption, CAPTION)),
            _ => Ok(()),
        }
    }
}

/// The local time of a moment, made once a second.
#[derive(Debug)]
struct Clock {
    zone: TimeZone,
    second: i64,
    text: String,
}

impl Clock {
    fn at(&mut self, at: Timestamp) -> &str {
        let second = at.0.div_euclid(1000);
        if second != self.second {
            let moment = jiff::Timestamp::from_second(second).unwrap_or_default();
            let local = self.zone.to_datetime(moment);
            self.text = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
            self.second = second;
        }
        &self.text
    }
}

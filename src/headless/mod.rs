//! The batch as plain lines or JSON events.

mod bar;
mod batch;
mod json;
mod lines;
mod notes;
mod notice;
mod plan;
mod summary;
mod tally;
mod taskbar;
mod words;

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;

pub use json::{batch_event, early_end, plan_event};
pub use plan::plan_text;
pub use summary::summary;
pub use taskbar::CLEAR as CLEAR_TASKBAR;

use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::{Event, Summary, What};
use crate::job::Timestamp;
use bar::Bar;
use json::Json;
use lines::Lines;
use taskbar::Taskbar;

/// The JSON Schema of events, as `fal-tui config --schema` prints it.
pub const EVENTS_SCHEMA: &str = include_str!("events.schema.json");

/// In which form a batch is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A line for each thing that people want to know.
    Lines,
    /// A JSON object for each event.
    Json,
}

/// What calls for a person, as bytes for the terminal of stderr.
pub type Call = Box<dyn Fn(&str) -> String + Send + Sync>;

/// How a batch is told.
pub struct Manner {
    /// In which form.
    pub form: Form,
    /// Whether lines are coloured.
    pub color: bool,
    /// What calls for a person; `None` where stderr is no terminal.
    pub call: Option<Call>,
    /// Of which characters a bar on stderr is, from full to empty; `None` for none.
    pub bar: Option<&'static str>,
    /// Whether the terminal of stderr shows a progress in its tab or in the task bar.
    pub taskbar: bool,
}

impl Manner {
    /// Nothing but lines or JSON.
    #[must_use]
    pub fn plain(form: Form) -> Self {
        Self { form, color: false, call: None, bar: None, taskbar: false }
    }
}

impl fmt::Debug for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, color {}", self.form, self.color)
    }
}

/// The batch could not be told.
#[derive(Debug, thiserror::Error)]
pub enum HeadlessError {
    /// Standard output does not take what we write.
    #[error("the output cannot be written")]
    Write(#[source] io::Error),
}

/// How long events gather between two writes.
const PAUSE: Duration = Duration::from_millis(50);
/// Events that are taken at once, and so written with one `write`: of a model that answers at once there come ten thousand a second.
const AT_ONCE: usize = 4096;

/// Tells a batch until it has ended, all but the end: what is the last word is told with
/// [`Told::end`], once everything is written down. Events that are there are written together;
/// nothing waits in a buffer.
///
/// `None` if nobody listens any more (a closed pipe, as of `| head`) or if the engine went away
/// without an end.
///
/// # Errors
/// If `out` cannot be written. What `err` does is nobody's concern.
pub async fn tell(
    mut events: mpsc::Receiver<Event>,
    manner: Manner,
    mut out: impl Write,
    mut err: impl Write,
) -> Result<Option<Told>, HeadlessError> {
    let Manner { form, color, call, bar, taskbar } = manner;
    let (mut bar, mut taskbar) = (Bar::new(bar), Taskbar::new(taskbar));
    let mut teller = match form {
        Form::Lines => Teller::Lines(Lines::new(color, TimeZone::system())),
        Form::Json => Teller::Json(Json::default()),
    };
    let (mut news, mut text, mut messages) = (Vec::with_capacity(AT_ONCE), Vec::new(), String::new());
    let mut noticed = Vec::new();
    loop {
        let got = tokio::time::timeout(taskbar.stands(), events.recv_many(&mut news, AT_ONCE)).await;
        if got == Ok(0) {
            break;
        }
        let mut ended = None;
        for event in news.drain(..) {
            if let What::Notice(notice) | What::Canary(_, notice) = &event.what {
                noticed.push(notice.kind);
                if let Some(call) = call.as_ref().filter(|_| notice.kind.needs_a_person()) {
                    messages.push_str(&call(&notice.message));
                }
            }
            bar.take(&event);
            taskbar.take(&event);
            match event.what {
                What::Ended(summary) => ended = Some(summary),
                _ => teller.tell(&event, &mut text, &mut messages),
            }
        }
        let written =
            if text.is_empty() { Ok(()) } else { bar.above(|| out.write_all(&text).and_then(|()| out.flush())) };
        match written {
            Ok(()) => text.clear(),
            Err(error) => {
                let _ = err.write_all(taskbar.clears().as_bytes());
                return if error.kind() == ErrorKind::BrokenPipe { Ok(None) } else { Err(HeadlessError::Write(error)) };
            }
        }
        match &ended {
            Some(_) => messages.push_str(taskbar.clears()),
            None => taskbar.write(got.is_err(), &mut messages),
        }
        // A full or closed stderr is no reason to end a batch.
        if !messages.is_empty() {
            let _ = bar.above(|| err.write_all(messages.as_bytes()).and_then(|()| err.flush()));
        }
        messages.clear();
        if let Some(summary) = ended {
            bar.end();
            return Ok(Some(Told { teller, summary, noticed, call }));
        }
        // What happens meanwhile is written with one `write`, and this thread is not woken for each of it.
        tokio::time::sleep(PAUSE).await;
    }
    let _ = err.write_all(taskbar.clears().as_bytes());
    Ok(None)
}

/// A batch that was told, and has its last word to come.
pub struct Told {
    teller: Teller,
    summary: Summary,
    /// What was told of already.
    noticed: Vec<NoticeKind>,
    call: Option<Call>,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told").field("teller", &self.teller).field("summary", &self.summary).finish_non_exhaustive()
    }
}

impl Told {
    /// Tells the end: `exit` is the process's status, and `notice` what could not be written down.
    ///
    /// # Errors
    /// If `out` cannot be written. What `err` does is nobody's concern.
    pub fn end(
        self,
        at: Timestamp,
        exit: u8,
        notice: Option<Notice>,
        mut out: impl Write,
        mut err: impl Write,
    ) -> Result<(), HeadlessError> {
        let Self { mut teller, summary, noticed, call } = self;
        let mut text = Vec::new();
        let mut messages = call.map(|call| call(&summary::brief(&summary))).unwrap_or_default();
        match &mut teller {
            Teller::Lines(_) => teller.tell(&Event { at, what: What::Ended(summary) }, &mut text, &mut messages),
            Teller::Json(json) => {
                // To people the failure is told by the program itself. One cause is told once: a full disk that
                // stopped the batch keeps its records from being written, too.
                if let Some(notice) = notice.filter(|notice| !noticed.contains(&notice.kind)) {
                    json.tell(&Event { at, what: What::Notice(notice) }, &mut text);
                }
                json::end(at, &summary, exit, &mut text);
                messages.push_str(&self::summary(&summary));
            }
        }
        let written = out.write_all(&text).and_then(|()| out.flush());
        let _ = err.write_all(messages.as_bytes()).and_then(|()| err.flush());
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(HeadlessError::Write(error)),
            _ => Ok(()),
        }
    }
}

#[derive(Debug)]
enum Teller {
    Lines(Lines),
    Json(Json),
}

impl Teller {
    /// Appends an event to `text`, and what a person should read beside it to `messages`.
    fn tell(&mut self, event: &Event, text: &mut Vec<u8>, messages: &mut String) {
        match self {
            Self::Lines(lines) => lines.tell(event, text),
            Self::Json(json) => {
                json.tell(event, text);
                match &event.what {
                    What::Notice(notice) | What::Canary(_, notice) => messages.push_str(&words::notice(notice)),
                    What::Opened(_) | What::Planned { .. } | What::Job(_) | What::Log(..) | What::Ended(_) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

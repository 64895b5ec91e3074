//! What is said outside of the screen, in the terminal's title, in the progress of its tab, and by its bell or a message
//! on the desktop: the same as the header says, for whoever looks at other windows.

use std::io::{self, Write};

use super::caps::{Alert, Outside};
use super::state::State;
use super::ui::Ui;
use super::view::words::ascii;
use super::view::words::format::percent;
use super::view::words::text::safe;
use crate::engine::snapshot::NoticeKind;
use crate::job::Group;

/// What a progress shows (`OSC 9;4`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// None.
    Gone,
    /// It goes on.
    Running(u64),
    /// Nothing goes on until a person does something.
    Error(u64),
    /// It is paused, or waits.
    Paused(u64),
}

/// What is said outside of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    title: Option<String>,
    progress: Option<Progress>,
    /// Some terminals take a progress away that is not heard of for a quarter of a minute.
    turn: i64,
    alert: Alert,
    /// What calls for a person: why, `None` at the end, and in words.
    call: Option<(Option<NoticeKind>, String)>,
    /// Whether anything was begun: at a plan there is a person.
    begun: bool,
}

/// How long a progress stands by itself, ms.
const STANDS: i64 = 8_000;

impl Said {
    /// What is to be said now.
    pub(super) fn now(ui: &Ui) -> Self {
        let Outside { title, progress, alert } = ui.screen.caps.outside;
        let state = State::of(&ui.snapshot);
        let progress = progress.then(|| progress_of(ui, &state));
        Self {
            title: title.then(|| title_of(ui, &state)),
            turn: if matches!(progress, None | Some(Progress::Gone)) { 0 } else { ui.now.0.div_euclid(STANDS) },
            progress,
            alert,
            call: match &state {
                State::NeedsYou(kind) => Some((Some(*kind), line_of(ui, &state))),
                State::Finished => Some((None, line_of(ui, &state))),
                _ => None,
            },
            begun: state != State::Planning,
        }
    }

    /// Says it, as far as it is not said already.
    pub(super) fn write(&self, before: Option<&Self>, out: &mut impl Write) -> io::Result<()> {
        if let Some(title) = &self.title
            && before.and_then(|before| before.title.as_ref()) != Some(title)
        {
            write!(out, "\x1b]2;{title}\x1b\\")?;
        }
        let called = |said: &Self| said.call.as_ref().map(|(why, _)| *why);
        if let Some((why, text)) = &self.call
            && before.is_some_and(|before| before.begun && called(before) != Some(*why))
        {
            out.write_all(self.alert.bytes(text).as_bytes())?;
        }
        let is_due = before.is_none_or(|before| (before.progress, before.turn) != (self.progress, self.turn));
        match self.progress.filter(|_| is_due) {
            None => Ok(()),
            Some(Progress::Gone) => write!(out, "\x1b]9;4;0\x1b\\"),
            Some(Progress::Running(share)) => write!(out, "\x1b]9;4;1;{share}\x1b\\"),
            Some(Progress::Error(share)) => write!(out, "\x1b]9;4;2;{share}\x1b\\"),
            Some(Progress::Paused(share)) => write!(out, "\x1b]9;4;4;{share}\x1b\\"),
        }
    }
}

/// Keeps the title that there is, so that it can be given back (xterm: window manipulation).
pub(super) fn begin(outside: Outside, out: &mut impl Write) -> io::Result<()> {
    if outside.title { out.write_all(b"\x1b[22;2t") } else { Ok(()) }
}

/// Takes all of it back. A terminal that keeps no titles is left without one, for the shell to set.
pub(super) fn end(outside: Outside, out: &mut impl Write) -> io::Result<()> {
    if outside.progress {
        out.write_all(b"\x1b]9;4;0\x1b\\")?;
    }
    if outside.title { out.write_all(b"\x1b]2;\x1b\\\x1b[23;2t") } else { Ok(()) }
}

fn share(ui: &Ui) -> u64 {
    let of = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    percent(of(ui.snapshot.totals.ended()), of(ui.snapshot.totals.photos()))
}

fn progress_of(ui: &Ui, state: &State) -> Progress {
    match state {
        State::Planning | State::Watching | State::Finished => Progress::Gone,
        State::Running | State::Finishing | State::Leaving => Progress::Running(share(ui)),
        State::WaitingForFal | State::Paused(_) => Progress::Paused(share(ui)),
        State::NeedsYou(_) => Progress::Error(share(ui)),
    }
}

fn title_of(ui: &Ui, state: &State) -> String {
    let title = format!("{} · fal-tui", line_of(ui, state));
    if ui.screen.caps.unicode { title } else { ascii::flat(&title) }
}

/// The state comes first: tabs are narrow.
fn line_of(ui: &Ui, state: &State) -> String {
    let mut words = state.words();
    if let Some(cause) = state.cause() {
        words.extend([": ", cause]);
    }
    match state {
        State::Planning | State::Leaving => {}
        State::Watching | State::Finished => {
            for (group, word) in [(Group::Failed, "failed"), (Group::Review, "to review")] {
                match ui.snapshot.totals.of(group) {
                    0 => {}
                    number => words.extend([", ", &number.to_string(), " ", word]),
                }
            }
        }
        _ => words.extend([" ", &share(ui).to_string(), " %"]),
    }
    let from = ui.snapshot.batch.from.first().map(|from| format!(" · {}", safe(from))).unwrap_or_default();
    let line = format!("{words}{from}");
    if ui.screen.caps.unicode { line } else { ascii::flat(&line) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::snapshot::{Notice, NoticeKind, Phase, Snapshot};
    use crate::job::{Status, Timestamp};
    use crate::tui::caps::Caps;
    use crate::tui::fixtures::{CAPS, Desk, row};

    fn desk(change: impl FnOnce(&mut Snapshot)) -> Desk {
        let statuses = [Status::Done, Status::Failed, Status::InProgress, Status::Pending, Status::Pending];
        let rows = (1..).zip(statuses).map(|(n, status)| row(n, "a.jpg", status)).collect();
        Desk::new(120, 36, rows).with(change)
    }

    fn written(desk: &Desk, before: Option<&Said>) -> String {
        let mut bytes = Vec::new();
        Said::now(&desk.ui).write(before, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap().replace('\x1b', "^")
    }

    fn paused(kind: Option<NoticeKind>) -> impl FnOnce(&mut Snapshot) {
        move |snapshot| {
            snapshot.phase = Phase::Paused("by you".to_owned());
            snapshot.notice = kind.map(|kind| Notice { kind, message: "m".to_owned(), action: String::new() });
        }
    }

    #[test]
    fn title_and_progress_say_what_the_header_says() {
        let from = desk(|_| {}).ui.snapshot.batch.from.first().unwrap().clone();
        for (desk, title, progress) in [
            (desk(|_| {}), "▸ running 40 %", "1;40"),
            (desk(paused(None)), "║ paused: by you 40 %", "4;40"),
            (desk(paused(Some(NoticeKind::Offline))), "║ paused: by you 40 %", "4;40"),
            (desk(paused(Some(NoticeKind::BudgetReached))), "! needs you: cap reached 40 %", "2;40"),
            (desk(|snapshot| snapshot.phase = Phase::Planning), "planning", "0"),
            (desk(|snapshot| snapshot.phase = Phase::Finished), "✓ finished, 1 failed", "0"),
        ] {
            let wanted = format!("^]2;{title} · {from} · fal-tui^\\^]9;4;{progress}^\\");
            assert_eq!(written(&desk, None), wanted);
        }
    }

    #[test]
    fn what_is_said_is_not_said_again_but_for_a_progress_that_would_fade() {
        let mut desk = desk(|_| {});
        let before = Said::now(&desk.ui);
        assert_eq!(written(&desk, Some(&before)), "");
        desk.ui.set_clock(Timestamp(desk.ui.now.0 + STANDS));
        assert_eq!(written(&desk, Some(&before)), "^]9;4;1;40^\\");
    }

    #[test]
    fn a_person_is_called_once_when_one_is_needed_and_at_the_end() {
        let rings = |desk: &Desk, before: &Desk| written(desk, Some(&Said::now(&before.ui))).contains('\x07');
        let (running, planning) = (desk(|_| {}), desk(|snapshot| snapshot.phase = Phase::Planning));
        let needy = |kind| desk(paused(Some(kind)));
        let finished = desk(|snapshot| snapshot.phase = Phase::Finished);
        assert!(rings(&needy(NoticeKind::BudgetReached), &running) && rings(&finished, &running));
        assert!(rings(&needy(NoticeKind::DiskLow), &needy(NoticeKind::BudgetReached)));
        assert!(rings(&finished, &needy(NoticeKind::DiskLow)));
        for (now, before) in [
            (&needy(NoticeKind::DiskLow), &needy(NoticeKind::DiskLow)),
            (&finished, &finished),
            (&running, &needy(NoticeKind::DiskLow)),
            (&needy(NoticeKind::Offline), &running),
            // Nothing was to be done: who started it sees that.
            (&finished, &planning),
        ] {
            assert!(!rings(now, before));
        }
        assert!(!written(&finished, None).contains('\x07'), "it is there already");
    }

    #[test]
    fn a_terminal_that_has_neither_gets_nothing_and_one_without_unicode_plain_letters() {
        let mut desk = desk(|snapshot| {
            let mut facts = (*snapshot.batch).clone();
            facts.from = vec!["a\x1b]2;b\x07\u{9c}é".to_owned()];
            snapshot.batch = facts.into();
        });
        desk.ui.screen.caps = Caps { outside: Outside::default(), ..CAPS };
        assert_eq!(written(&desk, None), "");
        let mut bytes = Vec::new();
        begin(Outside::default(), &mut bytes).unwrap();
        end(Outside::default(), &mut bytes).unwrap();
        assert_eq!(bytes, b"");
        desk.ui.screen.caps = Caps { unicode: false, ..CAPS };
        let title = Said::now(&desk.ui).title.unwrap();
        assert!(title.is_ascii() && title.chars().all(|c| !c.is_control()), "{title:?}");
    }
}

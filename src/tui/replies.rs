//! What a terminal answers to nobody's question (it asked for a program that has left, or a program
//! on its other end did): strings that begin with OSC, DCS, APC, PM or SOS. crossterm knows none of
//! them and gives their letters as keys. They are dropped whole, in however many pieces they come.
//!
//! A key and the begin of a string can be the same bytes: Alt-P is `ESC P`. What follows tells them
//! apart: nobody types two letters within [`BURST`], and nobody types what all answers begin with.
//! Until that is clear keys are held, for a moment only.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::time::Instant;

/// Esc is held for so long, since what follows may make it the begin of a string.
const ESCAPE: Duration = Duration::from_millis(100);
/// Two letters within this are no person's.
const BURST: Duration = Duration::from_millis(15);
/// What may be the begin of a string is held for so long, and so long after an Esc it may still be one.
const OPENING: Duration = Duration::from_secs(1);
/// A string of which nothing came for so long is over.
const PIECE: Duration = Duration::from_secs(2);
/// No answer is longer, in letters; the longest is a clipboard's.
const LONGEST: usize = 1 << 20;

/// Tells answers of the terminal from keys.
#[derive(Debug, Default)]
pub(super) struct Replies {
    state: State,
    /// When the last event came.
    last: Option<Instant>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Keys,
    /// Esc came.
    Escape { at: Instant, held: Option<KeyEvent> },
    /// What may be the begin of a string came.
    Opening { at: Instant, held: Vec<KeyEvent>, kind: Kind, start: String },
    /// In a string.
    Inside { kind: Kind, letters: usize, escaped: bool },
}

/// How a string begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `ESC [`; crossterm takes in those that come in one piece.
    Control,
    /// `ESC ]`
    System,
    /// `ESC P`
    Device,
    /// `ESC _`
    Application,
    /// `ESC ^` and `ESC X`, which no terminal is known to answer with.
    Other,
}

/// How far a begin is known.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// Nobody types this.
    Yes,
    /// What follows decides.
    Perhaps,
    /// No answer begins so.
    No,
}

impl Kind {
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            '[' => Self::Control,
            ']' => Self::System,
            'P' => Self::Device,
            '_' => Self::Application,
            '^' | 'X' => Self::Other,
            _ => return None,
        })
    }

    /// The same as one letter (ECMA-48: C1), which is on no keyboard.
    fn of_single(letter: char) -> Option<Self> {
        Some(match letter {
            '\u{9d}' => Self::System,
            '\u{90}' => Self::Device,
            '\u{9f}' => Self::Application,
            '\u{9e}' | '\u{98}' => Self::Other,
            _ => return None,
        })
    }

    /// Whether an answer begins so (xterm: control sequences; kitty: graphics protocol).
    fn begins(self, start: &str) -> Known {
        let mut letters = start.chars();
        let (first, second) = (letters.next(), letters.next());
        match (self, first, second) {
            (Self::Control, Some('?' | '<' | '=' | '>' | '0'..='9'), _)
            | (Self::Application, Some('G'), Some(_))
            | (Self::Device, Some('0'..='9'), Some('0'..='9' | ';' | '$' | '+' | '!' | '|' | '{'))
            | (Self::Device, Some('>' | '!' | '$' | '+'), Some(_))
            | (Self::System, Some('l' | 'L' | 'I'), Some(_)) => Known::Yes,
            (Self::System, Some('0'..='9'), Some(_)) => match start.trim_start_matches(|c: char| c.is_ascii_digit()) {
                "" => Known::Perhaps,
                rest if rest.starts_with(';') => Known::Yes,
                _ => Known::No,
            },
            (_, None, _)
            | (Self::Application, Some('G'), None)
            | (Self::Device, Some('0'..='9' | '>' | '!' | '$' | '+'), None)
            | (Self::System, Some('0'..='9' | 'l' | 'L' | 'I'), None) => Known::Perhaps,
            _ => Known::No,
        }
    }
}

/// The letter of a key that is one, without Ctrl and Alt.
fn letter(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(letter) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(letter),
        _ => None,
    }
}

/// The letter that comes after ESC in one piece with it.
fn escaped(key: &KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(letter) if key.modifiers - KeyModifiers::SHIFT == KeyModifiers::ALT => Some(letter),
        _ => None,
    }
}

fn is_escape(key: &KeyEvent) -> bool {
    key.code == KeyCode::Esc && key.modifiers.is_empty()
}

fn is_bell(key: &KeyEvent) -> bool {
    key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL
}

impl Replies {
    /// Takes what came; gives what of it, and of what was held, is a person's or another event.
    pub(super) fn take(&mut self, event: Event, now: Instant) -> Vec<Event> {
        // Time lets go on its own, and only while nothing more has come: a terminal that took no frame for
        // a while held up the reading, not what was sent.
        let mut out = Vec::new();
        let fast = self.last.replace(now).is_some_and(|last| now - last <= BURST);
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.key(key, fast, now, &mut out),
            other => {
                // Whatever it is, it stands in no string.
                self.give_up(&mut out);
                out.push(other);
            }
        }
        out
    }

    /// When something that is held is to be let go.
    pub(super) fn due(&self) -> Option<Instant> {
        match &self.state {
            State::Keys => None,
            State::Escape { at, held: Some(_) } => Some(*at + ESCAPE),
            State::Escape { at, held: None } | State::Opening { at, .. } => Some(*at + OPENING),
            State::Inside { .. } => self.last.map(|last| last + PIECE),
        }
    }

    /// Gives what has been held for long enough.
    pub(super) fn let_go(&mut self, now: Instant) -> Vec<Event> {
        let mut out = Vec::new();
        while self.due().is_some_and(|due| due <= now) {
            match &mut self.state {
                // It acts, but what follows may still tell that it was none.
                State::Escape { held: held @ Some(_), .. } => out.extend(held.take().map(Event::Key)),
                _ => self.give_up(&mut out),
            }
        }
        out
    }

    /// It was no string, or one that has no end.
    fn give_up(&mut self, out: &mut Vec<Event>) {
        match std::mem::take(&mut self.state) {
            State::Escape { held, .. } => out.extend(held.map(Event::Key)),
            State::Opening { held, .. } => out.extend(held.into_iter().map(Event::Key)),
            State::Keys | State::Inside { .. } => {}
        }
    }

    fn key(&mut self, key: KeyEvent, fast: bool, now: Instant, out: &mut Vec<Event>) {
        match &mut self.state {
            State::Keys => self.open(key, now, out),
            State::Escape { held, .. } => {
                // `ESC [` in time is taken for what it is; a person's comes later.
                let is_held = held.is_some();
                match letter(&key).and_then(Kind::of) {
                    Some(Kind::Control) if is_held => self.enter(Kind::Control),
                    Some(kind) => {
                        let held = held.take().into_iter().chain([key]).collect();
                        self.state = State::Opening { at: now, held, kind, start: String::new() };
                    }
                    None => {
                        self.give_up(out);
                        self.open(key, now, out);
                    }
                }
            }
            State::Opening { held, kind, start, at } => {
                let kind = *kind;
                let Some(letter) = letter(&key) else {
                    // Only a string is ended by what ends strings.
                    let is_empty = start.is_empty() && (is_bell(&key) || escaped(&key) == Some('\\'));
                    if is_empty && fast {
                        self.state = State::Keys;
                    } else {
                        self.give_up(out);
                        self.open(key, now, out);
                    }
                    return;
                };
                start.push(letter);
                held.push(key);
                *at = now;
                match kind.begins(start) {
                    Known::Yes => self.enter_with(kind, letter),
                    Known::Perhaps | Known::No if fast && kind != Kind::Control => self.enter(kind),
                    Known::Perhaps => {}
                    Known::No => self.give_up(out),
                }
            }
            State::Inside { .. } => self.inside(key, now, out),
        }
    }

    fn open(&mut self, key: KeyEvent, now: Instant, out: &mut Vec<Event>) {
        if is_escape(&key) {
            self.state = State::Escape { at: now, held: Some(key) };
        } else if let Some(kind) = escaped(&key).and_then(Kind::of) {
            self.state = State::Opening { at: now, held: vec![key], kind, start: String::new() };
        } else if let Some(kind) = letter(&key).and_then(Kind::of_single) {
            self.enter(kind);
        } else {
            out.push(Event::Key(key));
        }
    }

    fn enter(&mut self, kind: Kind) {
        self.state = State::Inside { kind, letters: 0, escaped: false };
    }

    /// In a control sequence the letter that tells what it is may be its last.
    fn enter_with(&mut self, kind: Kind, letter: char) {
        self.enter(kind);
        if kind == Kind::Control && ends_control(letter) {
            self.state = State::Keys;
        }
    }

    fn inside(&mut self, key: KeyEvent, now: Instant, out: &mut Vec<Event>) {
        let State::Inside { kind, letters, escaped: after_escape } = &mut self.state else { return };
        *letters += 1;
        let is_end = if *kind == Kind::Control {
            letter(&key).is_some_and(ends_control)
        } else {
            is_bell(&key)
                || escaped(&key) == Some('\\')
                || letter(&key).is_some_and(|letter| letter == '\u{9c}' || (*after_escape && letter == '\\'))
        };
        if is_end {
            self.state = State::Keys;
            return;
        }
        if *after_escape || letter(&key).is_none() {
            if is_escape(&key) && !*after_escape && *kind != Kind::Control {
                *after_escape = true;
                return;
            }
            // An answer holds letters only: it has broken off, and this is a key or another's begin.
            self.state = if *after_escape { State::Escape { at: now, held: None } } else { State::Keys };
            self.key(key, false, now, out);
        } else if *letters > LONGEST {
            self.state = State::Keys;
        }
    }
}

/// ECMA-48: the final byte of a control sequence.
fn ends_control(letter: char) -> bool {
    ('@'..='~').contains(&letter)
}

#[cfg(test)]
#[path = "replies_tests.rs"]
mod tests;

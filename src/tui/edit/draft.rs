//! A value while it is typed: the first letter takes the place of what stood there, unless another key
//! comes first.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::backend::crossterm::EventHandler as _;
use tui_input::{Input, InputRequest};

use crate::job::clean;

/// Letters that are taken from the clipboard at once.
const PASTE: usize = 200;

/// A value while it is typed.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    input: Input,
    /// Nothing was typed yet.
    is_fresh: bool,
}

impl Draft {
    pub(crate) fn new(text: String) -> Self {
        Self { is_fresh: !text.is_empty(), input: Input::new(text) }
    }

    pub(crate) fn value(&self) -> &str {
        self.input.value()
    }

    /// Whether a letter would take the place of all of it.
    pub(crate) fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Takes a key; true if the text is another one now.
    pub(crate) fn press(&mut self, event: KeyEvent) -> bool {
        let is_letter = matches!(event.code, KeyCode::Char(_))
            && !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        self.touch(is_letter);
        self.input.handle_event(&Event::Key(event)).is_some_and(|changed| changed.value)
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.touch(true);
        paste(&mut self.input, text);
    }

    fn touch(&mut self, is_letter: bool) {
        if std::mem::take(&mut self.is_fresh) && is_letter {
            self.input.reset();
        }
    }

    /// What stands before the cursor, and what after it.
    pub(crate) fn parts(&self) -> (String, String) {
        parts(&self.input)
    }
}

/// Puts a text from the clipboard where the cursor is.
pub(crate) fn paste(input: &mut Input, text: &str) {
    for c in clean(text).chars().take(PASTE) {
        input.handle(InputRequest::InsertChar(c));
    }
}

/// What stands before the cursor, and what after it.
pub(crate) fn parts(input: &Input) -> (String, String) {
    let (value, cursor) = (input.value(), input.cursor());
    (value.chars().take(cursor).collect(), value.chars().skip(cursor).collect())
}

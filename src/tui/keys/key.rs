//! Keys, as terminals send them and as people write them.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers, in the one form that equal key presses have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// The keys that have a name: how it is written in the settings, and how it is shown.
const NAMED: [(KeyCode, &str, &str); 16] = [
    (KeyCode::Up, "up", "↑"),
    (KeyCode::Down, "down", "↓"),
    (KeyCode::Left, "left", "←"),
    (KeyCode::Right, "right", "→"),
    (KeyCode::Enter, "enter", "Enter"),
    (KeyCode::Esc, "esc", "Esc"),
    (KeyCode::Tab, "tab", "Tab"),
    (KeyCode::BackTab, "shift-tab", "S-Tab"),
    (KeyCode::Char(' '), "space", "Space"),
    (KeyCode::Backspace, "backspace", "Backspace"),
    (KeyCode::Delete, "delete", "Del"),
    (KeyCode::Insert, "insert", "Ins"),
    (KeyCode::Home, "home", "Home"),
    (KeyCode::End, "end", "End"),
    (KeyCode::PageUp, "pgup", "PgUp"),
    (KeyCode::PageDown, "pgdn", "PgDn"),
];

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self {
            code: event.code,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        }
    }
}

/// Not the name of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key; keys are single characters, `ctrl-d`, `f5`, `space`, `enter`, `pgdn` and the like")]
pub struct NoKey(String);

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-").filter(|after| !after.is_empty()) {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = rest.strip_prefix("alt-").filter(|after| !after.is_empty()) {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        let no_key = || NoKey(crate::job::clean(text).into_owned());
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(single), None) if !single.is_control() && single != ' ' => KeyCode::Char(single),
            _ => named(rest).or_else(|| function_key(rest)).ok_or_else(no_key)?,
        };
        Ok(Self { code, ctrl, alt })
    }
}

fn named(text: &str) -> Option<KeyCode> {
    NAMED.iter().find(|(_, name, _)| *name == text).map(|(code, ..)| *code)
}

fn function_key(text: &str) -> Option<KeyCode> {
    let number = text.strip_prefix('f')?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

/// As people read it: `Ctrl-d`, `PgDn`, `↓`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match (NAMED.iter().find(|(code, ..)| *code == self.code), self.code) {
            (Some((.., shown)), _) => f.write_str(shown),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(n)) => write!(f, "F{n}"),
            (None, other) => write!(f, "{other}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_what_terminals_send() {
        let pressed = |code, modifiers| Key::from(KeyEvent::new(code, modifiers));
        for (text, key, shown) in [
            ("j", pressed(KeyCode::Char('j'), KeyModifiers::NONE), "j"),
            ("G", pressed(KeyCode::Char('G'), KeyModifiers::SHIFT), "G"),
            ("-", pressed(KeyCode::Char('-'), KeyModifiers::NONE), "-"),
            ("ctrl-d", pressed(KeyCode::Char('d'), KeyModifiers::CONTROL), "Ctrl-d"),
            ("ctrl--", pressed(KeyCode::Char('-'), KeyModifiers::CONTROL), "Ctrl--"),
            ("space", pressed(KeyCode::Char(' '), KeyModifiers::NONE), "Space"),
            ("shift-tab", pressed(KeyCode::BackTab, KeyModifiers::SHIFT), "S-Tab"),
            ("pgdn", pressed(KeyCode::PageDown, KeyModifiers::NONE), "PgDn"),
            ("f1", pressed(KeyCode::F(1), KeyModifiers::NONE), "F1"),
            ("й", pressed(KeyCode::Char('й'), KeyModifiers::NONE), "й"),
        ] {
            assert_eq!(text.parse(), Ok(key), "{text}");
            assert_eq!(key.to_string(), shown);
        }
        for text in ["", "ctrl-", "hyper-x", "f99", "jj", " ", "\u{1b}"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }
}

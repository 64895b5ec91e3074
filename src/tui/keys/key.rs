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

/// Why a text cannot be bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// Not the name of a key.
    #[error("`{0}` is no key; keys are single characters, `ctrl-d`, `f5`, `space`, `enter`, `pgdn` and the like")]
    Unknown(String),
    /// A key that never gets here as itself.
    #[error("`{key}` cannot be bound: {why}")]
    Taken {
        /// The key.
        key: Key,
        /// What it is instead.
        why: &'static str,
    },
}

/// What terminals send for these is another key's code, or it is ours already.
const TAKEN: [(char, &str); 5] = [
    ('c', "it always leaves"),
    ('m', "terminals send it as Enter"),
    ('i', "terminals send it as Tab"),
    ('h', "many terminals send it as Backspace"),
    ('[', "terminals send it as Esc"),
];

impl FromStr for Key {
    type Err = NoKey;

    /// Names and modifiers in any case, as they are written in the settings or shown in the help; a
    /// single character is itself.
    fn from_str(text: &str) -> Result<Self, NoKey> {
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            if let Some(after) = without_prefix(rest, "ctrl-") {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = without_prefix(rest, "alt-") {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = named(rest).or_else(|| match (chars.next(), chars.next()) {
            // With Ctrl, terminals do not tell small letters from capitals.
            (Some(single), None) if ctrl => Some(KeyCode::Char(single.to_ascii_lowercase())),
            (Some(single), None) => Some(KeyCode::Char(single)),
            _ => function_key(rest),
        });
        let is_sent =
            |code: &KeyCode| !matches!(code, KeyCode::Char(c) if c.is_control() || (*c == ' ' && rest == " "));
        let code = code.filter(is_sent).ok_or_else(|| NoKey::Unknown(crate::job::clean(text).into_owned()))?;
        let key = Self { code, ctrl, alt };
        match TAKEN.iter().find(|(c, _)| ctrl && code == KeyCode::Char(*c)) {
            Some((_, why)) => Err(NoKey::Taken { key, why }),
            None => Ok(key),
        }
    }
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, after) = text.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && !after.is_empty()).then_some(after)
}

fn named(text: &str) -> Option<KeyCode> {
    let is_named = |name: &str| name.eq_ignore_ascii_case(text);
    NAMED.iter().find(|(_, name, shown)| is_named(name) || is_named(shown)).map(|(code, ..)| *code)
}

fn function_key(text: &str) -> Option<KeyCode> {
    let number = text.strip_prefix(['f', 'F'])?.parse().ok()?;
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
        for (text, same) in [
            ("Ctrl-P", "ctrl-p"),
            ("CTRL-PGDN", "ctrl-pgdn"),
            ("Enter", "enter"),
            ("PgDn", "pgdn"),
            ("S-Tab", "shift-tab"),
            ("↓", "down"),
            ("F5", "f5"),
        ] {
            assert_eq!(text.parse::<Key>(), same.parse(), "{text}");
        }
        assert_ne!("G".parse::<Key>(), "g".parse());
        for text in ["ctrl-c", "Ctrl-M", "ctrl-i", "ctrl-h", "ctrl-["] {
            let why = text.parse::<Key>().unwrap_err().to_string();
            assert!(why.contains("cannot be bound: "), "{why}");
        }
        for text in ["", "ctrl-", "hyper-x", "f99", "jj", " ", "\u{1b}"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }
}

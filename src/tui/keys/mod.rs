//! Which key does what: the table of actions, and the bindings in force.

mod action;
mod key;

use std::collections::BTreeMap;

pub use action::{Action, Context, Section};
pub use key::{Key, NoKey};

/// The bindings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    bindings: Vec<(Action, Vec<Key>)>,
}

/// Why bindings from the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyMapError {
    /// No action of that name.
    #[error("`{0}` is no action\nhint: the help (`?`) and `fal-tui config --keys` list them")]
    NoAction(String),
    /// Not a key.
    #[error("cannot bind `{action}`")]
    NoKey {
        /// To which action.
        action: &'static str,
        /// What was given.
        source: NoKey,
    },
    /// One key for two actions that can be done in the same place.
    #[error("`{key}` is bound to both `{first}` and `{second}`")]
    Conflict {
        /// The key.
        key: String,
        /// One action.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

impl KeyMap {
    /// The default bindings with some replaced: action's name → keys.
    ///
    /// # Errors
    /// If a name is no action, a text is no key, or a key would do two things in one place.
    pub fn with(changes: &BTreeMap<String, Vec<String>>) -> Result<Self, KeyMapError> {
        if let Some(name) = changes.keys().find(|name| Action::from_name(name).is_none()) {
            return Err(KeyMapError::NoAction(crate::job::clean(name).into_owned()));
        }
        let read = |action: Action, text: &str| {
            text.parse::<Key>().map_err(|source| KeyMapError::NoKey { action: action.name(), source })
        };
        let mut bindings = Vec::with_capacity(Action::ALL.len());
        for action in Action::ALL {
            let keys: Result<Vec<Key>, _> = match changes.get(action.name()) {
                Some(texts) => texts.iter().map(|text| read(*action, text)).collect(),
                None => action.default_keys().iter().map(|text| read(*action, text)).collect(),
            };
            bindings.push((*action, keys?));
        }
        let map = Self { bindings };
        map.conflict().map_or(Ok(map), Err)
    }

    fn conflict(&self) -> Option<KeyMapError> {
        let pairs = self
            .bindings
            .iter()
            .enumerate()
            .flat_map(|(i, first)| self.bindings.iter().skip(i + 1).map(move |second| (first, second)));
        pairs
            .filter(|((a, _), (b, _))| Context::ALL.iter().any(|context| a.is_in(*context) && b.is_in(*context)))
            .find_map(|((a, keys), (b, others))| {
                let key = keys.iter().find(|key| others.contains(key))?;
                Some(KeyMapError::Conflict { key: key.to_string(), first: a.name(), second: b.name() })
            })
    }

    /// What a key does here.
    #[must_use]
    pub fn action(&self, context: Context, key: Key) -> Option<Action> {
        self.bindings
            .iter()
            .find(|(action, keys)| keys.contains(&key) && action.is_in(context))
            .map(|(action, _)| *action)
    }

    /// The keys that do an action, the first one being the one to show.
    #[must_use]
    pub fn keys(&self, action: Action) -> &[Key] {
        self.bindings.iter().find(|(known, _)| *known == action).map_or(&[], |(_, keys)| keys)
    }

    /// The key to show for an action; empty if it has none.
    #[must_use]
    pub fn shown(&self, action: Action) -> String {
        self.keys(action).first().map(ToString::to_string).unwrap_or_default()
    }
}

impl Default for KeyMap {
    fn default() -> Self {
        // A test holds that the defaults can be read and do not clash.
        Self::with(&BTreeMap::new()).unwrap_or(Self { bindings: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    fn change(action: &str, key: &str) -> Result<KeyMap, KeyMapError> {
        KeyMap::with(&BTreeMap::from([(action.to_owned(), vec![key.to_owned()])]))
    }

    #[test]
    fn the_default_bindings_are_keys_and_never_clash() {
        let map = KeyMap::with(&BTreeMap::new()).unwrap();
        for action in Action::ALL {
            assert!(!map.keys(*action).is_empty(), "{}", action.name());
            assert_eq!(Action::from_name(action.name()), Some(*action));
        }
    }

    #[test]
    fn a_key_means_one_thing_in_one_place_and_may_mean_another_elsewhere() {
        let map = KeyMap::default();
        let enter = Key::from(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
        assert_eq!(map.action(Context::Plan, enter), Some(Action::Start));
        assert_eq!(map.action(Context::Jobs, enter), Some(Action::Open));
        assert_eq!(map.action(Context::Overlay, enter), None);
    }

    #[test]
    fn bindings_from_the_settings_replace_the_defaults() {
        let map = change("pause", "P").unwrap();
        assert_eq!(map.shown(Action::Pause), "P");
        assert_eq!(map.action(Context::Jobs, "p".parse().unwrap()), None);
    }

    #[test]
    fn clashes_are_refused_with_both_names() {
        let error = change("pause", "r").unwrap_err().to_string();
        assert!(error.contains("`retry`") && error.contains("`pause`") && error.contains("`r`"), "{error}");
        assert!(matches!(change("paws", "p"), Err(KeyMapError::NoAction(name)) if name == "paws"));
        assert!(matches!(change("pause", "pp"), Err(KeyMapError::NoKey { action: "pause", .. })));
    }
}

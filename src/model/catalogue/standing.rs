//! Where a model stands in fal's catalogue.

use serde::{Deserialize, Serialize};

use crate::job::EndpointId;

/// Where a model stands in fal's catalogue, and which one fal names in its place, if it does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Standing {
    /// It is there to stay.
    #[default]
    Active,
    /// It may be gone soon.
    Deprecated(Option<EndpointId>),
    /// It is gone: nothing is sent to it.
    Retired(Option<EndpointId>),
}

impl Standing {
    /// As the catalogue calls it. Only active and deprecated are documented (fal docs: platform, models): of the others
    /// those words that say so mean that it is gone.
    #[must_use]
    pub fn of(name: &str, successor: Option<EndpointId>) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "deprecated" => Self::Deprecated(successor),
            "retired" | "removed" | "disabled" | "inactive" | "archived" | "sunset" => Self::Retired(successor),
            _ => Self::Active,
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated(_) => "deprecated",
            Self::Retired(_) => "retired",
        }
    }

    /// The model that fal names in its place.
    #[must_use]
    pub fn successor(&self) -> Option<&EndpointId> {
        match self {
            Self::Active => None,
            Self::Deprecated(other) | Self::Retired(other) => other.as_ref(),
        }
    }

    /// Whether it can be run no more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Retired(_))
    }

    /// What is to be said of a model; nothing of one that is there to stay.
    #[must_use]
    pub fn said(&self, model: &str) -> Option<String> {
        let in_place = self.successor().map(|other| format!("; in its place there is {other}")).unwrap_or_default();
        match self {
            Self::Active => None,
            Self::Deprecated(_) => Some(format!("fal has marked {model} as deprecated: it may be gone soon{in_place}")),
            Self::Retired(_) => Some(format!("fal has retired {model}: it can be run no more{in_place}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_said_with_what_is_there_in_its_place() {
        let other = || EndpointId::new("a/new").ok();
        let said = |name: &str, other| Standing::of(name, other).said("a/old");
        assert_eq!((said("active", None), said("", other())), (None, None));
        assert_eq!(
            said("deprecated", other()).as_deref(),
            Some("fal has marked a/old as deprecated: it may be gone soon; in its place there is a/new")
        );
        assert_eq!(said("removed", None).as_deref(), Some("fal has retired a/old: it can be run no more"));
        assert!(Standing::of("retired", None).is_gone() && !Standing::of("Deprecated", None).is_gone());
    }
}

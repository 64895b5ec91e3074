//! Why a model does not take a parameter.

/// A parameter that the model does not have or does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// No such parameter. Models ignore unknown ones silently, which would be paid for.
    #[error("{model} has no parameter `{name}`{}\nhint: it has {known}", did_you_mean(.close.as_deref()))]
    Unknown {
        /// The model.
        model: String,
        /// What was given.
        name: String,
        /// All that it has.
        known: String,
        /// The one that looks most like it.
        close: Option<String>,
    },
    /// Not what the parameter takes.
    #[error("`{name}` cannot be `{value}`: {model} takes {takes}")]
    OutOfRange {
        /// The model.
        model: String,
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What it takes.
        takes: String,
    },
    /// The model does nothing without it.
    #[error("{model} needs `{name}`: {takes}\nhint: `-p {name}=…` gives it")]
    Missing {
        /// The model.
        model: String,
        /// The parameter.
        name: String,
        /// What it takes.
        takes: String,
    },
    /// The field that we fill in ourselves.
    #[error("`{0}` is set for each photo by fal-tui and cannot be given")]
    Reserved(String),
    /// A field that has one value for a reason.
    #[error("`{name}` stays {value}: {why}")]
    Pinned {
        /// The parameter.
        name: String,
        /// What it stays.
        value: String,
        /// Why.
        why: &'static str,
    },
    /// A text that is to be filled in for each photo and cannot be.
    #[error(
        "`{name}` has `{found}`, which stands for nothing of a photo\nhint: it takes {known}; a brace itself is written twice, `{{{{`"
    )]
    Slot {
        /// The parameter.
        name: String,
        /// What stands in it.
        found: String,
        /// All that it could hold.
        known: String,
    },
    /// Not of the form NAME=VALUE.
    #[error("`{0}` is no NAME=VALUE, as in `-p upscale_factor=4`")]
    NoPair(String),
}

fn did_you_mean(close: Option<&str>) -> String {
    close.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

//! The form in which a caption is changed where no program is set for that.

use serde_json::Value;

use crate::job::JobId;
use crate::model::{ParamKind, ParamSpec};
use crate::tui::edit::{Editing, Pressed};

/// What is said of a photo's result, as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Whose.
    pub job: JobId,
    /// The photo, below its folder.
    pub path: String,
    /// What is said of it.
    pub text: String,
}

/// What came of a caption that was to be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// No program is set for it.
    Here(Edit),
    /// It is this from now on.
    Text(Edit, String),
    /// It was not, and why.
    Failed(Edit, String),
}

/// A caption while it is changed.
#[derive(Debug, Clone)]
pub(crate) struct CaptionForm {
    pub(crate) edit: Edit,
    pub(crate) editing: Editing,
}

impl PartialEq for CaptionForm {
    fn eq(&self, other: &Self) -> bool {
        self.edit == other.edit
    }
}

impl CaptionForm {
    /// Begins to change one.
    pub(crate) fn new(edit: Edit) -> Self {
        let kind = ParamKind::Text { length: crate::model::Length::default(), long: true };
        let about = "what is said of the picture from now on; left empty, it is what the model said".to_owned();
        let spec = ParamSpec { about, ..ParamSpec::new("caption", kind) };
        let editing = Editing::new(&spec, Some(&Value::from(edit.text.as_str())));
        Self { edit, editing }
    }

    /// What a key came to.
    pub(crate) fn ended(pressed: Pressed) -> Ended {
        match pressed {
            Pressed::Take(value) => Ended::As(value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()),
            Pressed::GiveUp(_) => Ended::AsItWas,
            Pressed::Not | Pressed::Typed | Pressed::Try(_) | Pressed::Say(_) => Ended::Not,
        }
    }
}

/// How the form ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did not.
    Not,
    /// The caption stays.
    AsItWas,
    /// It is this.
    As(String),
}

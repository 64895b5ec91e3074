//! What lies on the disk of a result, in a job's row: one picture and one text have columns of their own; what
//! is more than that, or has other names, is kept beside them as JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::job::{NamedText, Saved, SavedFile};

/// What the columns for a file and a text do not say.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Beside<'a> {
    /// What the model calls the first file.
    pub(crate) role: Cow<'a, str>,
    pub(crate) further: Cow<'a, [SavedFile]>,
    pub(crate) texts: Cow<'a, [NamedText]>,
}

impl Beside<'_> {
    /// What is beside a result's columns, as JSON; `None` where they hold all of it.
    pub(crate) fn of(saved: &Saved) -> Option<String> {
        let beside = Beside {
            role: Cow::Borrowed(&*saved.first.role),
            further: Cow::Borrowed(&*saved.further),
            texts: Cow::Borrowed(&*saved.texts),
        };
        let told = Self::of_columns(saved.caption());
        let is_told = (&beside.role, &beside.further, &beside.texts) == (&told.role, &told.further, &told.texts);
        if is_told { None } else { serde_json::to_string(&beside).ok() }
    }

    /// What is beside them where nothing is said of it.
    pub(crate) fn of_columns(caption: Option<&str>) -> Beside<'static> {
        let texts = caption.map(|text| NamedText { role: NamedText::CAPTION.into(), text: text.into() });
        Beside {
            role: Cow::Borrowed(SavedFile::PICTURE),
            further: Cow::Borrowed(&[]),
            texts: Cow::Owned(texts.into_iter().collect()),
        }
    }
}

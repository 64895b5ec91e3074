//! What a model gave, in a job's row: a picture and a text have columns of their own, as they had in the
//! first formats; what is more than that, or has other names, is kept as a list.

use crate::job::{Answer, Artifact, NamedText, Pixels, SavedFile};

/// An answer's artifacts as JSON; `None` where the columns hold all of them.
pub(in crate::ledger) fn as_list(answer: &Answer) -> Option<String> {
    let is_told =
        answer.picture().is_some_and(|(url, pixels)| of_columns(url, pixels, answer.text()) == answer.artifacts);
    if is_told { None } else { serde_json::to_string(&answer.artifacts).ok() }
}

/// The artifacts that the columns hold.
pub(in crate::ledger) fn of_columns(url: &str, pixels: Option<Pixels>, text: Option<&str>) -> Box<[Artifact]> {
    let text = text.map(|text| Artifact::text(NamedText::CAPTION, text));
    [Artifact::picture(SavedFile::PICTURE, url, pixels)].into_iter().chain(text).collect()
}

//! What becomes of webhooks on their way.

use serde::Deserialize;

use super::form::{OneOrMore, Wrong};
use super::meaning::globs;
use super::when::{Per, When};

/// What becomes of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sandbox) enum Post {
    /// First comes one that somebody else signed; what is told again is fal's.
    Forged,
    /// First comes one that was signed ten minutes ago; what is told again is of now.
    Late,
    /// Once it is heard, it comes again to the letter.
    Replayed,
    /// Once it is heard, it comes again, signed anew.
    Duplicate,
    /// It never comes.
    Lost,
}

/// It, as it is written: `[[webhook]]`. The requests that it fits are counted in the order in which they end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookForm {
    is: Post,
    file: Option<OneOrMore>,
    #[serde(default)]
    after: u64,
    first: Option<u64>,
}

impl WebhookForm {
    /// What it means.
    ///
    /// # Errors
    /// What makes no sense, for a person.
    pub(super) fn into_parts(self) -> Result<(When, Post), Wrong> {
        let Self { is, file, after, first } = self;
        let file = globs("file", file.as_ref())?;
        let (calls, per) = (vec!["webhook"], Per::All);
        Ok((When { calls, file, model: None, input: None, attempt: None, after, first, per }, is))
    }
}

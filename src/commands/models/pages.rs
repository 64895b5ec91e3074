//! fal's list of models, page by page, each with its schema.

use crate::fal::{Fal, FalError, Listed};

/// Models on a page.
const PAGE: &str = "20";

/// What is looked for, and where the next page begins.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    fal: &'a Fal,
    words: Option<&'a str>,
    category: Option<&'a str>,
    cursor: Option<String>,
    is_over: bool,
}

impl<'a> Pages<'a> {
    /// Those that words fit, of a category, if one is named.
    pub(super) fn new(fal: &'a Fal, words: Option<&'a str>, category: Option<&'a str>) -> Self {
        Self { fal, words, category, cursor: None, is_over: false }
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// As every call.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Listed>>, FalError> {
        if self.is_over {
            return Ok(None);
        }
        let mut query = vec![("limit", PAGE), ("status", "active"), ("expand", "openapi-3.0")];
        query.extend(self.words.map(|words| ("q", words)));
        query.extend(self.category.map(|category| ("category", category)));
        query.extend(self.cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = self.fal.models(&query).await?;
        (self.is_over, self.cursor) = (page.next.is_none() || page.models.is_empty(), page.next);
        Ok(Some(page.models))
    }

    /// Whether there is no further page.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }
}

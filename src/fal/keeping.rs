//! What fal keeps of a batch, and under which tags it counts it: asked for with each upload and each paid call
//! (fal docs: queue, storage, request tags).

use std::time::Duration;

use http::HeaderValue;
use reqwest::RequestBuilder;
use serde::{Deserialize, Serialize};

use super::Fal;

/// Keeps neither what is asked nor what is answered.
const STORE: &str = "x-fal-store-io";
/// How long what comes out stays.
const OF_RESULTS: &str = "x-fal-object-lifecycle-preference";
/// How long what goes up stays.
const OF_UPLOADS: &str = "x-fal-object-lifecycle";
/// `k=v,k2=v2`. Bad ones are dropped silently, so that they are checked here.
const TAGS: &str = "x-fal-tags";

/// Tags that a person may set: ten in all, and the batch is one.
pub const MOST_TAGS: usize = 9;
/// All of them, bytes.
const LONGEST: usize = 1024;
/// The tag that is ours.
pub const BATCH_TAG: &str = "fal-tui-batch";

/// What fal is to keep.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Keeping {
    /// Neither what is asked nor what is answered, but for a short while.
    pub no_store: bool,
    /// How long uploads and results stay, seconds, if that is bounded.
    pub expire_s: Option<u64>,
    /// Whether results are deleted once they are saved.
    pub delete_after: bool,
    /// Names and values.
    pub tags: Vec<(String, String)>,
}

/// What cannot be a tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTag {
    /// No `=`, or nothing before it.
    #[error("takes NAME=VALUE, such as project=wedding")]
    Form,
    /// A character that would end it.
    #[error("takes letters, digits and `-_.:/@+ ` in names and values")]
    Character,
    /// fal's own.
    #[error("begins with `fal`, which fal and fal-tui keep for themselves")]
    Reserved,
}

impl Keeping {
    /// Whether it asks for nothing.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Reads a tag.
    ///
    /// # Errors
    /// If it cannot be one.
    pub fn tag(text: &str) -> Result<(String, String), InvalidTag> {
        let (name, value) = text.split_once('=').ok_or(InvalidTag::Form)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || value.is_empty() {
            return Err(InvalidTag::Form);
        }
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/@+ ".contains(c));
        if !is_plain(name) || !is_plain(value) {
            return Err(InvalidTag::Character);
        }
        if name.starts_with("fal.") || name == BATCH_TAG {
            return Err(InvalidTag::Reserved);
        }
        Ok((name.to_owned(), value.to_owned()))
    }

    /// Whether the tags are more than fal takes, which would drop them without a word.
    #[must_use]
    pub fn is_too_much(&self) -> bool {
        // With room for our own.
        self.tags.len() > MOST_TAGS || self.tags_text().len() + BATCH_TAG.len() + 22 > LONGEST
    }

    /// With the batch among the tags, if there are any.
    #[must_use]
    pub fn of_batch(mut self, batch: &impl ToString) -> Self {
        if !self.tags.is_empty() {
            self.tags.push((BATCH_TAG.to_owned(), batch.to_string()));
        }
        self
    }

    fn tags_text(&self) -> String {
        let pairs: Vec<_> = self.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join(",")
    }

    fn lifecycle(&self) -> Option<String> {
        self.expire_s.map(|seconds| format!("{{\"expiration_duration_seconds\":{seconds}}}"))
    }

    /// What is to be said of it before anything is sent.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.no_store {
            notes.push(
                "fal keeps neither requests nor answers (--no-store): a result is there for minutes, at most an hour; \
                 what a run that is killed does not fetch by then, and a lost answer, neither the next run nor \
                 `recover` can find, though it is paid for"
                    .to_owned(),
            );
        }
        if let Some(seconds) = self.expire_s {
            notes.push(format!(
                "uploads and results are gone from fal after {} (--expire): a photo that waits longer in fal's queue \
                 fails unpaid and goes up again, and a result that is not fetched by then is lost",
                words(Duration::from_secs(seconds))
            ));
        }
        if self.delete_after {
            let rest = if self.expire_s.is_some() { "" } else { "; --expire bounds them" };
            notes.push(format!(
                "results are deleted at fal once they are saved (--delete-after), for which the key must be an admin's; \
                 fal deletes no uploads{rest}"
            ));
        }
        notes
    }
}

/// `90 min`, `12 h`, `7 d`.
fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds.is_multiple_of(86_400) => format!("{} d", seconds / 86_400),
        seconds if seconds.is_multiple_of(3600) => format!("{} h", seconds / 3600),
        seconds if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

impl Fal {
    /// A client that asks fal to keep just this.
    #[must_use]
    pub fn keeping(self, keeping: Keeping) -> Self {
        Self { keeping: keeping.into(), ..self }
    }

    /// A paid call that says what is to be kept.
    pub(super) fn paid(&self, request: RequestBuilder) -> RequestBuilder {
        let kept = self.keeping.no_store.then(|| (STORE, "0".to_owned()));
        let lifecycle = self.keeping.lifecycle().map(|text| (OF_RESULTS, text));
        let tags = (!self.keeping.tags.is_empty()).then(|| (TAGS, self.keeping.tags_text()));
        kept.into_iter().chain(lifecycle).chain(tags).fold(request, with)
    }

    /// An upload that says how long it stays.
    pub(super) fn staying(&self, request: RequestBuilder) -> RequestBuilder {
        self.keeping.lifecycle().map(|text| (OF_UPLOADS, text)).into_iter().fold(request, with)
    }
}

fn with(request: RequestBuilder, (name, text): (&'static str, String)) -> RequestBuilder {
    // Checked where they were read: visible ASCII.
    match HeaderValue::from_str(&text) {
        Ok(value) => request.header(name, value),
        Err(_) => request,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_name_and_a_value_that_fal_takes() {
        assert_eq!(Keeping::tag(" project = spring 26 ").unwrap(), ("project".to_owned(), "spring 26".to_owned()));
        for (bad, why) in [
            ("project", InvalidTag::Form),
            ("=x", InvalidTag::Form),
            ("a=", InvalidTag::Form),
            ("a=b,c", InvalidTag::Character),
            ("a=b=c", InvalidTag::Character),
            ("é=b", InvalidTag::Character),
            ("fal.a=b", InvalidTag::Reserved),
            ("fal-tui-batch=9", InvalidTag::Reserved),
        ] {
            assert_eq!(Keeping::tag(bad).unwrap_err(), why, "{bad}");
        }
        let many = |number: usize| Keeping { tags: vec![("a".into(), "b".into()); number], ..Keeping::default() };
        assert!(!many(9).is_too_much() && many(10).is_too_much());
        let long = Keeping { tags: vec![("a".into(), "b".repeat(1000))], ..Keeping::default() };
        assert!(long.is_too_much());
    }

    #[test]
    fn times_are_said_in_their_largest_unit() {
        let said = [90, 5400, 43_200, 604_800].map(|seconds| words(Duration::from_secs(seconds)));
        assert_eq!(said, ["90 s", "90 min", "12 h", "7 d"]);
    }
}

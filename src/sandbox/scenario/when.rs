//! When a fault happens: to which kind of call, for which photo, for the how-manieth time.

use std::ops::RangeInclusive;
use std::sync::Arc;

use globset::GlobSet;
use uuid::Uuid;

/// What a call is about, as far as it is known when it comes in.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct Subject {
    /// The name that the photo was uploaded under.
    pub(in crate::sandbox) file: Option<Arc<str>>,
    /// BLAKE3 of the photo's bytes, in hex.
    pub(in crate::sandbox) input: Option<Arc<str>>,
    /// The endpoint.
    pub(in crate::sandbox) model: Option<Arc<str>>,
    /// Which paid request for this photo it belongs to, from 1.
    pub(in crate::sandbox) attempt: Option<u32>,
    /// The request.
    pub(in crate::sandbox) request: Option<Uuid>,
}

/// By what calls of one kind are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Per {
    /// For each photo's name by itself.
    File,
    /// For each request by itself.
    Request,
    /// All together.
    All,
}

/// The occasion of a fault. What is not given fits everything.
#[derive(Debug, Clone)]
pub(super) struct When {
    pub(super) calls: Vec<&'static str>,
    pub(super) file: Option<GlobSet>,
    pub(super) model: Option<GlobSet>,
    pub(super) input: Option<String>,
    pub(super) attempt: Option<RangeInclusive<u32>>,
    pub(super) after: u64,
    pub(super) first: Option<u64>,
    pub(super) per: Per,
}

impl When {
    /// Whether a call is of the kind that is meant.
    pub(super) fn fits(&self, kind: &str, subject: &Subject) -> bool {
        let glob = |glob: &Option<GlobSet>, text: &Option<Arc<str>>| match (glob, text) {
            (None, _) => true,
            (Some(glob), Some(text)) => glob.is_match(text.as_ref()),
            (Some(_), None) => false,
        };
        self.calls.contains(&kind)
            && glob(&self.file, &subject.file)
            && glob(&self.model, &subject.model)
            && self
                .input
                .as_deref()
                .is_none_or(|start| subject.input.as_deref().is_some_and(|input| input.starts_with(start)))
            && self.attempt.as_ref().is_none_or(|range| subject.attempt.is_some_and(|attempt| range.contains(&attempt)))
    }

    /// What a call is counted under: its kind, and what the fault counts by.
    pub(super) fn scope(&self, kind: &str, subject: &Subject) -> Box<str> {
        let by = match self.per {
            Per::File => subject.file.as_deref().unwrap_or_default().to_owned(),
            Per::Request => subject.request.map(|id| id.to_string()).unwrap_or_default(),
            Per::All => String::new(),
        };
        format!("{kind} {by}").into()
    }

    /// Whether the fault happens to the call that is the `seen`th to fit, from 1.
    pub(super) fn in_window(&self, seen: u64) -> bool {
        seen > self.after && self.first.is_none_or(|first| seen <= self.after.saturating_add(first))
    }
}

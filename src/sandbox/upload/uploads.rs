//! Uploads under way, and the tokens for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use crate::sandbox::clock::Moment;
use crate::sandbox::files::Lifecycle;
use crate::sandbox::lock::lock;

/// Tokens that were given out and uploads that have begun.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Uploads {
    pub(super) tokens: Mutex<HashMap<String, Moment>>,
    pub(super) begun: Mutex<HashMap<String, Begun>>,
}

/// A file whose bytes are still to come.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    pub(super) name: Arc<str>,
    pub(super) content_type: Arc<str>,
    pub(super) lifecycle: Lifecycle,
    /// What its URLs must carry: a signature, or the id of the multipart upload.
    pub(super) secret: String,
    pub(super) parts: BTreeMap<u32, String>,
}

impl Uploads {
    /// What a file that is still to come will be called.
    pub(in crate::sandbox) fn name_of(&self, segment: &str) -> Option<Arc<str>> {
        let id = segment.split_once('_').map_or(segment, |(id, _)| id);
        lock(&self.begun).get(id).map(|begun| begun.name.clone())
    }
}

//! What the room keeps.

use crate::engine::review::history::History;
use crate::engine::review::writing::Writing;

/// What people made of results in this run.
#[derive(Debug, Default)]
pub(in crate::engine) struct Review {
    pub(in crate::engine) history: History,
    pub(in crate::engine) writing: Writing,
}

//! What people make of results: what was decided and can be taken back, which photos are meant together, and whose files
//! are still to say it.

pub(super) mod groups;
pub(super) mod history;
pub(super) mod state;
pub(super) mod writing;

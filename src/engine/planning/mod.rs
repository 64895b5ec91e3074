//! What a plan says of each photo, while photos arrive and a person changes it.

pub(super) mod another_model;
pub(super) mod count;
pub(super) mod edit;
pub(super) mod row;
pub(super) mod state;

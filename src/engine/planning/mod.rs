//! The plan while photos arrive and a person changes it.

pub(super) mod arrive;
pub(super) mod edit;
pub(super) mod model;
pub(super) mod row;
pub(super) mod sibling;
pub(super) mod state;

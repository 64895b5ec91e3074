//! How values of several parts stand in a row's columns.

pub(super) mod artifacts;
pub(super) mod files;
pub(in crate::ledger) mod money;

//! Settings that belong together, each group a value of its own.

pub(super) mod hearing;
pub(super) mod keeping;
pub(super) mod look;
pub(super) mod telling;

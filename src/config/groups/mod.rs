//! Settings that belong together, each group a value of its own.

pub(super) mod face;
pub(super) mod home;
pub(super) mod keeping;
pub(super) mod look;
pub(super) mod sandbox;
pub(super) mod sending;
pub(super) mod telling;
pub(super) mod webhook;

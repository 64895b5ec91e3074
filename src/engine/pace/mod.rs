//! When to ask fal where requests stand, and how many to keep there: learned from those that ended.

pub(super) mod account;
pub(super) mod allowance;
pub(super) mod following;
pub(super) mod poll_interval;
mod recent;

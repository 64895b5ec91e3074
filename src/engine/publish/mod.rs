//! What faces are told: snapshots, rows, details, events.

pub(super) mod action_preview;
pub(super) mod attempt_history;
pub(super) mod faces;
pub(super) mod heartbeat;
mod histogram;
pub(super) mod log_cache;
pub(super) mod near;
pub(super) mod publisher;
pub(super) mod said;
pub(super) mod series;
pub(super) mod snapshot;
pub(super) mod throughput;
pub(super) mod view_model;
pub(super) mod wording;

//! Paid calls whose answer or result was lost: found again, never made again.

pub(super) mod archived;
pub(super) mod find_lost;
pub(super) mod search;

//! Paid calls whose answer or result was lost: found again, never made again.

pub(super) mod fetch_archived;
pub(super) mod find_lost;

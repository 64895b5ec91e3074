//! Same picture, same money: of photos that are alike one is sent and the others get its result.

pub(super) mod awaited;
pub(super) mod copy;
pub(super) mod rivals;
pub(super) mod schedule;
pub(super) mod state;

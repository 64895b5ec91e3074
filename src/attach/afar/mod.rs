//! A batch of a shared ledger looked at from any machine: those at work on it say how it goes and do what is asked, all
//! through the ledger.

pub(super) mod clerk;
pub(super) mod looker;
mod word;

//! What processes on many machines tell each other of a batch, through its ledger: those that work on it how it goes,
//! and those that look on what is asked of them.

pub(super) mod asks;
pub(super) mod values;

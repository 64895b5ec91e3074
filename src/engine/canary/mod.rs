//! The canary: a spread sample of the photos goes first, and the rest waits for a word, or for all of them to
//! have gone well. Which they are is in the ledger before the first is sent, so that a run that was killed goes
//! on with the same.

mod figures;
mod sample;
pub(super) mod state;
pub(super) mod tend;
pub(super) mod unbilled;

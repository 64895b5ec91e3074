//! What holds jobs back when calls fail, and when it is over: connectivity, circuit breakers, pauses, retries.

pub(super) mod circuit_breaker;
pub(super) mod connectivity;
pub(super) mod health;
pub(super) mod ledger_health;
pub(super) mod look_out;
pub(super) mod pause;
pub(super) mod retry;
pub(super) mod state;

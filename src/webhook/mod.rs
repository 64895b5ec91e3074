//! What fal tells by webhook of requests that have ended: heard, held against fal's signature, and handed on as a hint
//! (fal docs: webhooks).
//!
//! A webhook decides nothing. It says no more than that it is worth asking fal about a request now: its payload is
//! not even kept.

mod desk;
mod inbox;
mod keys;
mod listen;
mod seen;
mod signature;

pub use inbox::{Counts, Inbox, News, Refusal};
pub use listen::{Bound, ListenError, Listening};

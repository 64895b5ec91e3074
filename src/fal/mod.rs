//! fal's HTTP API and nothing else.

pub mod wire;

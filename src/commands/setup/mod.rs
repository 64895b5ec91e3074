//! What a person sets up once: stored keys.

pub(super) mod login;

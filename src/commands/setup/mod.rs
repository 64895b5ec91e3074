//! What a person sets up once: the config file, stored keys.

pub(super) mod config;
mod init;
pub(super) mod login;

//! One batch on many machines: ledgers on a server, folders in object stores, workers.

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "cloud")]
mod azurite;
#[cfg(feature = "cloud")]
mod bucket;
#[cfg(feature = "cloud")]
mod folder;
#[cfg(feature = "cloud")]
mod installed;

mod claims;
mod cloud;
mod crew;
mod observers;
mod shared_ledger;
mod webdav;
mod workers;

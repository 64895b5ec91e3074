//! Results become files: checked, synced, named without ever overwriting what is not ours, with
//! their captions beside them and records of the whole batch in the top folder.

mod again;
mod atomically;
mod caption;
mod draft;
mod duplicate;
mod error;
mod folder;
mod metadata;
mod name;
mod place;
mod records;
mod report;
mod suspicion;

pub use caption::Captions;
pub use draft::{Draft, Expect, Placed};
pub use error::OutputError;
pub use folder::Output;
pub use records::Records;

#[cfg(test)]
mod tests;

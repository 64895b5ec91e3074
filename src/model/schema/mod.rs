//! A model's schema as fal publishes it, an `OpenAPI` document: what it takes, and what it gives.
//!
//! Nothing of a document is trusted: it may be huge, circular or no schema at all.

mod error;
mod fields;
mod gives;
mod input;
mod picture;
mod read;
mod resolve;
mod size;

pub use error::{LONGEST, SchemaError, Unfit};
pub use gives::Gives;
pub use read::Schema;

#[cfg(test)]
mod facts_tests;
#[cfg(test)]
mod tests;

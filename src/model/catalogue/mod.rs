//! Models beside each other: what the catalogue says of each, and what of one's parameters another takes.

mod carry;
mod listing;
mod standing;

pub use carry::Carried;
pub use listing::Listing;
pub use standing::Standing;

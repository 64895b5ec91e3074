//! Which photos are the same picture, as each other or as one that was paid for before: those are not
//! paid for again.

mod origin;
mod twins;

pub(crate) use origin::{Look, Origin, Waiting, Wanted};
pub(crate) use twins::{Meet, Twins};

//! A model at fal as data: what it takes, what it gives, what it costs.
//!
//! Pure values. Nothing outside this room knows the name of a parameter, what makes a picture grow or
//! which field of an answer holds what.

mod offer;
mod params;
mod price;
mod profiles;
mod spec;

pub use offer::{Doubt, Quote, settle};
pub use params::{ParamError, Params};
pub use price::{PriceSource, Unit, UnitPrice};
pub use spec::{Model, ParamKind, ParamSpec};

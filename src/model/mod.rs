//! A model at fal as data: what it takes, what it gives, what it costs.
//!
//! Pure values. Nothing outside this room knows the name of a parameter, what makes a picture grow or
//! which field of an answer holds what.

mod answer;
mod field;
mod number;
mod offer;
mod params;
mod price;
mod profiles;
mod redo;
mod spec;

pub use answer::read_answer;
pub use field::{ParamKind, ParamSpec, shown};
pub use number::count;
pub use offer::{Doubt, Quote, settle};
pub use params::{ParamError, Params};
pub use price::{PriceSource, Unit, UnitPrice};
pub use spec::{Model, SizeRule};

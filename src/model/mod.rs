//! A model at fal as data: what it takes, what it gives, what it costs.
//!
//! Pure values. Nothing outside this room knows the name of a parameter, what makes a picture grow or
//! which field of an answer holds what.

mod answer;
#[cfg(test)]
mod any_json;
mod catalogue;
mod field;
mod fit;
mod mark;
mod near;
mod number;
mod offer;
mod params;
mod price;
mod profiles;
mod redo;
mod refusal;
mod schema;
mod spec;
mod work;

pub use answer::read_answer;
pub use catalogue::{Carried, Listing, Standing};
pub use field::{Bounds, Fault, Length, ParamKind, ParamSpec, Refused, shown};
pub use fit::{Fit, Sizing};
pub use mark::{file_mark, marked};
pub use near::nearest;
pub use number::count;
pub use offer::{Doubt, Quote, settle};
pub use params::{Filling, Params, Slot, Unfilled, Urls, by_content, file_urls, put_inline, put_urls};
pub use price::{Bound, PriceSource, PriceState, Unit, UnitPrice};
pub use refusal::ParamError;
pub use schema::{Gives, LONGEST, Schema, SchemaError, Unfit};
pub use spec::{ImageField, Model, SizeRule};
pub use work::Work;

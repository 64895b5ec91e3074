//! Money: amounts, and what is known of what something cost.

mod cost;
mod usd;

pub use cost::{Cost, Spent};
pub use usd::Usd;

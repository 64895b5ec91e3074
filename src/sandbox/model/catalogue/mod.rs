//! What the sandbox serves: every model with the ranges and prices of its page at fal.

mod enlargers;
mod fields;
mod others;

use super::Model;

/// Every model.
pub(in crate::sandbox) fn models() -> impl Iterator<Item = &'static Model> {
    enlargers::MODELS.iter().chain(&others::MODELS)
}

//! The plan while photos arrive and a person changes it, among all that a run does.

mod arrive;
mod asked;
mod edit;
mod files;
mod model;
mod shared;
mod sibling;

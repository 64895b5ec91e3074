//! What goes to fal of a photo, and what comes back of it.

#[path = "../common/mod.rs"]
mod common;

mod alpha;
mod another_decoder;
mod captions;
mod cases;
mod colour;
mod fit;
mod foreign;
mod formats;
mod held_against;
mod losses;
mod metadata;
mod output_names;
mod same_picture;
mod upright;

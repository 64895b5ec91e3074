//! What a person sees and presses, in a real terminal.

#[path = "../common/mod.rs"]
mod common;

mod attach;
mod canary;
mod culling;
mod detach;
mod pick_model;
mod plan_fields;
mod plan_screen;
mod preview;
mod prompts;
mod review;
mod run;
mod sheet;
mod taskbar;
mod terminal;

//! The program as other programs and other machines meet it.

#[path = "../common/mod.rs"]
mod common;

mod command_line;
mod company;
mod hosts;
mod login;
mod schema;
mod send;
mod setup;
mod telling;
mod webhooks;
mod what_comes;

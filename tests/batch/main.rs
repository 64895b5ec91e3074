//! A batch from its plan to what is kept of it.

#[path = "../common/mod.rs"]
mod common;

mod any_model;
mod at_once;
mod finished_long_ago;
mod further_file;
mod keeping;
mod main_job;
mod manifests;
mod one_plan;
mod page;
mod records;
mod rules;
mod spent;
mod urls;
mod watch;

//! A WebDAV server (RFC 4918): folders that are listed, files that get their names by a rename that goes over nothing.
//!
//! `object_store` reads and removes files of one. What it lacks, or does in a way that two writers at once are not safe
//! by, is here: listing (it asks for properties that many servers have none of), folders (it takes one that another just
//! made for a failure), and names that are given if nobody has them.

mod answer;
mod call;
mod folder;
mod put;
mod refusal;
mod trial;
mod who;

pub(super) use answer::bare;
pub(super) use call::Dav;
pub(super) use refusal::{Asks, words};
pub(super) use who::who;

//! The queue: requests that wait, run and end (fal docs: queue).
//!
//! [`Line`] is the one owner of every request. It does nothing by itself: `submit` puts requests in,
//! `run` takes them to their end, `follow` and `stream` read, `webhook` tells.

mod follow;
mod line;
mod log;
mod output;
mod postman;
mod request;
mod run;
mod stream;
mod submit;
mod webhook;

pub(super) use follow::{cancel, result, status};
pub(super) use line::Line;
pub(super) use postman::Postman;
pub(super) use request::{Asked, Ended, Request, State};
pub(super) use stream::stream;
pub(super) use submit::{submit, trace};
pub(super) use webhook::jwks;

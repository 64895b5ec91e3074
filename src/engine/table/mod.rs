//! Which rows a table shows and in which order, kept as jobs change: a page of it costs the same
//! among a hundred jobs and a million.

mod causes;
mod index;
mod look;
mod paths;
mod rank_set;
mod slots;
mod sorted;
mod view;
mod views;

pub(super) use causes::{Causes, Failures};
pub(super) use index::Index;
pub(super) use look::Looker;
pub(super) use slots::Slots;
pub(super) use view::{Measure, Spec};
pub(super) use views::Views;

#[cfg(test)]
mod tests;

//! Windows, and whatever else is no Unix.

pub(super) mod background;
pub(super) mod disk;
pub(super) mod errors;
pub(super) mod files;
pub(super) mod handles;
pub(super) mod paths;
pub(super) mod private;
pub(super) mod process;
pub(super) mod shell;
pub(super) mod signals;
pub(super) mod socket;
pub(super) mod terminal;

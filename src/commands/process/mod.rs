//! What belongs to the process: its limits, signals, log and standard output.

pub(super) mod log;
pub(super) mod signals;
pub(super) mod stdout;
pub(super) mod streams;

//! What a command prints.

use std::io::{self, Write};

use crate::commands::failure::{self, Failure};

/// Prints a result on stdout. A reader who has gone away has seen enough.
pub(in crate::commands) fn print(text: &str) -> Result<u8, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map(|()| 0).or_else(failure::quiet_pipe)
}

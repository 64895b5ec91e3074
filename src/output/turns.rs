//! Results that are given their names one after the other, so that two never look at one name at once.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// In how many rows they wait where there are several.
const ROWS: usize = 64;

/// Whose turn it is.
#[derive(Debug)]
pub(super) struct Turns {
    all: Mutex<()>,
    /// Where a name is given by bringing all of a file to another machine, nobody waits for those of other names.
    rows: Option<[Mutex<()>; ROWS]>,
}

impl Turns {
    /// For all together, or in rows by their names.
    pub(super) fn new(in_rows: bool) -> Self {
        Self { all: Mutex::default(), rows: in_rows.then_some([const { Mutex::new(()) }; ROWS]) }
    }

    /// Waits for the turn of a result that wants this name, as long as what is given is held.
    pub(super) fn of(&self, name: &Path) -> MutexGuard<'_, ()> {
        let hash = blake3::hash(name.to_string_lossy().to_lowercase().as_bytes());
        let row = hash.as_bytes().first().map(|byte| usize::from(*byte) % ROWS);
        let row = self.rows.as_ref().zip(row).and_then(|(rows, row)| rows.get(row));
        row.unwrap_or(&self.all).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

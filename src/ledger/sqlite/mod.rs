//! The ledger in one SQLite file in the state directory: the embedded default.

mod driver;
mod error;
pub(super) mod open;

use std::path::{Path, PathBuf};

use self::driver::File;
use self::open::{Files, Tuning};
use super::LedgerError;
use super::sql::Tables;
use super::store::Beginning;

/// An open SQLite file.
pub(super) type Sqlite = Tables<File>;

/// What was opened.
pub(super) struct Opened {
    pub(super) tables: Sqlite,
    /// The file in it.
    pub(super) path: PathBuf,
    /// What was there.
    pub(super) beginning: Beginning,
}

/// Opens the ledger in a state directory.
pub(super) async fn open(state_dir: &Path, tuning: Tuning) -> Result<Opened, LedgerError> {
    let Files { beginning, state_dir, path, writer, desk } = open::open(state_dir, tuning).await?;
    let file = File { path: path.clone(), state_dir };
    Ok(Opened { tables: Tables::new(file, writer, desk), path, beginning })
}

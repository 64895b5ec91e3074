//! The ledger that the settings name.

use crate::config::Home;
use crate::ledger::{Ledger, LedgerError};

/// Opens it: on a server, or in the state directory.
///
/// # Errors
/// If it cannot be opened.
pub(super) async fn open_ledger(home: &Home) -> Result<Ledger, LedgerError> {
    match &home.ledger {
        Some(address) => Ledger::open_at(address).await,
        None => Ledger::open(&home.state_dir).await,
    }
}

//! A ledger on a server that does not answer: what is to be recorded waits, and with it all that costs.

use tokio::sync::watch::Receiver;

use crate::engine::snapshot::{Notice, NoticeKind};
use crate::job::clean;
use crate::ledger::LedgerError;

/// Whether the ledger takes anything.
#[derive(Debug)]
pub(in crate::engine) struct LedgerHealth(Receiver<Option<LedgerError>>);

impl LedgerHealth {
    pub(in crate::engine) fn new(heard: Receiver<Option<LedgerError>>) -> Self {
        Self(heard)
    }

    /// Waits until it changes.
    pub(in crate::engine) async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // A ledger that is closed changes no more.
            std::future::pending::<()>().await;
        }
    }

    /// That it does not answer, if it does not.
    pub(super) fn notice(&self) -> Option<Notice> {
        let trouble = self.0.borrow().as_ref()?.to_string();
        let what = clean(trouble.lines().next().unwrap_or_default()).into_owned();
        Some(Notice {
            kind: NoticeKind::LedgerAway,
            message: format!("{what}; nothing new is sent, and what fal has is fetched and recorded when it is back"),
            action: "see whether the server runs and can be reached from here; it goes on by itself".to_owned(),
        })
    }
}

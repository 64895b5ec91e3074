//! The ledger on real files, and on a real server.

/// Tests that hold on either database.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name().await;
            })+
        }

        #[cfg(unix)]
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                crate::ledger::tests::on_server(super::$name()).await;
            })+
        }
    };
}

mod batches;
mod crash;
#[cfg(unix)]
mod crew;
mod failures;
#[cfg(unix)]
mod format;
mod grouping;
mod history;
#[cfg(unix)]
mod leases;
mod many_lives;
#[cfg(unix)]
mod observers;
mod round_trip;
mod samples;

#[cfg(unix)]
#[expect(dead_code, reason = "tests of the program use more of it")]
#[path = "../../../tests/common/postgres.rs"]
mod server;

use std::cell::Cell;
use std::path::Path;

use tempfile::TempDir;

use super::*;

thread_local! {
    /// Whether this test's ledgers are on a server.
    static ON_SERVER: Cell<bool> = const { Cell::new(false) };
}

/// Has a test's ledgers on a server, if the machine has one.
#[cfg(unix)]
async fn on_server(test: impl Future<Output = ()>) {
    if server::Server::shared().is_some() {
        ON_SERVER.set(true);
        test.await;
    }
}

/// Values of tests on a server.
#[cfg(unix)]
fn on_server_any<S>(strategy: impl FnOnce() -> S) -> S {
    ON_SERVER.set(true);
    strategy()
}

/// The same for one that waits by itself.
#[cfg(unix)]
fn on_server_here(
    test: impl FnOnce() -> Result<(), proptest::test_runner::TestCaseError>,
) -> Result<(), proptest::test_runner::TestCaseError> {
    if server::Server::shared().is_none() {
        return Ok(());
    }
    ON_SERVER.set(true);
    test()
}

/// The ledger of a folder: in it, or in a server's database that is called after it.
async fn open(folder: &Path) -> Ledger {
    #[cfg(unix)]
    if ON_SERVER.get() {
        return Ledger::open_at(&address(folder)).await.unwrap();
    }
    Ledger::open(folder).await.unwrap()
}

#[cfg(unix)]
fn address(folder: &Path) -> Address {
    let server = server::Server::shared().unwrap();
    let name = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
    let name: String = name.chars().take(16).collect();
    let name = format!("t{name}");
    server.make(&name);
    server.url(&name).parse().unwrap()
}

/// The connection of a ledger in a file, to ask in words of one's own.
async fn desk(ledger: &Ledger) -> tokio::sync::MappedMutexGuard<'_, sqlx::SqliteConnection> {
    let sqlite: &sqlite::Sqlite = ledger.inner.store.as_any().downcast_ref().unwrap();
    sqlite.desk().await
}

/// A new ledger with one batch in it.
async fn one_batch() -> (TempDir, Ledger, Opened) {
    let folder = TempDir::new().unwrap();
    let ledger = open(folder.path()).await;
    let batch = ledger.open_batch(&samples::key("a")).await.unwrap();
    (folder, ledger, batch)
}

//! A ledger that cannot be opened or written says so, and loses nothing.

use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use super::samples::{closed, intent, job, key, run, saved};
use super::{desk, one_batch, open};
use crate::job::{JobState, Saved, saved_samples};
use crate::ledger::sqlite::open::Tuning;
use crate::ledger::{Ledger, LedgerError};

#[tokio::test]
async fn sqlite_is_one_without_the_wal_reset_bug() {
    let (_folder, ledger, _batch) = one_batch().await;
    let mut desk = desk(&ledger).await;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *desk).await.unwrap();
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers >= vec![3, 51, 3], "{version} can corrupt a database in WAL mode");
}

#[tokio::test]
async fn every_sync_is_a_full_one() {
    let (folder, ledger, _batch) = one_batch().await;
    let mut desk = desk(&ledger).await;
    let connection = &mut *desk;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await.unwrap();
    let foreign: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *connection).await.unwrap();
    assert_eq!((journal.as_str(), synchronous, foreign), ("wal", 2, 1));
    assert!(folder.path().join("ledger.db-wal").exists());
}

#[tokio::test]
async fn a_file_that_is_no_ledger_is_named_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.db");
    let text = "these are my holiday notes, not a database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = Ledger::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, LedgerError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("ledger.db is damaged: file is not a database"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn damage_is_found_on_request() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    writer.add((1..=2000).map(|number| job(number, JobState::Pending)).collect());
    writer.flush().await.unwrap();
    ledger.check().await.unwrap();
    drop((writer, batch));
    ledger.close().await.unwrap();

    let path = folder.path().join("ledger.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let error = open(folder.path()).await.check().await.unwrap_err();
    assert!(matches!(error, LedgerError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("recover --set-aside"), "{error}");
}

#[tokio::test]
async fn a_ledger_of_a_newer_version_is_not_touched() {
    let (folder, ledger, batch) = one_batch().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&mut *desk(&ledger).await)
    .await
    .unwrap();
    drop(batch);
    ledger.close().await.unwrap();
    let error = Ledger::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, LedgerError::Newer { .. }), "{error:?}");
    assert!(error.to_string().contains("written by a newer fal-tui"), "{error}");
}

#[tokio::test]
async fn a_state_directory_that_cannot_be_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Ledger::open(&file.join("state")).await.unwrap_err();
    assert!(matches!(error, LedgerError::StateDir { .. }), "{error:?}");
    assert!(error.to_string().contains("file/state"), "{error}");

    std::fs::create_dir(folder.path().join("ledger.db")).unwrap();
    let error = Ledger::open(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("ledger.db\nhint: `--state-dir DIR`"), "{error}");
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_named() {
    let (_folder, ledger, batch) = one_batch().await;
    ledger.writer(batch.id).commit(&job(7, JobState::Pending)).await.unwrap();
    for (spoil, detail) in [
        ("UPDATE jobs SET status = 'DONE'", "`ended_ms` is missing"),
        ("UPDATE jobs SET status = 'SHINY'", "unknown variant `SHINY`"),
    ] {
        sqlx::query(spoil).execute(&mut *desk(&ledger).await).await.unwrap();
        let error = ledger.jobs(batch.id).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("the ledger's row of job 7 in batch 1 cannot be read") && text.contains(detail),
            "{text}"
        );
    }
}

#[tokio::test]
async fn two_that_open_a_new_ledger_at_once_both_get_it() {
    let folder = TempDir::new().unwrap();
    let opened = futures::future::join_all((0..6).map(|_| Ledger::open(folder.path()))).await;
    for ledger in opened {
        ledger.unwrap().batches().await.unwrap();
    }
}

#[tokio::test]
async fn while_another_program_has_it_locked_commits_fail_and_then_go_on() {
    let folder = TempDir::new().unwrap();
    let tuning = Tuning { busy: Duration::from_millis(30), ..Tuning::default() };
    let ledger = Ledger::open_tuned(folder.path(), tuning).await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    let writer = ledger.writer(batch.id);
    let submitting = job(1, JobState::Submitting(run(1), Box::new(intent(1))));
    writer.commit(&submitting).await.unwrap();

    let mut other = SqliteConnectOptions::new().filename(ledger.path()).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let done = job(1, JobState::Done(closed(), Box::new(saved(1, Some(5)))));
    writer.note(&job(2, JobState::Pending));
    for _ in 0..2 {
        let error = writer.commit(&done).await.unwrap_err();
        assert!(matches!(error, LedgerError::Locked { .. }), "{error:?}");
        assert!(error.to_string().contains("is locked by another program"), "{error}");
    }
    assert_eq!(ledger.jobs(batch.id).await.unwrap(), [submitting]);

    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    // Nobody asks again: what was kept is written by itself.
    while ledger.jobs(batch.id).await.unwrap() != [done.clone(), job(2, JobState::Pending)] {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    writer.commit(&job(3, JobState::Pending)).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_to_everyone_who_waits_and_forgets_nothing() {
    let folder = TempDir::new().unwrap();
    // SQLite's own limit in place of a full disk: the same error from the same place.
    let ledger = Ledger::open_tuned(folder.path(), Tuning { pages: Some(120), ..Tuning::default() }).await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    sqlx::query("CREATE TABLE ballast AS SELECT zeroblob(400000)").execute(&mut *desk(&ledger).await).await.unwrap();
    let writer = ledger.writer(batch.id);
    let long = |number| {
        let texts = saved_samples::said(Some(&"a very long caption ".repeat(100)));
        job(number, JobState::Done(closed(), Box::new(Saved { texts, ..saved(1, None) })))
    };
    let mut written = 0;
    let error = loop {
        match writer.commit(&long(written + 1)).await {
            Ok(()) => written += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, LedgerError::Full { .. }), "{error:?}");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    for again in [writer.commit(&long(written + 2)).await, writer.flush().await] {
        assert!(matches!(again, Err(LedgerError::Full { .. })), "{again:?}");
    }
    assert_eq!(ledger.jobs(batch.id).await.unwrap().len(), written);

    sqlx::query("DROP TABLE ballast").execute(&mut *desk(&ledger).await).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(ledger.jobs(batch.id).await.unwrap().len(), written + 2);
    ledger.check().await.unwrap();
}

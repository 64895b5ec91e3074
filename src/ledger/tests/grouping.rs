//! Many jobs share a sync.

use std::path::Path;
use std::time::Duration;

use super::samples::{closed, id, intent, job, run, saved};
use super::{one_batch, open};
use crate::job::JobState;
use crate::ledger::{Attempt, Ledger};

/// How many transactions the write-ahead log holds: with `synchronous = FULL` each is one sync
/// (SQLite docs: WAL file format; a frame that ends a transaction carries the file's size).
fn transactions(folder: &Path) -> usize {
    const HEADER: usize = 32;
    let log = std::fs::read(folder.join("ledger.db-wal")).unwrap();
    let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
    log[HEADER..].chunks_exact(24 + page).filter(|frame| frame[4..8] != [0; 4]).count()
}

#[tokio::test]
async fn a_hundred_commits_at_once_share_a_few_syncs() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let before = transactions(folder.path());
    let commits = (1..=100).map(|number| {
        let (writer, job) = (writer.clone(), job(number, JobState::Submitting(run(1), Box::new(intent(1)))));
        async move { writer.commit(&job).await }
    });
    for committed in futures::future::join_all(commits).await {
        committed.unwrap();
    }
    let syncs = transactions(folder.path()) - before;
    assert!((1..=4).contains(&syncs), "{syncs} syncs");
    assert_eq!(ledger.jobs(batch.id).await.unwrap().len(), 100);
}

/// A paused clock goes on only while somebody waits for it.
#[tokio::test(start_paused = true)]
async fn a_crowd_is_written_at_once_and_a_few_wait_for_company() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let mut took = Vec::new();
    for numbers in [1..=1, 2..=5, 6..=25] {
        let begun = tokio::time::Instant::now();
        let commits = numbers.map(|number| {
            let (writer, job) = (writer.clone(), job(number, JobState::Pending));
            async move { writer.commit(&job).await }
        });
        assert!(futures::future::join_all(commits).await.iter().all(Result::is_ok));
        took.push(begun.elapsed());
    }
    assert!(took[1] >= Duration::from_millis(70) && took[2].is_zero(), "{took:?}");
}

#[tokio::test]
async fn a_commit_takes_along_all_that_was_noted_before() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let before = transactions(folder.path());
    writer.add((1..=500).map(|number| job(number, JobState::Pending)).collect());
    for number in 2..=500 {
        writer.note(&job(number, JobState::Uploading(run(1))));
        writer.note(&job(number, JobState::Cancelled(closed())));
    }
    let attempt = |number| Attempt {
        job: id(number),
        attempt: 1,
        began: closed().at,
        ended: closed().at,
        stage: crate::job::Stage::Upload,
        cause: None,
        request: None,
        cost: None,
    };
    (1..=70).for_each(|number| writer.attempt(attempt(number)));
    writer.commit(&job(1, JobState::Submitting(run(1), Box::new(intent(1))))).await.unwrap();
    assert_eq!(transactions(folder.path()) - before, 1);
    let jobs = ledger.jobs(batch.id).await.unwrap();
    assert!(matches!(jobs[0].state, JobState::Submitting(..)));
    assert!(jobs.iter().skip(1).all(|job| job.state == JobState::Cancelled(closed())));
    assert_eq!(ledger.attempts(batch.id, id(70)).await.unwrap(), [attempt(70)]);
}

#[tokio::test]
async fn a_result_and_its_attempt_share_a_sync() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let before = transactions(folder.path());
    writer.attempt(Attempt {
        job: id(1),
        attempt: 1,
        began: closed().at,
        ended: closed().at,
        stage: crate::job::Stage::Save,
        cause: None,
        request: None,
        cost: None,
    });
    writer.commit(&job(1, JobState::Done(closed(), Box::new(saved(1, None))))).await.unwrap();
    assert_eq!(transactions(folder.path()) - before, 1);
    assert_eq!(ledger.attempts(batch.id, id(1)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_nobody_waits_for_is_written_soon_all_the_same() {
    let (_folder, ledger, batch) = one_batch().await;
    ledger.writer(batch.id).note(&job(1, JobState::Pending));
    while ledger.jobs(batch.id).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn closing_writes_what_is_left_and_empties_the_log() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    writer.note(&job(1, JobState::Pending));
    ledger.close().await.unwrap();
    assert!(!folder.path().join("ledger.db-wal").exists());
    assert!(matches!(writer.flush().await, Err(crate::ledger::LedgerError::Closed)));
    assert_eq!(open(folder.path()).await.jobs(batch.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_last_handle_that_goes_closes_the_ledger() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    drop(ledger);
    writer.note(&job(1, JobState::Pending));
    drop(writer);
    let ledger = open(folder.path()).await;
    while ledger.jobs(batch.id).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The engine's tests pause the clock: nothing here may take a stopped clock for a stalled disk.
#[tokio::test(start_paused = true)]
async fn a_paused_clock_stops_nothing() {
    let folder = tempfile::TempDir::new().unwrap();
    let ledger = Ledger::open(folder.path()).await.unwrap();
    let batch = ledger.open_batch(&super::samples::key("a")).await.unwrap();
    let writer = ledger.writer(batch.id);
    for number in 1..=20 {
        writer.commit(&job(number, JobState::Pending)).await.unwrap();
    }
    assert_eq!(ledger.jobs(batch.id).await.unwrap().len(), 20);
    drop(writer);
    ledger.close().await.unwrap();
}

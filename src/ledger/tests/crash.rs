//! Whatever is cut off, and when: what was committed is there, and nothing half.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::samples::{closed, id, intent, job, key, request, run, saved, upload};
use super::{one_batch, open};
use crate::job::{Job, JobState, Timestamp};
use crate::ledger::{Ledger, LedgerError};

/// A job's life as the engine commits it.
fn life(number: usize) -> [Job; 4] {
    [
        JobState::Uploaded(run(1), Box::new(upload(1))),
        JobState::Submitting(run(1), Box::new(intent(1))),
        JobState::InProgress(run(1), Box::new(request(1)), Timestamp(5)),
        JobState::Done(closed(), Box::new(saved(1, Some(5)))),
    ]
    .map(|state| job(number, state))
}

fn copy(from: &Path, to: &Path, log: &[u8]) {
    std::fs::copy(from.join("ledger.db"), to.join("ledger.db")).unwrap();
    std::fs::write(to.join("ledger.db-wal"), log).unwrap();
}

#[tokio::test]
async fn a_log_cut_off_anywhere_gives_every_commit_before_the_cut() {
    let (folder, ledger, batch) = one_batch().await;
    let log = || std::fs::read(folder.path().join("ledger.db-wal")).unwrap();
    let writer = ledger.writer(batch.id);
    let mut moments = vec![(log().len(), Vec::new())];
    for number in 1..=3 {
        for job in life(number) {
            writer.commit(&job).await.unwrap();
            moments.push((log().len(), ledger.jobs(batch.id).await.unwrap()));
        }
    }

    let log = log();
    let cuts = (0..40).map(|part| log.len() * part / 40).chain(moments.iter().map(|(end, _)| *end));
    for cut in cuts {
        let crashed = TempDir::new().unwrap();
        copy(folder.path(), crashed.path(), &log[..cut]);
        let ledger = open(crashed.path()).await;
        ledger.check().await.unwrap();
        let expected = moments.iter().rev().find(|(end, _)| *end <= cut).map(|(_, jobs)| jobs.clone());
        assert_eq!(ledger.jobs(batch.id).await.unwrap(), expected.unwrap_or_default(), "cut at {cut}");
        ledger.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_writer_that_goes_without_a_word_leaves_what_it_committed() {
    let (folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let [_, submitting, in_progress, done] = life(1);
    writer.commit(&submitting).await.unwrap();
    writer.commit(&in_progress).await.unwrap();
    writer.note(&done);
    let crashed = TempDir::new().unwrap();
    copy(folder.path(), crashed.path(), &std::fs::read(folder.path().join("ledger.db-wal")).unwrap());
    let jobs = open(crashed.path()).await.jobs(batch.id).await.unwrap();
    assert!(jobs == [in_progress] || jobs == [done], "{jobs:?}");
}

const STATE_DIR: &str = "LEDGER_TEST_STATE_DIR";

/// Not a test by itself: what [`a_killed_process_leaves_every_commit_it_spoke_of`] kills.
#[tokio::test]
#[ignore = "run by the test that kills it"]
async fn commits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(STATE_DIR) else { return };
    let ledger = open(Path::new(&folder)).await;
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    let writer = ledger.writer(batch.id);
    for number in 1.. {
        for (step, job) in life(number).into_iter().enumerate() {
            // Some company for the commits.
            writer.note(&self::job(number + 1000, JobState::Uploading(run(1))));
            writer.commit(&job).await.unwrap();
            println!("committed {number} {step}");
        }
    }
}

#[tokio::test]
async fn a_killed_process_leaves_every_commit_it_spoke_of() {
    let folder = TempDir::new().unwrap();
    for kill_after in [1, 2, 7, 30] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "ledger::tests::crash::commits_until_it_is_killed", "--ignored", "--nocapture"])
            .env(STATE_DIR, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut spoken = Vec::new();
        for line in lines {
            // The harness writes its own words before the first of ours.
            let Some((_, commit)) = line.split_once("committed ") else { continue };
            let (number, step) = commit.split_once(' ').unwrap();
            spoken.push((number.parse::<usize>().unwrap(), step.parse::<usize>().unwrap()));
            if spoken.len() == 1 {
                held_by(child.id(), folder.path()).await;
            }
            if spoken.len() == kill_after {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(spoken.len() >= kill_after);

        let ledger = open(folder.path()).await;
        ledger.check().await.unwrap();
        // The dead hold nothing.
        let batch = ledger.open_batch(&key("a")).await.unwrap();
        assert!(batch.resumed);
        let jobs = ledger.jobs(batch.id).await.unwrap();
        let (last, step) = *spoken.last().unwrap();
        for (number, reached) in (1..last).map(|number| (number, 3)).chain([(last, step)]) {
            let found = jobs.iter().find(|job| job.id == id(number)).unwrap();
            let at = life(number).iter().position(|job| job == found).unwrap();
            assert!(at >= reached, "job {number} had reached step {reached}, the ledger says {at}");
        }
        ledger.close().await.unwrap();
    }
}

async fn held_by(pid: u32, folder: &Path) {
    let error = Ledger::open(folder).await.unwrap().open_batch(&key("a")).await.unwrap_err();
    assert!(
        matches!(error, LedgerError::Held { by: crate::ledger::Holder { pid: Some(holder), .. }, .. } if holder == pid),
        "{error:?}"
    );
}

//! The same command finds the same batch, and one process works on it.

use std::path::{Path, PathBuf};

use super::samples::{closed, job, key, known, saved};
use super::{one_batch, open};
use crate::job::{BatchId, Closed, JobState, Saved, Service, Spent, Status, Timestamp, saved_samples};
use crate::ledger::{BatchKey, Holder, LedgerError};

async fn the_same_command_finds_its_batch_again() {
    let (folder, ledger, first) = one_batch().await;
    assert!(!first.resumed);
    let id = first.id;
    drop(first);
    ledger.close().await.unwrap();
    let again = open(folder.path()).await.open_batch(&key("a")).await.unwrap();
    assert!(again.resumed);
    assert_eq!(again.id, id);
}

async fn each_part_of_the_command_makes_another_batch() {
    let (_folder, ledger, first) = one_batch().await;
    let same = key("a");
    let others = [
        BatchKey { roots: vec!["/photos/b".into()], ..same.clone() },
        BatchKey { roots: vec!["/photos/a".into(), "/photos/b".into()], ..same.clone() },
        BatchKey { output: "/elsewhere".into(), ..same.clone() },
        BatchKey { model: "fal-ai/topaz/upscale/image".to_owned(), ..same.clone() },
        BatchKey { params: r#"{"upscale_factor":4}"#.to_owned(), ..same.clone() },
        BatchKey { service: Service::Sandbox, ..same.clone() },
        BatchKey { service: Service::stand_in("http", "127.0.0.1"), ..same.clone() },
        BatchKey { service: Service::Other("https://gate.example".into()), ..same.clone() },
    ];
    let mut ids = vec![first.id];
    for other in &others {
        let opened = ledger.open_batch(other).await.unwrap();
        assert!(!opened.resumed, "{other:?}");
        ids.push(opened.id);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1 + others.len());
}

async fn how_records_stand_is_known_until_a_job_changes_whoever_changes_it() {
    let (folder, ledger, first) = one_batch().await;
    let batch = first.id;
    ledger.writer(batch).commit(&job(1, done(1, 5))).await.unwrap();
    assert_eq!(ledger.recorded(batch).await.unwrap(), None);
    for change in 2..4 {
        ledger.note_recorded(batch, "so").await.unwrap();
        assert_eq!(ledger.recorded(batch).await.unwrap().as_deref(), Some("so"));
        ledger.writer(batch).commit(&job(change, done(2, 5))).await.unwrap();
        assert_eq!(ledger.recorded(batch).await.unwrap(), None, "change {change}");
    }
    ledger.note_recorded(batch, "so").await.unwrap();
    drop(first);
    ledger.close().await.unwrap();
    let again = open(folder.path()).await;
    let opened = again.open_batch(&key("a")).await.unwrap();
    assert_eq!(again.recorded(batch).await.unwrap().as_deref(), Some("so"), "to open it changes nothing");
    again.writer(opened.id).commit(&job(1, JobState::Pending)).await.unwrap();
    assert_eq!(again.recorded(batch).await.unwrap(), None);
    drop(opened);
    again.close().await.unwrap();
}

/// A server's batch stays a process's until that closes its ledger.
#[tokio::test]
async fn who_takes_a_batch_again_knows_nothing_of_records_that_another_wrote_meanwhile() {
    let (folder, ledger, first) = one_batch().await;
    let batch = first.id;
    ledger.writer(batch).commit(&job(1, done(1, 5))).await.unwrap();
    drop(first);
    let other = open(folder.path()).await;
    let theirs = other.open_batch(&key("a")).await.unwrap();
    other.writer(batch).commit(&job(2, done(2, 5))).await.unwrap();
    other.note_recorded(batch, "so").await.unwrap();
    drop(theirs);
    other.close().await.unwrap();
    let ours = ledger.open_batch(&key("a")).await.unwrap();
    assert_eq!(ledger.recorded(batch).await.unwrap().as_deref(), Some("so"));
    ledger.writer(ours.id).commit(&job(3, done(3, 5))).await.unwrap();
    assert_eq!(ledger.recorded(batch).await.unwrap(), None);
}

async fn what_trials_left_gives_way_and_what_may_have_been_paid_for_does_not() {
    let (_folder, ledger, first) = one_batch().await;
    let of = |service| BatchKey { service, ..key("a") };
    let stand_in = || Service::stand_in("http", "127.0.0.1");
    let other = BatchKey { output: "/elsewhere".into(), ..of(Service::Sandbox) };
    let keys = [of(Service::Sandbox), of(stand_in()), of(Service::Other("https://gate.example".into())), other];
    for (number, key) in (1..).zip(&keys) {
        let batch = ledger.open_batch(key).await.unwrap();
        ledger.writer(batch.id).commit(&job(number.into(), done(number, 5))).await.unwrap();
    }
    ledger.writer(first.id).commit(&job(9, done(9, 5))).await.unwrap();
    let left = async |key: &BatchKey| {
        let mut left: Vec<_> = ledger.trials(key).await.unwrap().into_keys().collect();
        left.sort_unstable();
        left
    };
    let photo = |number| job(number, JobState::Pending).photo.path;
    assert_eq!(left(&key("a")).await, [photo(1), photo(2)]);
    assert_eq!(left(&of(stand_in())).await, [photo(1)]);
    assert!(left(&of(Service::Sandbox)).await.is_empty());
}

async fn of_a_trial_whose_file_another_one_replaced_the_later_counts() {
    let (_folder, ledger, _first) = one_batch().await;
    let sandbox = BatchKey { service: Service::Sandbox, ..key("a") };
    let stand_in = BatchKey { service: Service::stand_in("http", "localhost"), ..key("a") };
    let again = BatchKey { params: "{}".to_owned(), ..sandbox.clone() };
    for (key, at, name) in [(&stand_in, 20_i64, "x.png"), (&sandbox, 10, "x.png"), (&again, 30, "x.jpg.png")] {
        let batch = ledger.open_batch(key).await.unwrap();
        let saved = Saved { first: saved_samples::png(name, 2, 2, at.unsigned_abs()), ..saved(1, None) };
        let state = JobState::Done(Closed { at: Timestamp(at), ..closed() }, Box::new(saved));
        ledger.writer(batch.id).commit(&job(1, state)).await.unwrap();
    }
    let trials = ledger.trials(&key("a")).await.unwrap();
    let left: Vec<_> = trials.into_values().map(|saved| (saved.first.path.0, saved.first.bytes)).collect();
    assert_eq!(left, [(Path::new("x.png").to_owned(), 20)]);
}

fn done(number: u8, at: i64) -> JobState {
    JobState::Done(Closed { at: Timestamp(at), ..closed() }, Box::new(saved(number, None)))
}

async fn folders_in_another_order_are_the_same_batch() {
    let (_folder, ledger, _first) = one_batch().await;
    let roots = |names: [&str; 2]| BatchKey { roots: names.map(PathBuf::from).to_vec(), ..key("a") };
    let one = ledger.open_batch(&roots(["/x", "/y"])).await.unwrap().id;
    assert_eq!(ledger.open_batch(&roots(["/y", "/x"])).await.unwrap().id, one);
}

async fn who_holds_a_batch_is_named_until_they_let_go() {
    let (_folder, ledger, first) = one_batch().await;
    let error = ledger.open_batch(&key("a")).await.unwrap_err();
    assert!(
        matches!(error, LedgerError::Held { by: Holder { pid: Some(pid), .. }, .. } if pid == std::process::id()),
        "{error:?}"
    );
    assert!(error.to_string().contains(&format!("by process {}", std::process::id())), "{error}");
    drop(first);
    ledger.open_batch(&key("a")).await.unwrap();
}

async fn batches_are_listed_newest_first_with_what_became_of_their_photos() {
    let (_folder, ledger, first) = one_batch().await;
    let writer = ledger.writer(first.id);
    writer.add((1..=5).map(|number| job(number, JobState::Pending)).collect());
    writer.note(&job(1, JobState::Done(closed(), Box::new(saved(1, Some(4_800_000_000))))));
    writer.note(&job(2, JobState::Done(closed(), Box::new(saved(2, None)))));
    writer.note(&job(3, JobState::Cancelled(closed())));
    writer.flush().await.unwrap();
    let second = ledger.open_batch(&key("b")).await.unwrap();

    let rows = ledger.batches().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert_eq!((rows[0].jobs(), rows[0].spent), (0, Spent::NOTHING));
    assert_eq!(rows[1].key, key("a"));
    assert_eq!(rows[1].spent, known(4_800_000_000).into());
    assert_eq!(
        rows[1].counts.clone().into_iter().collect::<Vec<_>>(),
        [(Status::Pending, 2), (Status::Done, 2), (Status::Cancelled, 1)]
    );
    assert!(rows[1].created.0 > 1_700_000_000_000 && rows[1].used >= rows[1].created);
    assert_eq!(ledger.batch(first.id).await.unwrap(), rows[1]);
    assert!(matches!(ledger.batch(BatchId(99)).await, Err(LedgerError::NoBatch(BatchId(99)))));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_a_new_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::TempDir::new().unwrap();
    let state = folder.path().join("state/fal-tui");
    let ledger = open(&state).await;
    ledger.open_batch(&key("a")).await.unwrap();
    let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(state.clone()), 0o700);
    for file in ["ledger.db", "ledger.db-wal"] {
        assert_eq!(mode(state.join(file)), 0o600, "{file}");
    }
}

on_both! {
    the_same_command_finds_its_batch_again,
    each_part_of_the_command_makes_another_batch,
    how_records_stand_is_known_until_a_job_changes_whoever_changes_it,
    what_trials_left_gives_way_and_what_may_have_been_paid_for_does_not,
    of_a_trial_whose_file_another_one_replaced_the_later_counts,
    folders_in_another_order_are_the_same_batch,
    who_holds_a_batch_is_named_until_they_let_go,
    batches_are_listed_newest_first_with_what_became_of_their_photos,
}

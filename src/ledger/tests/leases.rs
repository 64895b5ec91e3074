//! A ledger on a server: leases that are taken over, a server that goes away, and one that lets nobody in.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::timeout;

use super::samples::{at_stake, id, intent, job, key, run, upload};
use super::server::Server;
use crate::job::{JobState, Service, Terms};
use crate::ledger::{Address, BatchKey, Claimed, Holder, Ledger, LedgerError, Opened};

/// A new place on the server of all tests: its name and its address.
fn new_place() -> Option<(&'static Server, String, Address)> {
    let server = Server::shared()?;
    let place = server.new_place();
    let address = server.url(&place).parse().unwrap();
    Some((server, place, address))
}

async fn with_batch(address: &Address) -> (Ledger, Opened) {
    let ledger = Ledger::open_at(address).await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    (ledger, batch)
}

/// What another machine would be to us.
const ELSEWHERE: &str = "UPDATE workers SET machine = 'other', host = 'other' WHERE NOT gone";
/// Its lease runs out.
const SILENT: &str = "UPDATE workers SET until_ms = 0 WHERE NOT gone";

#[tokio::test]
async fn who_is_heard_of_keeps_its_batch_and_who_is_not_changes_nothing_more() {
    let Some((server, place, address)) = new_place() else { return };
    let (first, batch) = with_batch(&address).await;
    let writer = first.writer(batch.id);
    writer.commit(&job(1, JobState::Uploading(run(1)))).await.unwrap();
    server.ask(&place, ELSEWHERE);

    let second = Ledger::open_at(&address).await.unwrap();
    let error = second.open_batch(&key("a")).await.unwrap_err();
    let is_told = matches!(&error, LedgerError::Held { by: Holder { host: Some(host), .. }, .. } if host == "other");
    assert!(is_told && second.is_worked_on(batch.id).await.unwrap(), "{error:?}");

    server.ask(&place, SILENT);
    let taken = second.open_batch(&key("a")).await.unwrap();
    assert!(taken.resumed && taken.id == batch.id);
    let lost = writer.commit(&job(1, JobState::Pending)).await.unwrap_err();
    assert!(matches!(lost, LedgerError::Lost(lost) if lost == batch.id), "{lost:?}");
    let intent = job(1, JobState::Submitting(run(1), Box::new(intent(1))));
    let lost = writer.claim(&intent, at_stake(key("a").terms())).await.unwrap_err();
    assert!(matches!(lost, LedgerError::Lost(_)), "{lost:?}");
    assert!(matches!(second.jobs(batch.id).await.unwrap()[0].state, JobState::Uploading(_)));

    // A renewal that comes late changes nothing about it; and who closes hands back at once.
    second.close().await.unwrap();
    drop(taken);
    let third = Ledger::open_at(&address).await.unwrap();
    assert!(!third.is_worked_on(batch.id).await.unwrap());
}

#[tokio::test]
async fn a_dead_process_of_this_machine_is_not_waited_for() {
    let Some((server, place, address)) = new_place() else { return };
    let (_first, batch) = with_batch(&address).await;
    let mut dead = std::process::Command::new("true").spawn().unwrap();
    dead.wait().unwrap();
    server.ask(&place, &format!("UPDATE workers SET pid = {}", dead.id()));
    let second = Ledger::open_at(&address).await.unwrap();
    assert_eq!(second.open_batch(&key("a")).await.unwrap().id, batch.id);
}

#[tokio::test]
async fn of_many_claims_of_one_picture_at_once_one_is_granted() {
    let Some((_, _, address)) = new_place() else { return };
    let claims = (0..8).map(async |n: u8| {
        let ledger = Ledger::open_at(&address).await.unwrap();
        let key = BatchKey { output: format!("/out/{n}").into(), ..key("a") };
        let batch = ledger.open_batch(&key).await.unwrap();
        let mut intent = intent(1);
        intent.upload.url = format!("https://v3.fal.media/files/{n}.jpg").into();
        let job = job(1, JobState::Submitting(run(1), Box::new(intent)));
        let terms = Terms { model: key.model, params: key.params, service: Service::Fal };
        let claimed = ledger.writer(batch.id).claim(&job, at_stake(terms)).await.unwrap();
        (ledger, batch, claimed)
    });
    let claimed = join_all(claims).await;
    let granted = claimed.iter().filter(|(_, _, claimed)| *claimed == Claimed::Ours).count();
    assert_eq!(granted, 1);
    let (ledger, ..) = &claimed[0];
    let found = ledger.by_content(&upload(1).content, &key("a").model, &key("a").params, &Service::Fal).await.unwrap();
    assert_eq!(found.len(), 1, "the others wrote nothing");
}

#[tokio::test]
async fn a_server_that_goes_away_is_waited_for_and_nothing_is_forgotten() {
    let Some(server) = Server::start() else { return };
    let address = server.url(&server.new_place()).parse().unwrap();
    let (ledger, batch) = with_batch(&address).await;
    let writer = ledger.writer(batch.id);
    writer.commit(&job(1, JobState::Pending)).await.unwrap();

    server.say("crash");
    let mut health = ledger.health();
    let waiting = [2, 3].map(|n| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.commit(&job(n, JobState::Uploading(run(1)))).await })
    });
    let claim = {
        let (writer, terms) = (writer.clone(), key("a").terms());
        let intent = job(4, JobState::Submitting(run(1), Box::new(intent(4))));
        tokio::spawn(async move { writer.claim(&intent, at_stake(terms)).await })
    };
    let reading = {
        let ledger = ledger.clone();
        tokio::spawn(async move { ledger.jobs(batch.id).await })
    };
    let away = health.wait_for(Option::is_some).await.unwrap().clone();
    assert!(matches!(&away, Some(LedgerError::Away { .. })), "{away:?}");
    assert!(waiting.iter().all(|commit| !commit.is_finished()) && !claim.is_finished() && !reading.is_finished());

    server.say("start");
    timeout(Duration::from_mins(1), health.wait_for(Option::is_none)).await.unwrap().unwrap();
    for commit in waiting {
        commit.await.unwrap().unwrap();
    }
    assert_eq!(claim.await.unwrap().unwrap(), Claimed::Ours);
    reading.await.unwrap().unwrap();
    let numbers: Vec<_> = ledger.jobs(batch.id).await.unwrap().iter().map(|job| job.id).collect();
    assert_eq!(numbers, [1, 2, 3, 4].map(id));
    ledger.close().await.unwrap();
}

#[tokio::test]
async fn what_is_not_let_in_is_told_what_to_do() {
    let Some((server, place, address)) = new_place() else { return };
    let opened = async |url: &str| Ledger::open_at(&url.parse().unwrap()).await.unwrap_err().to_string();
    let missing = opened(&server.url("public").replacen("/postgres?", "/nowhere?", 1)).await;
    assert!(missing.contains("\"nowhere\" does not exist") && missing.contains("createdb"), "{missing}");
    let away = opened("postgres://me:secret@127.0.0.1:1/db").await;
    assert!(away.contains("postgres://127.0.0.1:1/db does not answer") && !away.contains("secret"), "{away}");
    let stranger = opened(&server.url(&place).replacen("postgres@", "nobody@", 1)).await;
    assert!(stranger.contains("nobody") && stranger.contains("hint"), "{stranger}");

    drop(with_batch(&address).await);
    server.ask(&place, "UPDATE _sqlx_migrations SET version = 999999 WHERE version = 1");
    let newer = opened(&server.url(&place)).await;
    assert!(newer.contains("newer fal-tui"), "{newer}");

    server.ask(&place, "CREATE ROLE reader LOGIN");
    let url = server.url("public").replacen("postgres@", "reader@", 1);
    let reader = opened(&url).await;
    assert!(reader.contains("permission denied") && reader.contains("hint"), "{reader}");
}

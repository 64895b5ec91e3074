//! Who looks on at a batch on a server: what changed is seen, whatever the order, and orders arrive.

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::time::{Duration, timeout};

use super::samples::{cause, closed, id, job, key, known, run, saved};
use super::server::Server;
use crate::job::{BatchId, JobId, JobState, Spent, Stage, Timestamp, Usd};
use crate::ledger::{Address, Attempt, Kind, Ledger, LedgerError, Mark, Opened, Order, Placed, Standing};

async fn with_batch() -> Option<(&'static Server, String, Address, Ledger, Opened)> {
    let server = Server::shared()?;
    let place = server.new_place();
    let address: Address = server.url(&place).parse().unwrap();
    let ledger = Ledger::open_at(&address).await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    Some((server, place, address, ledger, batch))
}

async fn seen(ledger: &Ledger, batch: BatchId, since: Mark) -> (Vec<JobId>, Mark) {
    let changes = ledger.changes(batch, Some(since)).await.unwrap();
    (changes.jobs.iter().map(|job| job.id).collect(), changes.mark)
}

/// Looks until all that was written is known: what other tests' transactions began before holds it back as ours would.
async fn known_by_then(ledger: &Ledger, batch: BatchId, mut since: Mark) -> Mark {
    loop {
        let (jobs, mark) = seen(ledger, batch, since).await;
        if jobs.is_empty() {
            return mark;
        }
        since = mark;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_is_written_late_is_seen_however_long_it_took() {
    let Some((_, _, address, ledger, batch)) = with_batch().await else { return };
    let writer = ledger.writer(batch.id);
    for n in 1..=3 {
        writer.commit(&job(n, JobState::Pending)).await.unwrap();
    }
    let first = ledger.changes(batch.id, None).await.unwrap();
    assert!(first.jobs.is_empty());
    let first = known_by_then(&ledger, batch.id, first.mark).await;
    // One that began before the others and ends after them.
    let mut late: PgConnection = address.options.connect().await.unwrap();
    late.execute("BEGIN; UPDATE jobs SET attempt = 7 WHERE job = 1").await.unwrap();
    writer.commit(&job(2, JobState::Uploading(run(1)))).await.unwrap();
    let (jobs, mark) = seen(&ledger, batch.id, first).await;
    assert_eq!(jobs, [id(2)]);
    writer.commit(&job(3, JobState::Uploading(run(1)))).await.unwrap();
    let (jobs, mark) = seen(&ledger, batch.id, mark).await;
    assert_eq!(jobs, [id(2), id(3)], "nothing below the one that runs is taken for known");
    late.execute("COMMIT").await.unwrap();
    let (jobs, mark) = seen(&ledger, batch.id, mark).await;
    assert!(jobs.contains(&id(1)), "{jobs:?}");
    known_by_then(&ledger, batch.id, mark).await;
    late.close().await.unwrap();
}

#[tokio::test]
async fn what_is_paid_beside_results_is_what_the_whole_batch_cost_less_theirs() {
    let Some((_, _, _, ledger, batch)) = with_batch().await else { return };
    let writer = ledger.writer(batch.id);
    let done = |n: u8, cost| job(n.into(), JobState::Done(closed(), Box::new(saved(n, cost))));
    writer.commit(&done(1, Some(5))).await.unwrap();
    writer.commit(&done(2, Some(7))).await.unwrap();
    writer.commit(&done(3, None)).await.unwrap();
    let cost = async || ledger.changes(batch.id, None).await.unwrap().besides;
    assert_eq!(cost().await, Spent::NOTHING);
    // Made again: what it cost stays so, and the next result costs its own.
    writer.commit(&job(2, JobState::Pending)).await.unwrap();
    assert_eq!(cost().await, Spent::from(known(7)));
    let mut again = saved(9, Some(11));
    again.first.path = saved(2, None).first.path;
    writer.commit(&job(2, JobState::Done(closed(), Box::new(again)))).await.unwrap();
    assert_eq!(cost().await, Spent::from(known(7)));
    writer.attempt(Attempt {
        job: id(3),
        attempt: 1,
        began: Timestamp(1),
        ended: Timestamp(2),
        stage: Stage::Follow,
        cause: Some(cause()),
        request: None,
        cost: Some(known(13)),
    });
    writer.flush().await.unwrap();
    let besides = cost().await;
    let whole = ledger.batch(batch.id).await.unwrap().spent;
    assert_eq!(whole - besides, Spent::from(known(5 + 11)), "{whole:?} {besides:?}");
}

fn order(kind: Kind, command: &str) -> Order {
    Order { kind, command: command.to_owned() }
}

#[tokio::test]
async fn an_order_is_heard_once_and_what_stands_binds_who_comes_later() {
    let Some((server, place, address, ledger, batch)) = with_batch().await else { return };
    let cap = Usd::from_nanos(3);
    let mut post = ledger.post(batch.id).await.unwrap().unwrap();
    assert_eq!(post.standing, Standing::default());
    let afar = Ledger::open_at(&address).await.unwrap();
    assert_eq!(afar.order(batch.id, &order(Kind::Paused(true), "stop")).await.unwrap(), Placed::Heard);
    timeout(Duration::from_secs(30), post.rung()).await.unwrap();
    let slip = post.look("well").await.unwrap();
    assert_eq!(
        (slip.orders, slip.standing),
        (vec!["stop".to_owned()], Standing { paused: true, cap: None, window: None })
    );
    assert_eq!(post.look("").await.unwrap().orders, Vec::<String>::new());
    assert_eq!(afar.order(batch.id, &order(Kind::Cap(Some(cap)), "cap")).await.unwrap(), Placed::Heard);
    // One that nobody was told of, and one of long ago.
    server.ask(
        &place,
        "INSERT INTO orders (batch, at_ms, by_whom, command) SELECT batch, at_ms, '', 'mute' FROM orders LIMIT 1",
    );
    server.ask(
        &place,
        "INSERT INTO orders (batch, at_ms, by_whom, command) SELECT batch, 0, '', 'old' FROM orders LIMIT 1",
    );
    assert_eq!(post.look("").await.unwrap().orders, ["cap", "mute"]);

    let stands = Standing { paused: true, cap: Some(cap), window: None };
    assert_eq!(afar.post(batch.id).await.unwrap().unwrap().standing, stands);
    let mut changes = afar.changes(batch.id, None).await.unwrap();
    let worker = changes.workers.pop().unwrap();
    assert_eq!((changes.standing, worker.says.as_deref(), worker.is_lost), (stands, Some("well"), false));
    assert_eq!(worker.pid, std::process::id());
    server.ask(&place, "UPDATE workers SET until_ms = until_ms - 40000");
    assert!(afar.changes(batch.id, None).await.unwrap().workers[0].is_lost);

    // With nobody at work what holds is kept, and what somebody would have to do is forgotten.
    server.ask(&place, "UPDATE workers SET gone = TRUE");
    assert_eq!(afar.order(batch.id, &order(Kind::Work, "retry")).await.unwrap(), Placed::Nobody { is_shared: false });
    assert_eq!(afar.order(batch.id, &order(Kind::Paused(false), "on")).await.unwrap(), Placed::Kept);
    let slip = post.look("").await.unwrap();
    assert_eq!((slip.orders, slip.standing.paused), (vec!["on".to_owned()], false));
}

#[tokio::test]
async fn who_looks_on_is_known_of_for_as_long_as_they_say_so() {
    let Some((server, place, _, ledger, batch)) = with_batch().await else { return };
    let mut post = ledger.post(batch.id).await.unwrap().unwrap();
    let one = ledger.look_on(batch.id, None, false).await.unwrap();
    timeout(Duration::from_secs(30), post.rung()).await.unwrap();
    let mut look = async || {
        let slip = post.look("").await.unwrap();
        (slip.observers, slip.may_answer)
    };
    assert_eq!(look().await, (1, false));
    ledger.look_on(batch.id, None, true).await.unwrap();
    assert_eq!(look().await, (2, true));
    server.ask(&place, "UPDATE observers SET until_ms = 0");
    assert_eq!(look().await, (0, false));
    assert_eq!(ledger.look_on(batch.id, Some(one), false).await.unwrap(), one);
    assert_eq!(look().await, (1, false));
}

#[tokio::test]
async fn a_ledger_in_a_file_is_not_looked_at_from_elsewhere() {
    let folder = tempfile::TempDir::new().unwrap();
    let ledger = Ledger::open(folder.path()).await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    assert!(ledger.post(batch.id).await.unwrap().is_none());
    let refused = ledger.changes(batch.id, None).await.unwrap_err();
    assert!(
        matches!(refused, LedgerError::Unshared { .. }) && refused.to_string().contains("postgres://"),
        "{refused}"
    );
}

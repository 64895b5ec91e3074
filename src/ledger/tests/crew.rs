//! Many workers at one batch: whose each job is, and a cap that none of them passes, in whatever order things happen.

use std::collections::BTreeMap;

use fastrand::Rng;
use futures::future::join_all;

use super::samples::{at_stake, closed, id, intent, job, key, known, run, saved};
use super::server::Server;
use crate::job::{BatchId, Checkpoint, Job, JobId, JobState, Usd};
use crate::ledger::{
    Address, Claimed, Handover, Joined, Kind, Ledger, LedgerError, Need, Order, Placed, Share, Stakes, Taken, Wanted,
};

const JOBS: usize = 24;

/// A place on the server of all tests with a batch that is handed to workers.
async fn handed_over(cap: Option<i64>) -> Option<(&'static Server, String, Address, BatchId)> {
    let server = Server::shared()?;
    let place = server.new_place();
    let address: Address = server.url(&place).parse().unwrap();
    let ledger = Ledger::open_at(&address).await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    let writer = ledger.writer(batch.id);
    writer.add((1..=JOBS).map(|number| job(number, JobState::Pending)).collect());
    writer.flush().await.unwrap();
    let handover = Handover { window: 10, cap: cap.map(Usd::from_nanos), held: Vec::new() };
    ledger.hand_over(batch.id, &handover).await.unwrap();
    let id = batch.id;
    drop(batch);
    ledger.close().await.unwrap();
    Some((server, place, address, id))
}

struct Worker {
    ledger: Ledger,
    /// None once nothing is heard of it.
    joined: Option<Joined>,
    jobs: BTreeMap<JobId, JobState>,
    round: u32,
}

impl Worker {
    async fn join(address: &Address, batch: BatchId) -> Self {
        let ledger = Ledger::open_at(address).await.unwrap();
        let joined = Some(ledger.join(batch).await.unwrap());
        Self { ledger, joined, jobs: BTreeMap::new(), round: 0 }
    }

    async fn take(&mut self, batch: BatchId, most: u16) -> Result<Taken, LedgerError> {
        self.round += 1;
        let taken = self.ledger.take_jobs(batch, self.round, most).await?;
        self.jobs.extend(taken.jobs.iter().map(|job| (job.id, job.state.clone())));
        Ok(taken)
    }

    /// Makes a call that may cost so much; each photo is another picture.
    async fn submit(&self, batch: BatchId, number: JobId, at_most: i64) -> Result<Claimed, LedgerError> {
        let of = u8::try_from(number.number()).unwrap();
        let intent = job(usize::from(of), JobState::Submitting(run(1), Box::new(intent(of))));
        let stakes = Stakes { at_most: Some(Usd::from_nanos(at_most)), ..at_stake(key("a").terms()) };
        self.ledger.writer(batch).claim(&intent, stakes).await
    }
}

/// The worker in this place, of those who are there, is not heard of any more.
fn silent(place: usize) -> String {
    format!(
        "UPDATE workers SET machine = 'other', until_ms = 0
         WHERE id = (SELECT id FROM workers WHERE NOT gone ORDER BY id LIMIT 1 OFFSET {place})"
    )
}

/// What is said to be used of the cap, and what it must be.
fn used(server: &Server, place: &str) -> (i64, i64) {
    let text = "SELECT used_nanos, coalesce((SELECT sum(coalesce(most_nanos, cost_nanos, 0) + most_before_nanos) FROM jobs), 0)
        + coalesce((SELECT sum(nanos) FROM holds), 0) FROM batches";
    let both = server.ask(place, text);
    let (said, counted) = both.split_once('|').unwrap();
    (said.parse().unwrap(), counted.parse().unwrap())
}

#[tokio::test]
async fn each_job_is_one_workers_and_a_dead_ones_are_taken_up() {
    let Some((server, place, address, batch)) = handed_over(None).await else { return };
    let (mut first, mut second) = (Worker::join(&address, batch).await, Worker::join(&address, batch).await);
    let taken = first.take(batch, 10).await.unwrap();
    assert_eq!(taken.jobs.iter().map(|job| job.id).collect::<Vec<_>>(), (1..=10).map(id).collect::<Vec<_>>());
    let again = first.ledger.take_jobs(batch, first.round, 10).await.unwrap();
    assert_eq!(again.jobs.len(), 10, "an answer that was lost is given again");
    assert_eq!(again.jobs, taken.jobs);
    let taken = second.take(batch, 20).await.unwrap();
    assert_eq!((taken.jobs.len(), taken.others), (14, true));
    assert!(second.take(batch, 20).await.unwrap().jobs.is_empty(), "nobody's are left");

    // A process that has the batch for itself does not come beside workers, nor they beside it.
    let alone = Ledger::open_at(&address).await.unwrap();
    let held = alone.open_batch(&key("a")).await.unwrap_err();
    assert!(matches!(held, LedgerError::Held { .. }), "{held:?}");

    first.joined = None;
    server.ask(&place, &silent(0));
    let taken = second.take(batch, 20).await.unwrap();
    assert_eq!((taken.jobs.len(), taken.others), (10, false), "a dead one's are there");
    let lost = first.submit(batch, id(1), 1).await.unwrap_err();
    assert!(matches!(lost, LedgerError::Lost(_)), "{lost:?}");
    assert!(matches!(first.take(batch, 1).await.unwrap_err(), LedgerError::Lost(_)));

    // Who parts gives its jobs back at once, and is told whether it was the last.
    assert!(second.ledger.part(batch).await.unwrap());
    let mut third = Worker::join(&address, batch).await;
    assert_eq!(third.take(batch, 64).await.unwrap().jobs.len(), JOBS);
    drop(third.joined);
    third.ledger.close().await.unwrap();

    // Who took it for itself since has done what no cap knows of: workers need a word again.
    drop(alone.open_batch(&key("a")).await.unwrap());
    alone.close().await.unwrap();
    let late = Ledger::open_at(&address).await.unwrap();
    assert!(matches!(late.join(batch).await.unwrap_err(), LedgerError::NotHandedOver(of) if of == batch));
}

#[tokio::test]
async fn what_a_person_asks_for_and_is_nobodys_is_one_workers_at_once() {
    let Some((_, _, address, batch)) = handed_over(None).await else { return };
    let mut first = Worker::join(&address, batch).await;
    first.take(batch, 2).await.unwrap();
    let cause = crate::job::Cause::new(crate::job::CauseKind::Network, "refused, not billed");
    let (cause, checkpoint) = (Box::new(cause), Box::new(Checkpoint::Nothing));
    let failed = JobState::Failed { closed: closed(), cause, stop: None, checkpoint };
    first.ledger.writer(batch).commit(&job(1, failed)).await.unwrap();
    let workers = [Worker::join(&address, batch).await, Worker::join(&address, batch).await];
    let adopt = async |worker: &Worker, round, wanted: &Wanted| {
        let jobs = worker.ledger.adopt_jobs(batch, round, wanted).await.unwrap();
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    let failed = Wanted::Failed(None);
    assert_eq!(adopt(&workers[0], 1, &failed).await, [], "its worker lives");
    first.ledger.part(batch).await.unwrap();
    assert_eq!(adopt(&workers[0], 2, &Wanted::Failed(Some(crate::job::CauseKind::Cap))).await, []);
    assert_eq!(adopt(&workers[0], 3, &failed).await, [id(1)]);
    assert_eq!(adopt(&workers[0], 3, &failed).await, [id(1)], "an answer that was lost is given again");
    assert_eq!(adopt(&workers[1], 3, &failed).await, []);
    // Also those that nobody has taken yet, and none of another's.
    assert_eq!(adopt(&workers[1], 4, &Wanted::These(vec![id(1), id(2), id(9)])).await, [id(2), id(9)]);
}

#[tokio::test]
async fn what_is_all_workers_is_changed_for_all_and_is_no_order_to_one() {
    let Some((server, place, address, batch)) = handed_over(Some(1000)).await else { return };
    let mut worker = Worker::join(&address, batch).await;
    worker.take(batch, 1).await.unwrap();
    let order = |kind| Order { kind, command: "asked".to_owned() };
    let place_one = async |kind| worker.ledger.order(batch, &order(kind)).await.unwrap();
    assert_eq!(place_one(Kind::Window(2)).await, Placed::Heard);
    assert_eq!(place_one(Kind::Window(-300)).await, Placed::Heard);
    assert_eq!(place_one(Kind::Window(3)).await, Placed::Heard);
    assert_eq!(worker.submit(batch, id(1), 70).await.unwrap(), Claimed::Ours);
    assert_eq!(place_one(Kind::Cap(Some(Usd::from_nanos(50)))).await, Placed::Below(Usd::from_nanos(20)));
    assert_eq!(place_one(Kind::Cap(Some(Usd::from_nanos(70)))).await, Placed::Heard);
    assert_eq!(server.ask(&place, "SELECT count(*) FROM orders"), "0");
    let share = Share { workers: 1, window: 4, whole: 4, cap: Some(Usd::from_nanos(70)) };
    worker.joined.as_mut().unwrap().part.share.wait_for(|now| *now == share).await.unwrap();
    let standing = worker.ledger.changes(batch, None).await.unwrap().standing;
    assert_eq!((standing.window, standing.cap), (Some(4), Some(Usd::from_nanos(70))));
    // One that was killed is not taken to hear anything for as long as its lease lasts.
    server.ask(&place, "UPDATE workers SET gone = TRUE");
    let left = "INSERT INTO workers (batch, host, machine, pid, shares, began_ms, until_ms) SELECT batch, 'far', 'far', 7, TRUE, 0,
        CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + 20000 FROM workers";
    server.ask(&place, left);
    assert_eq!(place_one(Kind::Work).await, Placed::Nobody { is_shared: true });
    assert_eq!(place_one(Kind::Window(1)).await, Placed::Kept);
}

#[tokio::test]
async fn shares_follow_who_comes_and_goes() {
    let Some((_, _, address, batch)) = handed_over(None).await else { return };
    let mut first = Worker::join(&address, batch).await;
    let is = |workers, window| move |share: &Share| *share == Share { workers, window, whole: 10, cap: None };
    first.joined.as_mut().unwrap().part.share.wait_for(is(1, 10)).await.unwrap();
    let mut second = Worker::join(&address, batch).await;
    second.joined.as_mut().unwrap().part.share.wait_for(is(2, 5)).await.unwrap();
    first.joined.as_mut().unwrap().part.share.wait_for(is(2, 5)).await.unwrap();
    // What one that has no more jobs leaves, the other has, until it needs it again.
    second.joined.as_ref().unwrap().part.need.send_replace(Need::AtMost(2));
    first.joined.as_mut().unwrap().part.share.wait_for(is(2, 8)).await.unwrap();
    second.joined.as_mut().unwrap().part.share.wait_for(is(2, 2)).await.unwrap();
    second.joined.as_ref().unwrap().part.need.send_replace(Need::All);
    first.joined.as_mut().unwrap().part.share.wait_for(is(2, 5)).await.unwrap();
    second.joined.as_mut().unwrap().part.share.wait_for(is(2, 5)).await.unwrap();
    second.ledger.part(batch).await.unwrap();
    first.joined.as_mut().unwrap().part.share.wait_for(is(1, 10)).await.unwrap();
}

#[tokio::test]
async fn of_many_intents_at_once_as_many_are_granted_as_the_cap_bears() {
    let Some((server, place, address, batch)) = handed_over(Some(1000)).await else { return };
    let mut workers = Vec::new();
    for _ in 0..6 {
        let mut worker = Worker::join(&address, batch).await;
        worker.take(batch, 4).await.unwrap();
        workers.push(worker);
    }
    let intents = workers.iter().flat_map(|worker| worker.jobs.keys().map(move |job| worker.submit(batch, *job, 70)));
    let answers = join_all(intents).await;
    let granted = answers.iter().filter(|answer| matches!(answer, Ok(Claimed::Ours))).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Ok(Claimed::OverCap(_)))).count();
    assert_eq!((granted, refused), (14, JOBS - 14), "{answers:?}");
    assert_eq!(used(server, &place), (980, 980));
    let is_unsent = server.ask(&place, "SELECT count(*) FROM jobs WHERE status = 'PENDING'");
    assert_eq!(is_unsent, "10", "what was refused is not written");
}

/// Anything that can happen, in any order: no job is two workers', the cap is never passed, and what is said to be used
/// is what it comes to.
#[tokio::test]
async fn in_whatever_order_no_cap_is_passed_and_no_job_is_twos() {
    for seed in 0..8 {
        let mut rng = Rng::with_seed(seed);
        let cap = rng.i64(300..1500);
        let Some((server, place, address, batch)) = handed_over(Some(cap)).await else { return };
        let mut workers = vec![Worker::join(&address, batch).await, Worker::join(&address, batch).await];
        let mut dead: Vec<Worker> = Vec::new();
        let (mut paid, mut at_most) = (BTreeMap::new(), BTreeMap::new());
        let mut before = 0;
        for _ in 0..60 {
            let which = rng.usize(..workers.len());
            let worker = &mut workers[which];
            let job_of = |rng: &mut Rng, worker: &Worker| {
                let jobs: Vec<_> = worker.jobs.keys().copied().collect();
                rng.choice(jobs)
            };
            match rng.u8(..10) {
                0 | 1 => drop(worker.take(batch, rng.u16(1..5)).await.unwrap()),
                2..=5 => {
                    let Some(number) = job_of(&mut rng, worker) else { continue };
                    if !matches!(worker.jobs[&number], JobState::Pending) {
                        continue;
                    }
                    let may_cost = rng.i64(1..100);
                    let claimed = worker.submit(batch, number, may_cost).await.unwrap();
                    assert_eq!(claimed == Claimed::Ours, before + may_cost <= cap, "seed {seed}: {claimed:?}");
                    if claimed == Claimed::Ours {
                        let of = u8::try_from(number.number()).unwrap();
                        worker.jobs.insert(number, JobState::Submitting(run(1), Box::new(intent(of))));
                        at_most.insert(number, may_cost);
                    }
                }
                6 | 7 => {
                    let Some(number) = job_of(&mut rng, worker) else { continue };
                    if !matches!(worker.jobs[&number], JobState::Submitting(..)) {
                        continue;
                    }
                    let of = u8::try_from(number.number()).unwrap();
                    let cost = rng.i64(0..=at_most[&number]);
                    let state = if rng.bool() {
                        assert_eq!(paid.insert(number, cost), None, "seed {seed}: paid twice");
                        JobState::Done(closed(), Box::new(saved(of, Some(cost))))
                    } else {
                        let cause = crate::job::Cause::new(crate::job::CauseKind::Network, "refused, not billed");
                        let (cause, checkpoint) = (Box::new(cause), Box::new(Checkpoint::Nothing));
                        JobState::Failed { closed: closed(), cause, stop: None, checkpoint }
                    };
                    let ended: Job = job(usize::from(of), state);
                    worker.ledger.writer(batch).commit(&ended).await.unwrap();
                    worker.jobs.remove(&number);
                }
                8 if workers.len() > 1 => {
                    let mut silenced = workers.remove(which);
                    silenced.joined = None;
                    server.ask(&place, &silent(which));
                    dead.push(silenced);
                    // Somebody looks for work before it is heard of again.
                    workers[0].take(batch, 1).await.unwrap();
                }
                8 | 9 if workers.len() < 4 => workers.push(Worker::join(&address, batch).await),
                _ => {}
            }
            let (now, counted) = used(server, &place);
            assert!(now <= cap, "seed {seed}: {now} of {cap}");
            assert_eq!(now, counted, "seed {seed}");
            before = now;
            let mut all: Vec<_> = workers.iter().flat_map(|worker| worker.jobs.keys()).collect();
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "seed {seed}: a job is two workers'");
            if let Some(ghost) = dead.pop() {
                let number = ghost.jobs.keys().next().copied().unwrap_or_else(|| id(1));
                let lost = ghost.submit(batch, number, 1).await;
                assert!(matches!(lost, Err(LedgerError::Lost(_))), "seed {seed}: {lost:?}");
            }
        }
        let known_costs: i64 = paid.values().sum();
        assert!(known(known_costs).at_most().nanos() <= cap);
    }
}

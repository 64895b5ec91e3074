//! Ledgers of every released format keep opening.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::open;
use super::samples::{assumed, cause, closed, id, intent, job, key, known, request, run, saved, upload};
use crate::job::{
    Answer, Artifact, Checkpoint, Format, Job, JobState, Photo, Pixels, Saved, Service, Stage, Suspicion, Timestamp,
    Usd,
};
use crate::ledger::{Attempt, BatchKey};

fn fixture(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/ledger-v{version}.db"))
}

/// One job in each state, and in each shade of it.
fn every_state() -> Vec<Job> {
    let answer = Answer {
        artifacts: [
            Artifact::picture("image", "https://v3.fal.media/files/out.png", Some(Pixels::new(8000, 6000))),
            Artifact::text("caption", "Прибой, 海辺 👍🏽\n\u{1b}[2J"),
        ]
        .into(),
        seed: Some(-7),
        inference_s: Some(0.1),
        billed_units: Some(48.3),
        whole: None,
    };
    let waiting = |checkpoint| JobState::Waiting {
        run: run(2),
        until: Timestamp(99_000),
        cause: Box::new(cause()),
        stop: None,
        checkpoint: Box::new(checkpoint),
    };
    let failed = |checkpoint| JobState::Failed {
        closed: closed(),
        cause: Box::new(cause()),
        stop: None,
        checkpoint: Box::new(checkpoint),
    };
    let checkpoint = |n: u8| {
        [
            Checkpoint::Nothing,
            Checkpoint::Upload(upload(n)),
            Checkpoint::Request(Box::new(request(n))),
            Checkpoint::Answer(Box::new(request(n)), Box::new(answer.clone())),
        ]
    };
    let states = [
        JobState::Pending,
        JobState::Uploading(run(1)),
        JobState::Uploaded(run(1), Box::new(upload(3))),
        JobState::Submitting(run(1), Box::new(intent(4))),
        JobState::InQueue(run(1), Box::new(request(5)), None),
        JobState::InQueue(run(1), Box::new(request(6)), Some(17)),
        JobState::InProgress(run(1), Box::new(request(7)), Timestamp(7000)),
        JobState::Completed(run(1), Box::new(request(8)), Some(1.7)),
        JobState::Saving(run(1), Box::new(request(9)), Box::new(answer.clone())),
        // Which of both fal said is not known of that time; at the list price it was whole megapixels.
        JobState::Done(
            closed(),
            Box::new(Saved { cost: Some(assumed(4_800_000_000, 4_800_000_000)), ..saved(10, None) }),
        ),
        JobState::Review(closed(), Box::new(saved(11, None)), Suspicion("all black".into())),
        JobState::Cancelled(closed()),
        JobState::Skipped("is empty".into()),
        JobState::Unknown(run(1), Box::new(intent(14))),
    ];
    let states = states.into_iter().chain(checkpoint(20).map(waiting)).chain(checkpoint(30).map(failed));
    let mut jobs: Vec<_> = states.zip(1..).map(|(state, number)| job(number, state)).collect();
    let odd = Photo {
        path: Path::new("море/海辺 \n.jpg").into(),
        source: Path::new("/фото/海辺 \n.jpg").into(),
        format: None,
        pixels: None,
        bytes: 0,
        modified: Timestamp(-1),
        shares_stem: true,
        losses: crate::job::Losses::NONE,
    };
    jobs.push(Job {
        id: id(jobs.len() + 1),
        photo: odd,
        state: JobState::Skipped("is no picture".into()),
        own: None,
        opinion: None,
    });
    for (place, format) in Format::ALL.into_iter().enumerate() {
        if let Some(job) = jobs.get_mut(place) {
            job.photo.format = Some(format);
        }
    }
    jobs
}

fn attempts() -> [Attempt; 2] {
    let first = Attempt {
        job: id(10),
        attempt: 1,
        began: Timestamp(1000),
        ended: Timestamp(2000),
        stage: Stage::Follow,
        cause: Some(cause()),
        request: Some(request(1).id),
        cost: None,
    };
    let second = Attempt {
        attempt: 2,
        ended: Timestamp(9000),
        stage: Stage::Save,
        cause: None,
        cost: Some(assumed(4_800_000_000, 4_800_000_000)),
        ..first.clone()
    };
    [first, second]
}

/// Writes the fixture of the newest format; to be run once when a format is released, and never
/// again for it.
#[tokio::test]
#[ignore = "writes tests/fixtures/ledger-v1.db"]
async fn write_fixture() {
    let folder = TempDir::new().unwrap();
    let ledger = open(folder.path()).await;
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    let writer = ledger.writer(batch.id);
    writer.add(every_state());
    for attempt in attempts() {
        writer.attempt(attempt);
    }
    drop((writer, batch));
    ledger.close().await.unwrap();
    std::fs::create_dir_all(fixture(1).parent().unwrap()).unwrap();
    std::fs::copy(folder.path().join("ledger.db"), fixture(1)).unwrap();
}

fn forget_content(job: &mut Job) {
    if let JobState::Done(_, saved) | JobState::Review(_, saved, _) = &mut job.state {
        saved.content = None;
    }
}

#[tokio::test]
async fn a_ledger_of_format_1_opens_with_all_that_it_knows() {
    let folder = TempDir::new().unwrap();
    std::fs::copy(fixture(1), folder.path().join("ledger.db")).unwrap();
    let ledger = open(folder.path()).await;
    ledger.check().await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    assert!(batch.resumed);
    // It was written straight into its states, so that its rows of results never had an upload's hash.
    let (mut known, mut all) = (ledger.jobs(batch.id).await.unwrap(), every_state());
    known.iter_mut().chain(&mut all).for_each(forget_content);
    assert_eq!(known, all);
    assert_eq!(ledger.attempts(batch.id, id(10)).await.unwrap(), attempts());
    assert_eq!(ledger.batch(batch.id).await.unwrap().spent, assumed(4_800_000_000, 4_800_000_000).into());
    // And it can be gone on with.
    ledger.writer(batch.id).commit(&job(99, JobState::Pending)).await.unwrap();
}

/// Its results came with and without what fal billed, were redone, copied and replaced; see the history of
/// `write_fixture`, which wrote them by the code of that time.
#[tokio::test]
async fn a_ledger_of_format_7_counts_at_most_what_may_have_been_billed() {
    let folder = TempDir::new().unwrap();
    std::fs::copy(fixture(7), folder.path().join("ledger.db")).unwrap();
    let ledger = open(folder.path()).await;
    ledger.check().await.unwrap();
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    assert!(batch.resumed);
    let jobs = ledger.jobs(batch.id).await.unwrap();
    let costs: Vec<_> = jobs.iter().filter_map(|job| Some((job.id, job.state.saved()?.cost?))).collect();
    let (told, most) = (54_120_000, 100_000_000);
    assert_eq!(costs, [(id(1), assumed(told, most)), (id(2), known(told)), (id(3), known(0))]);
    // Besides them one was redone, one was replaced by another photo, and one failed.
    let spent = ledger.batch(batch.id).await.unwrap().spent;
    assert_eq!(spent.known, Usd::from_nanos(told));
    assert_eq!(spent.assumed, Usd::from_nanos(3 * told + most));
    assert_eq!(spent.at_most, Usd::from_nanos(told + 3 * most + most));
    let of = async |job| ledger.attempts(batch.id, id(job)).await.unwrap().into_iter().map(|attempt| attempt.cost);
    assert_eq!(
        of(1).await.chain(of(6).await).collect::<Vec<_>>(),
        [Some(assumed(told, told)), Some(assumed(most, most))]
    );
    // At another price than the list's the most follows from what was booked.
    let other = BatchKey { model: "fal-ai/clarity-upscaler".to_owned(), ..key("b") };
    let other = ledger.open_batch(&other).await.unwrap();
    assert_eq!(ledger.batch(other.id).await.unwrap().spent, assumed(45_000_000, 60_000_000).into());
    // And it can be gone on with: what gives way keeps all its columns.
    let replaced = job(2, JobState::Done(closed(), Box::new(saved(20, None))));
    let writer = ledger.writer(batch.id);
    writer.give_way(&job(2, JobState::Pending));
    writer.flush().await.unwrap();
    writer.commit(&replaced).await.unwrap();
    assert_eq!(ledger.batch(batch.id).await.unwrap().spent, spent);
    let key = key("a");
    let former = ledger.by_content(&upload(2).content, &key.model, &key.params, &Service::Fal).await.unwrap();
    assert!(former.iter().any(|found| found.is_former && found.job.id == id(2)), "{former:?}");
}

#[tokio::test]
async fn what_was_no_sandbox_is_taken_for_fal() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ledger.db");
    std::fs::copy(fixture(1), &file).unwrap();
    let mut old = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::query("INSERT INTO batches SELECT 2, x'00', output, model, params, 1, created_ms, used_ms FROM batches")
        .execute(&mut old)
        .await
        .unwrap();
    old.close().await.unwrap();
    let ledger = open(folder.path()).await;
    ledger.check().await.unwrap();
    let services: Vec<_> = ledger.batches().await.unwrap().into_iter().map(|row| row.key.service).collect();
    assert_eq!(services, [Service::Sandbox, Service::Fal]);
}

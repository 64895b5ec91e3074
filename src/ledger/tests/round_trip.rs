//! What is written is read back exactly, whatever happened to the job before.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;

use super::open;
use super::samples::{any_job, assumed, job, key, known, request, saved, upload};
#[cfg(unix)]
use super::{on_server_any, on_server_here};
use crate::job::{Answer, Artifact, Checkpoint, Job, JobId, JobState, Spent, Timestamp, Transition, apply};
use crate::ledger::Ledger;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn newest(ledger: &Ledger, expected: &BTreeMap<JobId, Job>) -> Result<(), TestCaseError> {
    let batch = ledger.open_batch(&key("a")).await.unwrap();
    let expected: Vec<_> = expected.values().cloned().collect();
    prop_assert_eq!(ledger.jobs(batch.id).await.unwrap(), expected);
    Ok(())
}

/// States follow each other here as they never could, so that nothing of an older one shines through a newer one.
fn every_state_reads_back(rounds: Vec<Vec<Job>>) -> Result<(), TestCaseError> {
    runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let ledger = open(folder.path()).await;
        let batch = ledger.open_batch(&key("a")).await.unwrap().id;
        let writer = ledger.writer(batch);
        let mut expected: BTreeMap<JobId, Job> = BTreeMap::new();
        for round in rounds {
            for job in round {
                writer.note(&job);
                expected.insert(job.id, job);
            }
            writer.flush().await.unwrap();
            newest(&ledger, &expected).await?;
        }
        drop(writer);
        ledger.close().await.unwrap();
        newest(&open(folder.path()).await, &expected).await
    })
}

/// The life that the engine lives, with everything noted and nothing awaited: at the end the
/// ledger says what the engine says, and knows every dollar that was paid.
fn replayed(choices: Vec<Vec<Transition>>, flushes: u64) -> Result<(), TestCaseError> {
    runtime().block_on(async {
        let folder = TempDir::new().unwrap();
        let ledger = open(folder.path()).await;
        let batch = ledger.open_batch(&key("a")).await.unwrap().id;
        let writer = ledger.writer(batch);
        let mut live = job(1, JobState::Pending);
        writer.add(vec![live.clone()]);
        let mut paid = Spent::NOTHING;
        for (choice, now) in choices.into_iter().zip(1..) {
            // The first step that can happen does, so that lives get far.
            let next = choice.into_iter().find_map(|step| apply(&live.state, step, Timestamp(now)).ok());
            let Some(next) = next else { continue };
            live.state = next;
            paid += live.state.saved().and_then(|saved| saved.cost).into();
            writer.note(&live);
            if flushes >> (now % 64) & 1 == 1 {
                writer.flush().await.unwrap();
            }
        }
        writer.flush().await.unwrap();
        prop_assert_eq!(ledger.jobs(batch).await.unwrap(), vec![live]);
        prop_assert_eq!(ledger.batch(batch).await.unwrap().spent, paid);
        Ok(())
    })
}

fn any_rounds() -> impl Strategy<Value = Vec<Vec<Job>>> {
    prop::collection::vec(prop::collection::vec(any_job(5), 1..30), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_state_reads_back_as_it_was_written(rounds in any_rounds()) {
        every_state_reads_back(rounds)?;
    }

    #[test]
    fn replaying_the_ledger_gives_the_live_state(choices in any_choices(), flushes in any::<u64>()) {
        replayed(choices, flushes)?;
    }
}

#[cfg(unix)]
proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_state_reads_back_from_a_server(rounds in on_server_any(any_rounds)) {
        on_server_here(|| every_state_reads_back(rounds))?;
    }

    #[test]
    fn replaying_a_servers_ledger_gives_the_live_state(choices in any_choices(), flushes in any::<u64>()) {
        on_server_here(|| replayed(choices, flushes))?;
    }
}

fn any_choices() -> impl Strategy<Value = Vec<Vec<Transition>>> {
    prop::collection::vec(prop::collection::vec(any_step(), 24), 0..60)
}

fn any_step() -> impl Strategy<Value = Transition> {
    let id = 1_u8..4;
    let answer = || Answer {
        artifacts: [Artifact::picture("image", "https://v3.fal.media/out.png", None)].into(),
        seed: None,
        inference_s: None,
        billed_units: Some(48.0),
        whole: None,
    };
    let checkpoint = prop_oneof![
        Just(Checkpoint::Nothing),
        id.clone().prop_map(|id| Checkpoint::Upload(upload(id))),
        id.clone().prop_map(|id| Checkpoint::Request(Box::new(request(id)))),
        id.clone().prop_map(move |id| Checkpoint::Answer(Box::new(request(id)), Box::new(answer()))),
    ];
    prop_oneof![
        12 => Just(Transition::StartUpload),
        12 => id.clone().prop_map(|id| Transition::FinishUpload(upload(id))),
        12 => Just(Transition::StartSubmit),
        12 => id.clone().prop_map(|id| Transition::Accept(request(id))),
        1 => Just(Transition::LoseReply),
        2 => Just(Transition::Queue(Some(3))),
        2 => Just(Transition::Progress),
        12 => Just(Transition::Complete(Some(1.5))),
        12 => Just(Transition::StartSave(answer())),
        4 => any_saved().prop_map(Transition::Save),
        8 => any_saved().prop_map(|saved| Transition::Doubt(saved, crate::job::Suspicion("small".into()))),
        1 => checkpoint.clone().prop_map(|checkpoint| Transition::Retry { cause: super::samples::cause(), until: Timestamp(9), checkpoint, counts: true }),
        1 => checkpoint.clone().prop_map(|checkpoint| Transition::Fail { cause: super::samples::cause(), checkpoint }),
        1 => Just(Transition::Cancel),
        3 => checkpoint.prop_map(Transition::Reopen),
    ]
}

/// A result whose request is another one each time, as no two requests have one id.
fn any_saved() -> impl Strategy<Value = crate::job::Saved> {
    ("[a-f0-9]{32}", prop::option::of(1_i64..1000), any::<bool>()).prop_map(|(id, cost, is_known)| crate::job::Saved {
        request: crate::job::RequestId::new(&id).unwrap(),
        cost: cost.map(|cost| if is_known { known(cost) } else { assumed(cost, 2 * cost) }),
        ..saved(1, None)
    })
}

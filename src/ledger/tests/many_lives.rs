//! Many jobs at once, a cap, and crashes between: what the ledger gives back is what was live, and
//! with it the cap is kept to.

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::open;
use super::samples::{assumed, cause, id, job, key, known, request, saved, upload};
use crate::job::{
    Answer, Artifact, BatchId, Checkpoint, Job, JobState, Request, RequestId, Saved, Spent, Stage, Timestamp,
    Transition, apply,
};
use crate::ledger::{Attempt, Ledger, Writer};

/// What a photo is thought to cost, and at the most does, billionths of a USD.
const PRICE: i64 = 10;
const JOBS: usize = 5;

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// A job goes on, as far as it can by itself; a number of 0 to 99 says how well that goes.
    On(usize, u8),
    /// All that was noted is written.
    Flush,
    /// The machine stops. What was not written yet may be lost.
    Crash,
}

fn any_turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        20 => (0..JOBS, 0_u8..100).prop_map(|(job, luck)| Turn::On(job, luck)),
        1 => Just(Turn::Flush),
        1 => Just(Turn::Crash),
    ]
}

/// A batch as an engine works on it, and what fal charges for it.
struct Life {
    folder: TempDir,
    ledger: Ledger,
    batch: BatchId,
    writer: Writer,
    jobs: Vec<Job>,
    spent: Spent,
    attempts: Vec<Attempt>,
    cap: i64,
    /// What fal has accepted and will charge, job by job, at its dearest.
    charged: [i64; JOBS],
    /// Whether a request failed, unpaid; a crash lets us ask again and changes nothing about it.
    failed: HashMap<RequestId, bool>,
    requests: usize,
    now: i64,
}

impl Life {
    async fn begin(cap: i64) -> Self {
        let folder = TempDir::new().unwrap();
        let ledger = open(folder.path()).await;
        let batch = ledger.open_batch(&key("a")).await.unwrap().id;
        let jobs: Vec<_> = (1..=JOBS).map(|number| job(number, JobState::Pending)).collect();
        let writer = ledger.writer(batch);
        writer.add(jobs.clone());
        writer.flush().await.unwrap();
        let (spent, attempts) = (Spent::NOTHING, Vec::new());
        let failed = HashMap::new();
        Self {
            folder,
            ledger,
            batch,
            writer,
            jobs,
            spent,
            attempts,
            cap,
            charged: [0; JOBS],
            failed,
            requests: 0,
            now: 0,
        }
    }

    fn reserved(&self) -> i64 {
        PRICE * i64::try_from(self.jobs.iter().filter(|job| job.state.is_reserved()).count()).unwrap()
    }

    fn happen(&mut self, at: usize, transition: Transition) {
        self.now += 1;
        let state = apply(&self.jobs[at].state, transition, Timestamp(self.now)).unwrap();
        self.jobs[at].state = state;
        self.writer.note(&self.jobs[at]);
    }

    fn ended(&mut self, at: usize, run: crate::job::Run, with: Option<&Saved>) {
        let attempt = Attempt {
            job: id(at + 1),
            attempt: run.attempt,
            began: run.began,
            ended: Timestamp(self.now),
            stage: if with.is_some() { Stage::Save } else { Stage::Follow },
            cause: with.is_none().then(cause),
            request: with.map(|saved| saved.request.clone()),
            cost: with.and_then(|saved| saved.cost),
        };
        self.writer.attempt(attempt.clone());
        self.attempts.push(attempt);
    }

    /// The step that follows, as the engine would take it.
    async fn go_on(&mut self, at: usize, luck: u8) {
        let number = u8::try_from(at).unwrap();
        match self.jobs[at].state.clone() {
            JobState::Pending => self.happen(at, Transition::StartUpload),
            JobState::Uploading(_) => self.happen(at, Transition::FinishUpload(upload(number))),
            JobState::Uploaded(..) | JobState::Waiting { .. } => {
                if self.spent.at_most.nanos() + self.reserved() + PRICE > self.cap {
                    return;
                }
                self.happen(at, Transition::StartSubmit);
                self.writer.commit(&self.jobs[at]).await.unwrap();
                // The call is made. It may not arrive; its answer may not come back.
                if luck >= 10 {
                    self.charged[at] = PRICE;
                }
                if luck < 20 {
                    self.happen(at, Transition::LoseReply);
                }
            }
            JobState::Submitting(..) if self.charged[at] > 0 => {
                self.requests += 1;
                let id = RequestId::new(&format!("request-{}", self.requests)).unwrap();
                self.happen(at, Transition::Accept(Request { id, ..request(number) }));
            }
            JobState::InQueue(..) => self.happen(at, Transition::Complete(None)),
            // It failed unpaid: another request is made, with the same upload.
            JobState::Completed(run, request, _) if *self.failed.entry(request.id.clone()).or_insert(luck < 20) => {
                self.charged[at] = 0;
                let checkpoint = Checkpoint::Upload(upload(number));
                self.ended(at, run, None);
                self.happen(at, Transition::Retry { cause: cause(), until: Timestamp(0), checkpoint, counts: true });
            }
            JobState::Completed(..) => {
                let artifacts = [Artifact::picture("image", "https://v3.fal.media/out.png", None)].into();
                let answer = Answer { artifacts, seed: None, inference_s: None, billed_units: None, whole: None };
                self.happen(at, Transition::StartSave(answer));
            }
            JobState::Saving(run, request, _) => {
                let cost = i64::from(luck % 10) + 1;
                // fal says what it was, or it does not.
                let cost = if luck.is_multiple_of(2) { known(cost) } else { assumed(cost, PRICE) };
                let saved = Saved { request: request.id, cost: Some(cost), ..saved(number, None) };
                self.spent += cost.into();
                self.ended(at, run, Some(&saved));
                self.happen(at, Transition::Save(saved));
            }
            _ => {}
        }
    }

    /// What the ledger in a folder says: jobs, spending, attempts.
    async fn told(&self, ledger: &Ledger) -> (Vec<Job>, Spent, Vec<Attempt>) {
        let mut attempts = Vec::new();
        for job in &self.jobs {
            attempts.extend(ledger.attempts(self.batch, job.id).await.unwrap());
        }
        let spent = ledger.batch(self.batch).await.unwrap().spent;
        (ledger.jobs(self.batch).await.unwrap(), spent, attempts)
    }

    async fn flush(&mut self) -> Result<(), TestCaseError> {
        self.writer.flush().await.unwrap();
        let (jobs, spent, attempts) = self.told(&self.ledger).await;
        self.attempts.sort_by_key(|attempt| (attempt.job, attempt.ended));
        prop_assert_eq!((&jobs, spent, &attempts), (&self.jobs, self.spent, &self.attempts));
        Ok(())
    }

    /// Goes on from the files as they lie there.
    async fn crash(&mut self) {
        let folder = TempDir::new().unwrap();
        for name in ["ledger.db", "ledger.db-wal"] {
            copy(&self.folder.path().join(name), &folder.path().join(name));
        }
        self.ledger = open(folder.path()).await;
        self.ledger.check().await.unwrap();
        self.folder = folder;
        self.batch = self.ledger.open_batch(&key("a")).await.unwrap().id;
        self.writer = self.ledger.writer(self.batch);
        (self.jobs, self.spent, self.attempts) = self.told(&self.ledger).await;
        for at in 0..JOBS {
            // An intent without an id: the call may have been accepted.
            if matches!(self.jobs[at].state, JobState::Submitting(..)) {
                self.happen(at, Transition::LoseReply);
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    if from.exists() {
        std::fs::copy(from, to).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whatever is interleaved with whatever, and wherever it is cut off: what fal may charge never
    /// passes the cap, and what is written is what was live.
    #[test]
    fn the_ledger_gives_back_the_live_state_and_the_cap_is_never_passed(
        cap in 0..=6 * PRICE, turns in prop::collection::vec(any_turn(), 0..160),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut life = Life::begin(cap).await;
            for turn in turns {
                match turn {
                    Turn::On(at, luck) => life.go_on(at, luck).await,
                    Turn::Flush => life.flush().await?,
                    Turn::Crash => life.crash().await,
                }
                let charged: i64 = life.charged.iter().sum();
                // What is settled is charged as it was billed, which is no more.
                let settled = life.jobs.iter().filter_map(|job| job.state.saved()?.cost);
                let less: i64 = settled.map(|cost| PRICE - cost.at_most().nanos()).sum();
                prop_assert!(charged - less <= cap, "{charged} less {less} of {cap}");
            }
            life.flush().await
        })?;
    }
}

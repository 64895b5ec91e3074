//! What a job went through stays known, and is found by what it was.

use sqlx::Row;

use super::samples::{assumed, cause, closed, id, intent, job, key, known, request, run, saved, upload};
use super::{desk, one_batch};
use crate::job::{
    Answer, Artifact, Checkpoint, Cost, Job, JobState, OwnParams, Saved, Service, Spent, Stage, Status, Stop,
    Suspicion, Timestamp, Usd,
};
use crate::ledger::found::By;
use crate::ledger::sql::columns::money::OF_JOBS;
use crate::ledger::{Attempt, BatchKey, Trail};

fn attempt(number: u16) -> Attempt {
    Attempt {
        job: id(1),
        attempt: number,
        began: Timestamp(1000),
        ended: Timestamp(i64::from(number) * 1000 + 1000),
        stage: Stage::Follow,
        cause: Some(cause()),
        request: Some(request(1).id),
        cost: None,
    }
}

fn again() -> JobState {
    let (cause, checkpoint) = (Box::new(cause()), Box::new(Checkpoint::Nothing));
    JobState::Waiting { run: run(1), until: Timestamp(1), cause, stop: None, checkpoint }
}

async fn attempts_are_told_oldest_first() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let last = Attempt { cause: None, cost: Some(known(5)), stage: Stage::Save, ..attempt(3) };
    for attempt in [attempt(1), attempt(2), last.clone(), Attempt { job: id(2), ..attempt(1) }] {
        writer.attempt(attempt);
    }
    writer.flush().await.unwrap();
    assert_eq!(ledger.attempts(batch.id, id(1)).await.unwrap(), [attempt(1), attempt(2), last]);
}

async fn a_result_that_a_retry_replaces_stays_paid() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let review = JobState::Review(closed(), Box::new(saved(1, Some(3))), Suspicion("black".into()));
    let again = again();
    let done = JobState::Done(closed(), Box::new(saved(2, Some(4))));
    for (state, spent) in [(&review, 3), (&review, 3), (&again, 3), (&again, 3), (&done, 7), (&done, 7)] {
        writer.commit(&job(1, state.clone())).await.unwrap();
        assert_eq!(ledger.batch(batch.id).await.unwrap().spent, known(spent).into());
    }
    // The same within one transaction.
    for state in [&review, &again, &done] {
        writer.note(&job(2, state.clone()));
    }
    writer.flush().await.unwrap();
    assert_eq!(ledger.batch(batch.id).await.unwrap().spent, known(14).into());
}

async fn a_request_is_paid_once_whatever_its_job_went_through_and_what_is_assumed_stays_so() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let done = |number, cost| JobState::Done(closed(), Box::new(Saved { cost: Some(cost), ..saved(number, None) }));
    let artifacts = [Artifact::picture("image", "https://v3.fal.media/files/out.png", None)].into();
    let answer = Answer { artifacts, seed: None, inference_s: None, billed_units: None, whole: None };
    let saving = |number| JobState::Saving(run(1), Box::new(request(number)), Box::new(answer.clone()));
    let told = |known, assumed, most| {
        let [known, assumed, at_most] = [known, assumed, most].map(Usd::from_nanos);
        Spent { known, assumed, at_most }
    };
    for (state, spent) in [
        (done(1, assumed(3, 10)), told(0, 3, 10)),
        // Its file was lost, and comes back from the same request.
        (saving(1), told(0, 3, 10)),
        (done(1, assumed(3, 10)), told(0, 3, 10)),
        (again(), told(0, 3, 10)),
        (JobState::InQueue(run(1), Box::new(request(2)), None), told(0, 3, 10)),
        (done(2, known(4)), told(4, 3, 14)),
        // A copy costs nothing, be it of what the job paid for itself.
        (done(2, Cost::NOTHING), told(4, 3, 14)),
        (JobState::Pending, told(4, 3, 14)),
        (done(3, assumed(5, 6)), told(4, 8, 20)),
    ] {
        for _ in 0..2 {
            writer.commit(&job(1, state.clone())).await.unwrap();
            assert_eq!(ledger.batch(batch.id).await.unwrap().spent, spent, "{state:?}");
        }
    }
    let failed = Attempt { cost: Some(assumed(7, 9)), ..attempt(1) };
    writer.attempt(failed.clone());
    writer.flush().await.unwrap();
    assert_eq!(ledger.attempts(batch.id, id(1)).await.unwrap(), [failed]);
    assert_eq!(ledger.batch(batch.id).await.unwrap().spent, told(4, 15, 29));
}

async fn a_finished_picture_is_found_by_what_was_sent() {
    let (_folder, ledger, batch) = one_batch().await;
    let sandbox = BatchKey { service: Service::Sandbox, ..key("a") };
    let stand_in = BatchKey { service: Service::stand_in("http", "127.0.0.1"), ..key("a") };
    let other = BatchKey { params: "{}".to_owned(), ..key("a") };
    for key in [key("a"), key("b"), sandbox, stand_in, other] {
        let id = if key == super::samples::key("a") { batch.id } else { ledger.open_batch(&key).await.unwrap().id };
        let writer = ledger.writer(id);
        for (number, done) in [(1, false), (2, true)] {
            writer.note(&job(number, JobState::InQueue(run(1), Box::new(request(7)), None)));
            writer.flush().await.unwrap();
            if done {
                writer.commit(&job(number, JobState::Done(closed(), Box::new(saved(7, None))))).await.unwrap();
            }
        }
    }
    let key = key("a");
    let found = ledger.by_content(&upload(7).content, &key.model, &key.params, &Service::Fal).await.unwrap();
    let found: Vec<_> = found.iter().map(|f| (f.output.to_str().unwrap(), f.job.id, f.job.state.is_final())).collect();
    let (a, b) = ("/photos/a-upscaled", "/photos/b-upscaled");
    assert_eq!(found, [(b, id(2), true), (a, id(2), true), (b, id(1), false), (a, id(1), false)]);
    assert!(ledger.by_content(&upload(8).content, &key.model, &key.params, &Service::Fal).await.unwrap().is_empty());
}

async fn what_gives_way_to_another_photo_is_kept_whether_it_was_written_before_or_not() {
    let (_folder, ledger, batch) = one_batch().await;
    let (writer, key) = (ledger.writer(batch.id), key("a"));
    let done = |number| {
        let result = Saved { content: Some(upload(number).content), ..saved(number, None) };
        job(number.into(), JobState::Done(closed(), Box::new(result)))
    };
    writer.commit(&done(1)).await.unwrap();
    writer.give_way(&job(1, JobState::Pending));
    // Its result was not written yet; and what takes its place goes on at once.
    writer.note(&done(2));
    writer.give_way(&job(2, JobState::Pending));
    writer.note(&job(2, JobState::InQueue(run(1), Box::new(request(7)), None)));
    // Who has no result is none that another could have.
    writer.note(&job(3, JobState::Pending));
    writer.flush().await.unwrap();
    for number in [1, 2] {
        let content = upload(number).content;
        let found = ledger.by_content(&content, &key.model, &key.params, &Service::Fal).await.unwrap();
        let found: Vec<_> = found.iter().map(|found| (found.job.id, found.is_former)).collect();
        assert_eq!(found, [(id(number.into()), true)]);
    }
    // Asked for many at once, what is on its way counts, and what gave way.
    let asked: Vec<_> = (1..=200).map(|number| upload(number).content).collect();
    let sent = [1, 2, 7].map(|number| upload(number).content);
    assert_eq!(ledger.sent_of(&asked).await.unwrap(), sent.into());
    assert!(ledger.sent_of(&[]).await.unwrap().is_empty());
    let jobs = ledger.jobs(batch.id).await.unwrap();
    let stand: Vec<_> = jobs.iter().map(|job| job.state.status()).collect();
    assert_eq!(stand, [Status::Pending, Status::InQueue, Status::Pending]);
}

async fn a_lost_reply_is_found_by_its_upload() {
    let (_folder, ledger, batch) = one_batch().await;
    let lost = job(1, JobState::Unknown(run(1), Box::new(intent(9))));
    ledger.writer(batch.id).commit(&lost).await.unwrap();
    let found = ledger.by_upload_url(&upload(9).url, &Service::Fal).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].batch, &found[0].job), (batch.id, &lost));
}

async fn a_request_is_not_forgotten_when_its_job_is_cancelled_before_it_was_written() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    writer.note(&job(1, JobState::InQueue(run(1), Box::new(request(3)), None)));
    writer.note(&job(1, JobState::Cancelled(closed())));
    writer.flush().await.unwrap();
    let found = ledger.by_request(&request(3).id, &Service::Fal).await.unwrap();
    assert_eq!(found[0].job.state, JobState::Cancelled(closed()));
}

async fn a_failure_keeps_its_step_and_its_request_though_it_goes_on_without_them() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let failed = |stop| {
        let (cause, checkpoint) = (Box::new(cause()), Box::new(Checkpoint::Upload(upload(3))));
        job(1, JobState::Failed { closed: closed(), cause, stop: Some(Box::new(stop)), checkpoint })
    };
    let at_fal = failed(Stop { stage: Stage::Follow, request: Some(request(3).id) });
    // A request that was made before is not the one that a later submit failed with.
    let at_submit = failed(Stop { stage: Stage::Submit, request: None });
    for state in [at_fal, at_submit] {
        writer.note(&job(1, JobState::InQueue(run(1), Box::new(request(3)), None)));
        writer.commit(&state).await.unwrap();
        assert_eq!(ledger.jobs(batch.id).await.unwrap(), [state]);
    }
}

async fn a_result_on_disk_is_known_with_the_urls_that_led_to_it() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let url = "https://v3.fal.media/files/out.png";
    let answer = Answer {
        artifacts: [Artifact::picture("image", url, None)].into(),
        seed: None,
        inference_s: None,
        billed_units: None,
        whole: None,
    };
    writer.note(&job(1, JobState::Saving(run(1), Box::new(request(1)), Box::new(answer))));
    writer.note(&job(1, JobState::Done(closed(), Box::new(saved(1, None)))));
    writer.flush().await.unwrap();
    let (upload, request) = (upload(1).url.to_string(), request(1).url.map(String::from));
    let trail =
        Trail { upload_url: Some(upload), request_url: request, result_url: Some(url.to_owned()), answer: None };
    assert_eq!(ledger.trail(batch.id, id(1)).await.unwrap(), trail);
    assert_eq!(ledger.trail(batch.id, id(2)).await.unwrap(), Trail::default());
}

async fn a_photo_that_begins_anew_is_not_taken_for_what_it_was() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    writer.commit(&job(1, JobState::InQueue(run(1), Box::new(request(3)), None))).await.unwrap();
    writer.add(vec![job(1, JobState::Pending)]);
    writer.flush().await.unwrap();
    let key = key("a");
    assert!(ledger.by_content(&upload(3).content, &key.model, &key.params, &Service::Fal).await.unwrap().is_empty());
    assert_eq!(ledger.by_request(&request(3).id, &Service::Fal).await.unwrap().len(), 1);
}

#[tokio::test]
async fn look_ups_do_not_walk_the_whole_ledger() {
    let (_folder, ledger, batch) = one_batch().await;
    let (content, request) = (upload(1).content, request(1).id);
    let by = [
        (By::Content { content: &content, model: "m", params: "{}", service: &Service::Fal }, "jobs_by_content"),
        (By::UploadUrl("u", &Service::Fal), "jobs_by_upload"),
        (By::Request(&request, &Service::Fal), "jobs_by_request"),
    ];
    let plan = async |text: String| {
        let steps = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}")))
            .fetch_all(&mut *desk(&ledger).await)
            .await
            .unwrap();
        steps.iter().map(|step| step.get::<String, _>("detail")).collect::<Vec<_>>().join("; ")
    };
    for (by, index) in by {
        let plan = plan(by.statement::<sqlx::SqliteConnection>()).await;
        assert!(plan.contains(&format!("SEARCH jobs USING INDEX {index}")), "{plan}");
    }
    let left = plan("SELECT id, service FROM batches WHERE output = ?".to_owned()).await;
    assert!(left.contains("SEARCH batches USING INDEX batches_by_output"), "{left}");
    let sums = plan(format!("SELECT status, {OF_JOBS} FROM jobs WHERE batch = {} GROUP BY status", batch.id)).await;
    assert!(sums.contains("USING COVERING INDEX jobs_by_status"), "{sums}");
}

async fn what_was_made_with_other_parameters_is_another_result() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let own = OwnParams(r#"{"seed":7,"upscale_factor":2}"#.into());
    let redone = |state| Job { own: Some(own.clone()), ..job(1, state) };
    writer.commit(&job(1, JobState::InQueue(run(1), Box::new(request(7)), None))).await.unwrap();
    writer.commit(&redone(JobState::Done(closed(), Box::new(saved(7, None))))).await.unwrap();
    let key = key("a");
    let by =
        async |params: &str| ledger.by_content(&upload(7).content, &key.model, params, &Service::Fal).await.unwrap();
    assert!(by(&key.params).await.is_empty(), "the batch's parameters did not make it");
    assert_eq!(by(&own.0).await[0].job.own, Some(own.clone()));
    assert_eq!(ledger.jobs(batch.id).await.unwrap(), [redone(JobState::Done(closed(), Box::new(saved(7, None))))]);
}

async fn a_result_that_is_made_again_is_known_until_another_takes_its_place() {
    let (_folder, ledger, batch) = one_batch().await;
    let writer = ledger.writer(batch.id);
    let done = |number| JobState::Done(closed(), Box::new(saved(number, Some(3))));
    let again = again();
    writer.commit(&job(2, done(5))).await.unwrap();
    for (state, known) in [(done(1), None), (again, Some(1)), (done(2), None)] {
        writer.commit(&job(1, state)).await.unwrap();
        let replaced = ledger.replaced(batch.id).await.unwrap();
        let outputs: Vec<_> = replaced.iter().map(|(id, saved)| (*id, saved.output().to_owned())).collect();
        let known: Vec<_> = known.map(|number| (id(1), saved(number, None).output().to_owned())).into_iter().collect();
        assert_eq!(outputs, known);
    }
}

on_both! {
    attempts_are_told_oldest_first,
    a_result_that_a_retry_replaces_stays_paid,
    a_request_is_paid_once_whatever_its_job_went_through_and_what_is_assumed_stays_so,
    a_finished_picture_is_found_by_what_was_sent,
    what_gives_way_to_another_photo_is_kept_whether_it_was_written_before_or_not,
    a_lost_reply_is_found_by_its_upload,
    a_request_is_not_forgotten_when_its_job_is_cancelled_before_it_was_written,
    a_failure_keeps_its_step_and_its_request_though_it_goes_on_without_them,
    a_result_on_disk_is_known_with_the_urls_that_led_to_it,
    a_photo_that_begins_anew_is_not_taken_for_what_it_was,
    what_was_made_with_other_parameters_is_another_result,
    a_result_that_is_made_again_is_known_until_another_takes_its_place,
}

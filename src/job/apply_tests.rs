use proptest::prelude::*;

use super::*;
use crate::job::{Artifact, CauseKind, ContentHash, RequestId, Stage, saved_samples};

fn upload() -> Upload {
    Upload { url: "https://v3.fal.media/files/a.jpg".into(), at: Timestamp(1), content: ContentHash([7; 32]) }
}

fn request(id: &str) -> Request {
    Request { id: RequestId::new(id).unwrap(), url: None, at: Timestamp(2), upload: upload() }
}

fn answer() -> Answer {
    Answer {
        artifacts: [Artifact::picture("image", "https://v3.fal.media/out.png", None)].into(),
        seed: Some(1),
        inference_s: None,
        billed_units: None,
        whole: None,
    }
}

fn saved() -> Saved {
    saved_samples::saved("r1", saved_samples::png("a.png", 2, 2, 9), None)
}

fn unread() -> Unread {
    Unread { why: Suspicion("holds no picture".into()), answer: "{}".into() }
}

fn cause() -> Cause {
    Cause::new(CauseKind::Runner, "runner disconnected")
}

fn any_kept() -> impl Strategy<Value = Checkpoint> {
    prop_oneof![
        Just(Checkpoint::Nothing),
        Just(Checkpoint::Upload(upload())),
        prop_oneof![Just("r1"), Just("r2")].prop_map(|id| Checkpoint::Request(Box::new(request(id)))),
        Just(Checkpoint::Answer(Box::new(request("r1")), Box::new(answer()))),
    ]
}

fn any_transition() -> impl Strategy<Value = Transition> {
    prop_oneof![
        Just(Transition::StartUpload),
        Just(Transition::FinishUpload(upload())),
        Just(Transition::StartSubmit),
        prop_oneof![Just("r1"), Just("r2")].prop_map(|id| Transition::Accept(request(id))),
        Just(Transition::LoseReply),
        any::<Option<u32>>().prop_map(Transition::Queue),
        Just(Transition::Progress),
        Just(Transition::Complete(Some(1.5))),
        Just(Transition::StartSave(answer())),
        Just(Transition::Save(saved())),
        Just(Transition::Misread(unread())),
        Just(Transition::Doubt(saved(), Suspicion("small".into()))),
        (any_kept(), any::<bool>()).prop_map(|(checkpoint, counts)| Transition::Retry {
            cause: cause(),
            until: Timestamp(9),
            checkpoint,
            counts
        }),
        any_kept().prop_map(|checkpoint| Transition::Fail { cause: cause(), checkpoint }),
        Just(Transition::Cancel),
        any_kept().prop_map(Transition::Reopen),
        Just(Transition::Approve),
        Just(Transition::Reject(Suspicion("rejected by you".into()))),
        Just(Transition::Redo),
        Just(Transition::Skip("left out by you".into())),
        Just(Transition::TakeBack(Box::new(JobState::Pending))),
    ]
}

fn life(steps: impl IntoIterator<Item = Transition>) -> JobState {
    steps.into_iter().zip(1..).fold(JobState::Pending, |state, (step, at)| {
        apply(&state, step, Timestamp(at)).expect("a step of an ordinary life")
    })
}

fn ordinary_life() -> Vec<Transition> {
    vec![
        Transition::StartUpload,
        Transition::FinishUpload(upload()),
        Transition::StartSubmit,
        Transition::Accept(request("r1")),
        Transition::Queue(Some(3)),
        Transition::Progress,
        Transition::Complete(Some(2.0)),
        Transition::StartSave(answer()),
        Transition::Save(saved()),
    ]
}

#[test]
fn what_is_not_sent_yet_can_be_left_out_and_a_wish_for_another_go_taken_back() {
    let skip = || Transition::Skip("left out by you".into());
    assert_eq!(life([skip()]), JobState::Skipped("left out by you".into()));
    let steps = ordinary_life();
    assert!(apply(&life(steps.clone().into_iter().take(3)), skip(), Timestamp(9)).is_err(), "it may be paid for");
    let failed = life(
        steps.clone().into_iter().take(1).chain([Transition::Fail { cause: cause(), checkpoint: Checkpoint::Nothing }]),
    );
    let again = apply(&failed, Transition::Reopen(Checkpoint::Nothing), Timestamp(20)).unwrap();
    let back = Transition::TakeBack(Box::new(failed.clone()));
    assert_eq!(apply(&again, back.clone(), Timestamp(21)).unwrap(), failed);
    assert!(apply(&life(steps), back, Timestamp(21)).is_err(), "a result is kept");
    let done = Transition::TakeBack(Box::new(life(ordinary_life())));
    assert!(apply(&again, done, Timestamp(21)).is_err(), "nothing is done by taking back a wish");
}

#[test]
fn an_ordinary_life_ends_done_with_its_time() {
    let JobState::Done(closed, _) = life(ordinary_life()) else { panic!("not done") };
    assert_eq!(closed, Closed { at: Timestamp(9), took: std::time::Duration::from_millis(8), attempts: 1 });
}

#[test]
fn a_failed_attempt_keeps_its_upload_and_counts() {
    let mut steps = ordinary_life();
    steps.truncate(7);
    steps.push(Transition::Retry {
        cause: cause(),
        until: Timestamp(99),
        checkpoint: Checkpoint::Upload(upload()),
        counts: true,
    });
    steps.push(Transition::StartSubmit);
    let state = life(steps);
    assert_eq!(state.status(), Status::Submitting);
    assert_eq!(state.attempt(), 2);
}

#[test]
fn a_failure_says_which_step_and_request_it_was_whatever_is_kept() {
    let failing = |steps, checkpoint| {
        life(ordinary_life().into_iter().take(steps).chain([Transition::Fail { cause: cause(), checkpoint }]))
    };
    let told = |state: JobState| (state.stop().unwrap().stage, state.last_request_id().map(ToString::to_string));
    assert_eq!(told(failing(1, Checkpoint::Nothing)), (Stage::Upload, None));
    assert_eq!(told(failing(3, Checkpoint::Upload(upload()))), (Stage::Submit, None));
    for steps in 4..=7 {
        let failed = failing(steps, Checkpoint::Upload(upload()));
        assert_eq!(failed.request_id(), None, "it goes on without it");
        let again = apply(&failed, Transition::Reopen(Checkpoint::Upload(upload())), Timestamp(20)).unwrap();
        for state in [failed, again] {
            assert_eq!(told(state), (Stage::Follow, Some("r1".to_owned())));
        }
    }
    let checkpoint = Checkpoint::Answer(Box::new(request("r1")), Box::new(answer()));
    assert_eq!(told(failing(8, checkpoint)), (Stage::Save, Some("r1".to_owned())));
    // To be made again is no failure.
    assert_eq!(apply(&life(ordinary_life()), Transition::Redo, Timestamp(20)).unwrap().stop(), None);
}

#[test]
fn a_paid_result_that_could_not_be_saved_is_not_paid_for_again() {
    let failed = life(ordinary_life().into_iter().take(8).chain([Transition::Fail {
        cause: cause(),
        checkpoint: Checkpoint::Answer(Box::new(request("r1")), Box::new(answer())),
    }]));
    assert!(apply(&failed, Transition::Reopen(Checkpoint::Nothing), Timestamp(20)).is_err());
    let again = apply(
        &failed,
        Transition::Reopen(Checkpoint::Answer(Box::new(request("r1")), Box::new(answer()))),
        Timestamp(20),
    )
    .unwrap();
    assert_eq!(apply(&again, Transition::StartSave(answer()), Timestamp(21)).unwrap().status(), Status::Saving);
}

#[test]
fn a_result_is_accepted_rejected_and_made_again() {
    let done = life(ordinary_life());
    let now = Timestamp(20);
    assert!(apply(&done, Transition::Approve, now).is_err(), "it is accepted already");
    let rejected = apply(&done, Transition::Reject(Suspicion("rejected by you".into())), now).unwrap();
    assert_eq!(rejected.status(), Status::Review);
    assert_eq!(apply(&rejected, Transition::Approve, now), Ok(done.clone()));
    for from in [&done, &rejected] {
        let again = apply(from, Transition::Redo, now).unwrap();
        assert_eq!(apply(&again, Transition::StartUpload, now).unwrap().status(), Status::Uploading);
    }
    let underway = life(ordinary_life().into_iter().take(5));
    for step in [Transition::Approve, Transition::Reject(Suspicion("x".into())), Transition::Redo] {
        assert!(apply(&underway, step, now).is_err());
    }
}

#[test]
fn a_lost_reply_is_never_submitted_again_by_itself() {
    let unknown = life(ordinary_life().into_iter().take(3).chain([Transition::LoseReply]));
    assert!(apply(&unknown, Transition::StartSubmit, Timestamp(9)).is_err());
    assert!(
        apply(
            &unknown,
            Transition::Retry {
                cause: cause(),
                until: Timestamp(9),
                checkpoint: Checkpoint::Upload(upload()),
                counts: true
            },
            Timestamp(9)
        )
        .is_err()
    );
    assert_eq!(apply(&unknown, Transition::Accept(request("r1")), Timestamp(9)).unwrap().status(), Status::InQueue);
}

proptest! {
    #[test]
    fn any_sequence_keeps_the_promises(steps in prop::collection::vec(any_transition(), 0..60)) {
        let mut state = JobState::Pending;
        for (step, now) in steps.into_iter().zip(1..) {
            let reopens = matches!(step, Transition::Reopen(_) | Transition::Redo);
            let withdraws = matches!(step, Transition::Skip(_) | Transition::TakeBack(_));
            let judges = matches!(step, Transition::Approve | Transition::Reject(_));
            let Ok(next) = apply(&state, step.clone(), Timestamp(now)) else { continue };
            // What has ended stays ended unless a person reopens it or a lost request turns up.
            if state.is_final() {
                prop_assert!(reopens || judges || matches!((&state, &step), (JobState::Unknown(..), Transition::Accept(_))));
            }
            if !reopens && !withdraws {
                prop_assert!(next.attempt() >= state.attempt(), "attempts only grow: {state:?} {step:?}");
            }
            // A paid call is made only from an upload, and recorded as an intent first.
            if next.status() == Status::InQueue && state.request().is_none() {
                prop_assert!(matches!(state, JobState::Submitting(..) | JobState::Unknown(..)));
            }
            // Done and Review hold their result, unless that is not understood; nothing else claims one.
            let is_unread = matches!(next, JobState::Unread(..));
            prop_assert_eq!(next.saved().is_some(), matches!(next.status(), Status::Done | Status::Review) && !is_unread);
            prop_assert!(next.run().is_none() || next.closed().is_none());
            // Whoever judges a result changes neither it nor how it came about.
            if judges {
                prop_assert_eq!(next.saved(), state.saved());
                prop_assert_eq!(next.closed(), state.closed());
            }
            state = next;
        }
    }
}

#[test]
fn an_answer_that_is_not_understood_stays_a_paid_request_until_a_person_gives_it_up() {
    let run = Run { began: Timestamp(0), attempt: 1 };
    let completed = JobState::Completed(run, Box::new(request("r1")), None);
    let review = apply(&completed, Transition::Misread(unread()), Timestamp(5)).unwrap();
    assert_eq!((review.status(), review.saved(), review.is_reserved()), (Status::Review, None, true));
    for lost in [Checkpoint::Nothing, Checkpoint::Upload(upload()), Checkpoint::Request(Box::new(request("r2")))] {
        assert!(apply(&review, Transition::Reopen(lost), Timestamp(6)).is_err(), "it would be paid for again");
    }
    assert!(apply(&review, Transition::Approve, Timestamp(6)).is_err(), "there is nothing to accept");
    let again = Transition::Reopen(Checkpoint::Request(Box::new(request("r1"))));
    let again = apply(&review, again, Timestamp(6)).unwrap();
    assert_eq!(again.request().map(|request| request.id.as_str()), Some("r1"));
    let given_up = apply(&review, Transition::Reject(Suspicion("rejected by you".into())), Timestamp(6)).unwrap();
    let JobState::Failed { checkpoint, cause, .. } = given_up else { panic!("{given_up:?}") };
    assert_eq!((*checkpoint, &*cause.message), (Checkpoint::Upload(upload()), "rejected by you; holds no picture"));
}

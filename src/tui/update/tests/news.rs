//! What is told of what happened elsewhere.

use std::time::Duration;

use super::*;
use crate::engine::snapshot::{Notice, NoticeKind};

fn toast(desk: &Desk) -> String {
    desk.ui.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default()
}

fn notice(kind: NoticeKind, message: &str) -> Notice {
    Notice { kind, message: message.to_owned(), action: String::new() }
}

fn held(desk: Desk, by: &str, kind: NoticeKind) -> Desk {
    desk.with(|snapshot| (snapshot.phase, snapshot.notice) = (Phase::Paused(by.to_owned()), Some(notice(kind, "no"))))
}

fn after(desk: &mut Desk, seconds: u64) {
    desk.take_in(Msg::Clock(desk.ui.now.plus(Duration::from_secs(seconds))));
}

#[test]
fn that_fal_answers_again_is_told_once_and_in_passing() {
    let with = |desk: Desk, told: Option<Notice>| desk.with(|snapshot| snapshot.notice = told);
    let offline = Some(notice(NoticeKind::Offline, "fal cannot be reached"));
    let again = Some(notice(NoticeKind::Resumed, "fal answers again; it goes on"));
    let mut desk = with(fixtures::running(80, 24), offline);
    assert!(desk.screen().contains("cannot be reached") && desk.ui.toast.is_none());
    desk = with(desk, again.clone());
    assert_eq!(desk.screen().matches("fal answers again; it goes on").count(), 1, "{}", desk.screen());
    assert!(desk.screen().lines().last().unwrap().contains("fal answers again"), "{}", desk.screen());
    after(&mut desk, 9);
    desk = with(desk, again);
    assert_eq!(toast(&desk), "", "the snapshot still carries it");
    let again = Some(notice(NoticeKind::Resumed, "fal answers again; it goes on"));
    let narrow = with(fixtures::running(40, 12), again);
    assert_eq!(toast(&narrow), "", "there is room for keys only");
}

#[test]
fn failures_are_told_by_name_and_added_up_while_they_are_news() {
    let mut desk = desk(9);
    for row in &mut desk.rows {
        "422 too large".clone_into(&mut row.note);
    }
    desk.set(1, Status::Failed).answer();
    assert_eq!(toast(&desk), "", "what an earlier run left failed is no news");
    desk.set(2, Status::Failed).answer();
    assert_eq!(toast(&desk), "IMG_0002.jpg failed: too large for the model");
    assert!(desk.screen().contains("IMG_0002.jpg failed"), "{}", desk.screen());
    desk.set(3, Status::Failed).answer();
    assert_eq!(toast(&desk), "2 photos failed: too large for the model");
    "503 runner gone".clone_into(&mut desk.rows[3].note);
    desk.set(4, Status::Failed).set(5, Status::Review).answer();
    assert_eq!(toast(&desk), "3 photos failed, 1 to review");
    after(&mut desk, 9);
    assert_eq!(toast(&desk), "", "it goes by itself");
    desk.set(9, Status::Unknown).answer();
    assert_eq!(toast(&desk), "", "what is still looked for is no news");
    desk.set(6, Status::Review).answer();
    assert_eq!(toast(&desk), "IMG_0006.jpg to review", "and is counted anew");
    desk.press_all(&["l", "l", "l"]);
    after(&mut desk, 9);
    desk.set(7, Status::Failed).answer();
    assert_eq!(toast(&desk), "", "who looks at what failed needs no news of it");
    desk.press_all(&["h"]).set(8, Status::Failed).answer();
    assert_ne!(toast(&desk), "");
    let desk = desk.with(|snapshot| snapshot.phase = Phase::Finished);
    assert_eq!(toast(&desk), "", "the banner sums it up");
}

#[test]
fn a_locked_account_is_tried_and_said_to_be_still_locked() {
    let lock = |desk: Desk| {
        let locked = fixtures::locked(80, 24).snapshot;
        desk.with(|snapshot| (snapshot.phase, snapshot.notice) = (locked.phase.clone(), locked.notice.clone()))
    };
    let mut desk = lock(fixtures::running(80, 24));
    desk.press("p").answer();
    assert_eq!((toast(&desk).as_str(), desk.told.clone()), ("trying now", vec![Command::Resume]));
    let desk = desk.with(|snapshot| (snapshot.phase, snapshot.notice) = (Phase::Running, None));
    assert_eq!(toast(&desk), "trying now");
    let mut desk = lock(desk);
    assert_eq!(toast(&desk), "still locked");
    // So quickly refused that no snapshot showed it running.
    desk.press("p").answer();
    desk.take_in(Msg::Clock(fixtures::NOW.plus(std::time::Duration::from_secs(5))));
    assert_eq!(toast(&desk), "still locked");
    desk.take_in(Msg::Clock(fixtures::NOW.plus(std::time::Duration::from_secs(10))));
    assert_eq!(toast(&desk), "");
}

#[test]
fn a_key_that_is_refused_again_holds_the_header_again() {
    let state = |desk: &Desk| desk.screen().lines().next().unwrap_or_default().to_owned();
    let refused = |desk| held(desk, "key refused", NoticeKind::KeyRefused);
    let mut desk = refused(fixtures::running(80, 24));
    assert!(state(&desk).contains("! needs you"), "{}", state(&desk));
    assert!(desk.screen().contains("p tries now"), "{}", desk.screen());
    desk.press("p");
    assert_eq!((toast(&desk).as_str(), desk.told.clone()), ("trying now", vec![Command::Resume]));
    let tried = desk.with(|snapshot| (snapshot.phase, snapshot.notice) = (Phase::Running, None));
    assert!(state(&tried).contains("▸ running"), "{}", state(&tried));
    let desk = refused(tried);
    assert!(state(&desk).contains("! needs you"), "{}", state(&desk));
    assert_eq!(toast(&desk), "still refused");
    // What the account was tried for worked.
    let again = notice(NoticeKind::Resumed, "the account is in order again; it goes on");
    let desk = desk.with(|snapshot| (snapshot.phase, snapshot.notice) = (Phase::Running, Some(again)));
    assert!(state(&desk).contains("▸ running") && toast(&desk).starts_with("the account is in order"));
}

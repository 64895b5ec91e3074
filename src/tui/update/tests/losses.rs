//! What will be lost, on the plan screen.

use super::*;
use crate::engine::snapshot::{LossNote, Selection};
use crate::job::{Loss, Usd};
use crate::tui::ui::plan::Stop;

#[test]
fn photos_of_which_something_will_be_lost_are_left_out_together() {
    let note = |loss, photos, out| {
        let paths = vec!["cut.png".to_owned()];
        LossNote { loss, photos, out, paths, dearest: Some(Usd::from_nanos(76_800_000_000)), kept: false }
    };
    let with = |notes: Vec<LossNote>| {
        fixtures::planning(120, 36).with(|snapshot| {
            let mut plan = (*snapshot.plan).clone();
            plan.notes.losses = notes;
            snapshot.plan = plan.into();
        })
    };
    let mut desk = with(vec![note(Loss::Transparency, 36, 0), note(Loss::Size, 12, 2)]);
    desk.press_all(&["tab", "tab"]);
    assert_eq!(desk.ui.stop(), Stop::Loss(Loss::Transparency));
    let screen = desk.screen();
    assert!(screen.contains("[x] 36 with transparency"), "{screen}");
    assert!(screen.contains("[-] 12 above 50 MP, the dearest $76.80"), "{screen}");
    desk.press_all(&["space", "j", "enter"]);
    let out = |loss, out| Command::LeaveOut { which: Selection::Losing(loss), out };
    assert_eq!(desk.told, [out(Loss::Transparency, true), out(Loss::Size, true)]);
    let mut desk = with(vec![note(Loss::Animation, 0, 16)]);
    desk.press_all(&["tab", "tab", "space"]);
    assert!(desk.screen().contains("[ ] 16 animated: one still comes"), "{}", desk.screen());
    assert_eq!(desk.told, [out(Loss::Animation, false)]);
}

#[test]
fn each_photo_of_the_list_says_what_will_be_lost_of_it() {
    use crate::job::Losses;

    let note = |loss, kept| LossNote { loss, photos: 1, out: 0, paths: Vec::new(), dearest: None, kept };
    let mut desk = fixtures::planning(120, 36).with(|snapshot| {
        let mut plan = (*snapshot.plan).clone();
        plan.notes.losses = vec![note(Loss::Transparency, true), note(Loss::Animation, false)];
        snapshot.plan = plan.into();
    });
    desk.rows[0].losses = Losses::NONE.with(Loss::Transparency, true).with(Loss::Animation, true);
    // What is not told of the plan is not told of a photo either.
    desk.rows[1].losses = Losses::NONE.with(Loss::Depth, true);
    desk.press("p").answer();
    let screen = desk.screen();
    assert!(screen.contains("  transparent, animated"), "{screen}");
    assert!(!screen.contains("over 8 bit"), "{screen}");
}

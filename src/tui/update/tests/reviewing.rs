//! The review: keys that go through results and decide of them.

use super::*;
use crate::engine::snapshot::{GroupCounts, GroupKind, Undone};
use crate::job::{Group, JobId, Stars, Verdict};
use crate::tui::keys::Context;
use crate::tui::preview::Ask;
use crate::tui::ui::zoom::Show;

/// A desk with thirty finished photos, in their review.
fn reviewing() -> Desk {
    let mut desk = fixtures::finished(120, 36);
    desk.press_all(&["V"]).answer();
    desk
}

#[test]
fn keys_go_through_results_alone_and_leave_the_table_as_it_was() {
    let mut desk = fixtures::finished(120, 36);
    desk.press_all(&["s", "S"]);
    let before = (desk.ui.jobs.tab, desk.ui.jobs.order, desk.ui.jobs.reverse);
    desk.press_all(&["V"]).answer();
    assert_eq!(desk.ui.context(), Context::Review);
    let results = desk.rows.iter().filter(|row| row.state.status.has_result()).count();
    // The first four failed.
    assert_eq!((desk.ui.page().total, desk.on()), (results, Some(5)));
    desk.press_all(&["right", "right", "left"]);
    assert_eq!(desk.on(), Some(6));
    desk.press_all(&["left", "left"]);
    assert!(desk.on() == Some(5) && desk.screen().contains("this is the first one"), "{}", desk.screen());
    desk.press_all(&["space"]);
    assert_eq!(desk.ui.zoom.map(|zoom| zoom.show), Some(Show::Before));
    desk.press_all(&["esc"]).answer();
    assert_eq!((desk.ui.jobs.tab, desk.ui.jobs.order, desk.ui.jobs.reverse), before);
    assert_eq!(desk.ui.context(), Context::Jobs);
    // From the tab of those that are to be reviewed, it goes through them alone.
    let mut desk = fixtures::finished(120, 36);
    desk.press_all(&["l", "l", "l", "l", "V"]).answer();
    assert_eq!(desk.ui.jobs.tab, crate::engine::snapshot::Tab::Only(Group::Review));
    desk.press_all(&["o"]).answer();
    assert_eq!(desk.ui.page().total, results);
}

#[test]
fn decisions_are_told_and_go_on_only_if_that_is_wished() {
    let mut desk = reviewing();
    let [first, second] = [4, 5].map(JobId::at);
    desk.press_all(&["v", "4", "0", "X"]);
    let told = [
        Command::Accept(vec![first]),
        Command::Rate(vec![first], Stars::new(4)),
        Command::Rate(vec![first], Stars::NONE),
        Command::Reject(vec![first]),
    ];
    assert_eq!(desk.told, told);
    assert_eq!(desk.on(), Some(5), "nothing moved");
    desk.press_all(&["a", "v"]);
    assert_eq!(desk.on(), Some(6));
    desk.rows[5].judged.verdict = Some(Verdict::Rejected);
    desk.answer().press_all(&["X"]);
    assert!(desk.screen().contains("is rejected already"), "{}", desk.screen());
    assert!(!desk.told.contains(&Command::Reject(vec![second])));
    desk.press_all(&["u"]);
    assert!(desk.screen().contains("nothing to take back"), "{}", desk.screen());
    desk.snapshot.review.steps = 2;
    desk.answer().press_all(&["u"]);
    assert_eq!(desk.told.last(), Some(&Command::Undo));
    desk.snapshot.review.undone = Some(Undone { number: 1, first: JobId::at(6), jobs: 1 });
    desk.answer().answer();
    assert!(desk.on() == Some(7) && desk.screen().contains("taken back, for 1 photo"), "{}", desk.screen());
}

#[test]
fn many_are_decided_of_at_once_after_their_count_was_said() {
    let mut desk = reviewing();
    desk.press_all(&["m", "right", "m", "M"]);
    let Some(Command::CountGroups { seq, like, marked }) = desk.told.last().cloned() else { panic!("{:?}", desk.told) };
    assert_eq!((like, marked), (Some(JobId::at(5)), vec![JobId::at(4), JobId::at(5)]));
    let counts = GroupCounts { seq, marked: 2, shown: 25, alike: 4, reason: Some("is all black".to_owned()) };
    desk.snapshot.review.groups = Some(counts);
    desk.answer();
    let screen = desk.screen();
    for line in
        ["accept the 2 that are marked", "reject the 4 with the same reason", "accept the 25 that the list shows"]
    {
        assert!(screen.contains(line), "{screen}");
    }
    assert!(screen.contains("is all black"), "{screen}");
    desk.press_all(&["4"]);
    assert_eq!(
        desk.told.last(),
        Some(&Command::JudgeGroup { seq, group: GroupKind::Alike, verdict: Verdict::Rejected })
    );
    // Enter is the safe answer.
    desk.press_all(&["M"]);
    let Some(Command::CountGroups { seq, .. }) = desk.told.last().cloned() else { panic!("{:?}", desk.told) };
    desk.snapshot.review.groups = Some(GroupCounts { seq, marked: 0, shown: 25, alike: 0, reason: None });
    let told = desk.told.len();
    desk.answer().press_all(&["enter"]);
    assert_eq!(desk.told.len(), told);
}

#[test]
fn pictures_are_asked_for_at_once_the_next_ones_ahead_and_none_twice() {
    let mut desk = reviewing();
    let asked = |desk: &mut Desk| -> Vec<Ask> {
        let decode = |effect| if let Effect::Decode(asks) = effect { Some(asks) } else { None };
        std::mem::take(&mut desk.effects).into_iter().filter_map(decode).next_back().unwrap_or_default()
    };
    let first = asked(&mut desk);
    let names = |asks: &[Ask]| -> Vec<String> {
        let name = |ask: &Ask| {
            let side = if ask.file.starts_with("/out") { "after" } else { "before" };
            format!("{side} {}", ask.file.file_stem().unwrap().to_str().unwrap())
        };
        asks.iter().map(name).collect()
    };
    let wanted = ["after IMG_0005", "after IMG_0006", "before IMG_0005", "after IMG_0007"];
    assert_eq!(names(&first), wanted, "no rest is waited for");
    desk.effects.push(Effect::Decode(first));
    desk.develop();
    desk.press("right");
    // The picture is there with the key, before the engine has said anything.
    let current = desk.ui.page().near.iter().find(|near| Some(near.id) == desk.ui.jobs.selected).unwrap();
    assert_eq!(current.id, JobId::at(5));
    assert!(!desk.screen().contains('…'), "{}", desk.screen());
    desk.answer();
    let more = names(&asked(&mut desk));
    assert!(more.iter().all(|name| !wanted.contains(&name.as_str())), "{more:?}");
}

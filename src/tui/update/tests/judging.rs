//! Results that are accepted, rejected and made again.

use serde_json::json;

use super::*;
use crate::engine::snapshot::{ActionPreview, Snapshot};

/// A desk with thirty finished photos, the first one of a group chosen.
fn at_tab(tab: usize) -> Desk {
    let mut desk = fixtures::finished(120, 36);
    desk.press_all(&vec!["l"; tab]);
    desk
}

const REVIEW: usize = 4;
const DONE: usize = 5;

#[test]
fn accepting_and_rejecting_ask_nothing_since_they_cost_nothing() {
    let mut desk = at_tab(REVIEW);
    let id = desk.ui.current().unwrap().id;
    desk.press_all(&["v", "X"]);
    assert_eq!(desk.told, [Command::Accept(vec![id]), Command::Reject(vec![id])]);
    let mut desk = at_tab(DONE);
    let id = desk.ui.current().unwrap().id;
    desk.press_all(&["v"]);
    assert_eq!(desk.told, [Command::Accept(vec![id])], "what is done can be said to be as it should be");
    desk.rows[id.index()].judged.verdict = Some(crate::job::Verdict::Accepted);
    desk.answer().press_all(&["v"]);
    assert!(desk.told.len() == 1 && desk.screen().contains("is accepted already"), "{}", desk.screen());
    desk.press_all(&["space", "space", "X"]);
    assert!(matches!(desk.told.as_slice(), [_, Command::Reject(ids)] if ids.len() == 2), "{:?}", desk.told);
    assert!(desk.ui.jobs.marks.is_empty(), "marks are used up");
}

#[test]
fn a_redo_says_its_price_and_sends_only_what_the_model_takes() {
    let mut desk = at_tab(DONE);
    let id = desk.ui.current().unwrap().id;
    desk.press_all(&["e"]);
    assert!(desk.screen().contains("about $4.88") && desk.screen().contains("fal picks"), "{}", desk.screen());
    // Down to the seed, which is typed; then a step of the next one.
    desk.press_all(&["j", "enter", "q", "x", "enter"]);
    assert!(desk.told.is_empty() && desk.screen().contains("takes a whole number"), "{}", desk.screen());
    desk.press_all(&["backspace", "backspace", "7"]);
    let Some(Command::PreviewRedo { seq, .. }) = desk.told.last() else { panic!("{:?}", desk.told) };
    let seq = *seq;
    desk.press_all(&["down", "right"]);
    assert!(desk.screen().contains("the price is reckoned…"), "{}", desk.screen());
    desk.press_all(&["home", "up", "up", "enter"]);
    assert!(desk.screen().contains("not reckoned yet"), "{}", desk.screen());
    assert!(!desk.told.iter().any(|told| matches!(told, Command::Redo { .. })), "{:?}", desk.told);
    for seq in [seq, seq + 1] {
        let price = Some(fixtures::usd(488));
        desk.snapshot.action_preview = Some(ActionPreview { seq, price, ..ActionPreview::default() });
        desk.answer();
    }
    desk.press_all(&["enter"]);
    let Some(Command::Redo { job, params }) = desk.told.last() else { panic!("{:?}", desk.told) };
    assert_eq!(*job, id);
    let of = |name: &str| params.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.clone());
    assert_eq!((of("seed"), of("creativity"), of("steps")), (Some(json!(7)), Some(json!(0.35)), Some(json!(20))));
    assert!(!desk.screen().contains("Make it again?"));
}

#[test]
fn a_redo_has_the_editors_of_the_plan_and_the_mouse() {
    let mut desk = at_tab(DONE);
    let mut detail = (*desk.snapshot.detail.clone().unwrap()).clone();
    detail.redo = fixtures::fields_of_every_kind();
    desk.ui.snapshot = Arc::new(Snapshot { detail: Some(Arc::new(detail)), ..(*desk.ui.snapshot).clone() });
    desk.press("e").press("down").press("enter");
    assert!(desk.screen().contains("Ctrl-D done"), "{}", desk.screen());
    desk.press("!")
        .press("ctrl-d")
        .press("down")
        .press("enter")
        .press("i")
        .press("c")
        .press("o")
        .press("n")
        .press("enter");
    assert!(desk.screen().contains("icon"), "{}", desk.screen());
    let changed: Vec<_> = desk.told.iter().filter(|told| matches!(told, Command::PreviewRedo { .. })).collect();
    assert_eq!(changed.len(), 2, "{changed:?}");
    let kind = MouseEventKind::Down(MouseButton::Left);
    let screen = desk.screen();
    let row = screen.lines().position(|line| line.contains("strength")).unwrap();
    for _ in 0..2 {
        desk.take_in(Msg::Mouse(MouseEvent {
            kind,
            column: 40,
            row: u16::try_from(row).unwrap(),
            modifiers: KeyModifiers::NONE,
        }));
    }
    assert!(desk.screen().contains("Enter keep it"), "{}", desk.screen());
    desk.press("esc").press("esc");
    assert!(desk.ui.layers.is_empty());
}

#[test]
fn a_redo_can_be_thought_better_of_and_needs_a_result() {
    let mut desk = at_tab(DONE);
    desk.press_all(&["e", "j", "esc"]);
    assert!(desk.told.is_empty() && !desk.screen().contains("Make it again?"));
    let mut desk = at_tab(3);
    desk.press_all(&["e"]);
    assert!(desk.screen().contains("there is no result to make again"), "{}", desk.screen());
}

#[test]
fn ctrl_c_leaves_from_the_form_too() {
    let mut desk = at_tab(DONE);
    desk.press_all(&["e", "ctrl-c"]);
    assert_eq!(desk.told, [Command::Quit { leave: Leave::Running, signal: Some(2) }]);
}

//! Results that are accepted, rejected and made again.

use super::*;

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
    desk.press_all(&["v"]);
    assert!(desk.told.is_empty() && desk.screen().contains("nothing to accept"));
    desk.press_all(&["space", "space", "X"]);
    assert!(matches!(desk.told.as_slice(), [Command::Reject(ids)] if ids.len() == 2), "{:?}", desk.told);
    assert!(desk.ui.marks.is_empty(), "marks are used up");
}

#[test]
fn a_redo_says_its_price_and_sends_only_what_the_model_takes() {
    let mut desk = at_tab(DONE);
    let id = desk.ui.current().unwrap().id;
    desk.press_all(&["e"]);
    assert!(desk.screen().contains("about $4.88") && desk.screen().contains("fal picks"), "{}", desk.screen());
    desk.press_all(&["q", "x", "enter"]);
    assert!(desk.told.is_empty() && desk.screen().contains("takes a whole number"), "{}", desk.screen());
    desk.press_all(&["backspace", "backspace", "7", "down", "backspace", "9", "enter"]);
    let params = vec![("seed".to_owned(), "7".to_owned()), ("creativity".to_owned(), "0.9".to_owned())];
    assert_eq!(desk.told, [Command::Redo { job: id, params }]);
    assert!(!desk.screen().contains("Make it again?"));
}

#[test]
fn a_redo_can_be_thought_better_of_and_needs_a_result() {
    let mut desk = at_tab(DONE);
    desk.press_all(&["e", "7", "esc"]);
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

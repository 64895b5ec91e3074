//! Marks, and what is done with many photos or with those of a held table.

use super::*;

#[test]
fn marks_are_acted_on_together_after_a_question() {
    let mut desk = desk(5);
    desk.press_all(&["space", "space"]);
    assert!(desk.screen().contains("2 marked"));
    desk.press_all(&["x"]);
    assert!(desk.told.is_empty());
    desk.press_all(&["enter", "x", "y"]);
    assert_eq!(desk.told, [Command::Cancel(vec![JobId::at(0), JobId::at(1)])], "Enter is the safe answer");
    assert!(desk.ui.jobs.marks.is_empty());
}

#[test]
fn what_can_be_done_with_marked_photos_is_counted_and_priced_wherever_they_are() {
    let mut desk = desk(200);
    desk.set(150, Status::Failed).set(160, Status::Failed).answer().press_all(&["a", "x"]);
    assert!(desk.screen().contains("Cancel 198 of 200 photos?"), "{}", desk.screen());
    desk.press_all(&["esc", "r"]);
    let screen = desk.screen();
    assert!(screen.contains("Send 2 of 200 photos again?") && screen.contains("about $9.75"), "{screen}");
    desk.press_all(&["enter", "A", "right", "right", "right", "a", "x"]);
    assert!(desk.ui.layers.is_empty() && desk.screen().contains("none of 2 can be cancelled"), "{}", desk.screen());
    assert!(desk.told.is_empty());
}

#[test]
fn everything_that_the_filter_leaves_is_marked_and_unmarked_one_by_one() {
    let mut desk = desk(500);
    desk.press_all(&["a"]);
    assert_eq!(desk.ui.jobs.marks.len(), 500, "not only what is on the screen");
    assert!(!desk.ui.jobs.query.ids, "they are named once");
    desk.press_all(&["space"]);
    assert_eq!(desk.ui.jobs.marks.len(), 499);
    desk.press_all(&["A", "/", "0", "4", "9", "enter", "a"]);
    assert_eq!(desk.ui.jobs.marks.len(), 11, "049 and 0490 to 0499");
    desk.press_all(&["A"]);
    desk.press("a").press("right").answer().answer();
    assert!(desk.ui.jobs.marks.len() <= 11, "what is asked for elsewhere is not marked");
    desk.press_all(&["A"]);
    assert!(desk.ui.jobs.marks.is_empty());
}

#[test]
fn a_held_table_is_acted_on_as_it_is_by_now() {
    let mut desk = desk(5);
    desk.set(1, Status::InQueue).answer().press_all(&["j", "k", "f"]);
    desk.set(1, Status::Done).answer().press_all(&["x"]);
    assert!(desk.told.is_empty() && desk.screen().contains("it cannot be cancelled"), "{}", desk.screen());
    desk.set(1, Status::Failed).answer().press_all(&["r"]);
    assert!(desk.screen().contains("Send 1 photo again?"), "{}", desk.screen());
    desk.press("y");
    assert_eq!(desk.told, [Command::Retry(vec![JobId::at(0)])]);
    desk.set(1, Status::Review).answer().press_all(&["v"]);
    assert_eq!(desk.told.last(), Some(&Command::Accept(vec![JobId::at(0)])));
}

#[test]
fn nothing_is_shown_large_where_there_is_no_photo() {
    let mut desk = desk(5);
    desk.press_all(&["right", "z"]);
    assert!(desk.ui.zoom.is_none() && desk.screen().contains("no photo here"), "{}", desk.screen());
}

//! Moving, filtering, and closing what is in front.

use super::*;

#[test]
fn a_key_moves_the_highlight_at_once_without_waiting_for_the_engine() {
    let mut desk = desk(500);
    for _ in 0..3 {
        desk.press("j");
    }
    assert_eq!(desk.on(), Some(4));
    desk.press("k");
    assert_eq!(desk.on(), Some(3));
}

#[test]
fn the_selection_stays_on_its_job_while_rows_move() {
    let mut desk = desk(500);
    desk.press_all(&["j", "j", "j", "j"]);
    assert_eq!(desk.on(), Some(5));
    // Jobs behind it come to the front of the table.
    for number in 200..210 {
        desk.set(number, Status::InProgress);
    }
    desk.answer();
    assert_eq!(desk.on(), Some(5));
    assert_eq!(desk.ui.current_place(), 14);
}

#[test]
fn a_job_that_goes_far_away_leaves_the_cursor_in_its_place_unless_it_is_looked_at() {
    let busy = || {
        let mut desk = desk(500);
        for number in 1..=5 {
            desk.set(number, Status::InProgress);
        }
        desk.answer().press_all(&["j", "j"]);
        assert_eq!(desk.on(), Some(3));
        desk
    };
    let mut left = busy();
    left.set(3, Status::Done).answer().answer();
    assert_eq!((left.on(), left.ui.page().top), (Some(4), 0), "those that run stay in sight");
    left.press("x");
    assert!(left.told.is_empty(), "nobody chose that one: it is asked about");

    for keys in [&["enter"][..], &["tab"], &["z"], &["x"], &["f"]] {
        let mut held = busy();
        held.press_all(keys).set(3, Status::Done).answer().answer();
        assert_eq!(held.ui.jobs.selected, Some(JobId::at(2)), "{keys:?}");
    }
    // What ends within the page is followed.
    let mut few = desk(6);
    few.set(1, Status::InProgress).set(2, Status::InProgress).answer().press_all(&["j"]);
    few.set(2, Status::Done).answer().answer();
    assert_eq!(few.on(), Some(2));
}

#[test]
fn untouched_the_cursor_stays_on_top_of_what_moves() {
    let mut desk = desk(50);
    desk.set(30, Status::InProgress).answer();
    assert_eq!(desk.on(), Some(30));
}

#[test]
fn a_job_that_leaves_the_filter_gives_the_cursor_to_the_one_at_its_place() {
    let mut desk = desk(50);
    for number in 10..15 {
        desk.set(number, Status::InProgress);
    }
    desk.answer().press_all(&["right", "j", "j"]);
    assert_eq!(desk.on(), Some(12));
    desk.set(12, Status::Done).answer().answer();
    assert_eq!(desk.on(), Some(13));
    desk.set(13, Status::Done).set(14, Status::Done).answer().answer();
    assert_eq!(desk.on(), Some(11), "the last one that is left");
}

#[test]
fn paging_goes_beyond_the_rows_at_hand_and_back() {
    let mut desk = desk(500);
    desk.press_all(&["pgdn", "pgdn", "ctrl-d"]);
    let there = desk.on().unwrap();
    assert!(there > 20, "{there}");
    desk.press_all(&["ctrl-u", "pgup", "pgup"]);
    assert_eq!(desk.on(), Some(1));
    desk.press_all(&["G"]);
    assert_eq!(desk.on(), Some(500));
    desk.press_all(&["g"]);
    assert_eq!(desk.on(), Some(1));
}

#[test]
fn keys_that_come_faster_than_the_engine_answers_add_up() {
    let mut desk = desk(500);
    for _ in 0..60 {
        desk.press("j");
    }
    desk.answer().answer();
    assert_eq!(desk.on(), Some(61));
}

#[test]
fn a_frozen_table_stands_still_and_says_where_it_ends() {
    let mut desk = desk(5000);
    desk.press_all(&["j", "f"]);
    let before = desk.ui.page().clone();
    desk.set(300, Status::InProgress).answer();
    assert_eq!(*desk.ui.page(), before);
    desk.press("j");
    assert_eq!(desk.on(), Some(3));
    desk.press_all(&["pgdn", "pgdn", "pgdn"]);
    let beyond = desk.on().unwrap();
    assert!(beyond > 20 && desk.screen().contains(&format!("IMG_{beyond:04}")), "{}", desk.screen());
    assert!(!desk.screen().contains("IMG_0003"));
    desk.press_all(&["g"]);
    assert!(desk.on() == Some(1) && desk.screen().contains("IMG_0003"), "{}", desk.screen());
    desk.press("G");
    assert!(desk.ui.toast.as_ref().is_some_and(|toast| toast.text.contains("held still")));
    assert!(desk.on().unwrap() > 500);
    desk.press("f").answer().answer();
    assert_ne!(*desk.ui.page(), before);
}

#[test]
fn a_frozen_table_shows_the_times_at_which_it_was_frozen() {
    let mut desk = fixtures::running(120, 36);
    desk.press_all(&["f"]);
    let row = |desk: &Desk, name: &str| desk.screen().lines().find(|line| line.contains(name)).unwrap().to_owned();
    let before = (row(&desk, "IMG_0412"), row(&desk, "IMG_0399"));
    assert!(before.1.contains("retry in 8 s"), "{before:?}");
    desk.take_in(Msg::Clock(fixtures::NOW.plus(std::time::Duration::from_mins(5))));
    assert_eq!((row(&desk, "IMG_0412"), row(&desk, "IMG_0399")), before);
    desk.press("f");
    assert!(row(&desk, "IMG_0399").contains("retry now"));
}

#[test]
fn asking_for_other_rows_lets_a_frozen_table_move_again() {
    for key in ["s", "/", "right"] {
        let mut desk = desk(50);
        desk.press_all(&["f", key]);
        assert_eq!(desk.ui.jobs.frozen, None, "{key}");
    }
}

#[test]
fn printable_keys_are_text_while_a_filter_is_typed() {
    let mut desk = desk(50);
    desk.press_all(&["/", "q", "p", "0", "?"]);
    assert_eq!(desk.ui.jobs.filter.value(), "qp0?");
    assert!(desk.told.is_empty() && desk.effects.is_empty());
    assert!(desk.screen().contains("no job matches the filter"));
    desk.press_all(&["esc"]);
    assert_eq!(desk.ui.jobs.filter.value(), "");
    desk.press_all(&["/", "0", "0", "4", "2", "enter"]);
    assert_eq!((desk.on(), desk.ui.page().total), (Some(42), 1));
    assert!(desk.told.is_empty());
}

#[test]
fn a_filter_that_leaves_nothing_does_not_forget_the_chosen_job() {
    let mut desk = desk(50);
    desk.press_all(&["j", "j", "j", "/", "z", "z"]);
    assert_eq!((desk.on(), desk.ui.targets().len()), (None, 0));
    desk.press_all(&["esc"]);
    assert_eq!(desk.on(), Some(4));
}

#[test]
fn a_theme_of_the_users_own_comes_around_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.toml");
    std::fs::write(&path, "inherits = \"terminal\"\n").unwrap();
    let mine = Theme::load(path.to_str().unwrap(), None).unwrap();
    let snapshot = fixtures::board_of(&[]).into();
    let mut ui = Ui::new(snapshot, Size { width: 80, height: 24 }, fixtures::NOW, fixtures::CAPS, mine);
    let count = Theme::built_in().count() + 1;
    for _ in 0..count {
        update(&mut ui, Msg::Key(fixtures::key_event("t")));
    }
    assert_eq!(ui.theme_name(), "mine");
}

#[test]
fn pasted_text_goes_into_the_filter_cleaned_and_nowhere_else() {
    let mut desk = desk(50);
    desk.take_in(Msg::Paste("qqq".to_owned()));
    assert!(desk.told.is_empty());
    desk.press("/");
    desk.take_in(Msg::Paste("a\u{1b}[2Jb\nc".to_owned()));
    assert_eq!(desk.ui.jobs.filter.value(), "a\u{fffd}[2Jb c");
}

#[test]
fn esc_closes_what_is_in_front_then_the_filter_then_the_marks_and_never_quits() {
    let mut desk = desk(50);
    desk.press_all(&["space", "/", "0", "enter", "enter", "?"]);
    let layers = |desk: &Desk| {
        (desk.ui.layers.len(), desk.ui.pane.opened, desk.ui.jobs.filter.value().len(), desk.ui.jobs.marks.len())
    };
    assert_eq!(layers(&desk), (1, true, 1, 1));
    desk.press_all(&["esc"]);
    assert_eq!(layers(&desk), (0, true, 1, 1));
    desk.press_all(&["esc"]);
    assert_eq!(layers(&desk), (0, false, 1, 1));
    desk.press_all(&["esc"]);
    assert_eq!(layers(&desk), (0, false, 0, 1));
    desk.press_all(&["esc", "esc", "esc"]);
    assert_eq!(layers(&desk), (0, false, 0, 0));
    assert!(desk.told.is_empty());
}

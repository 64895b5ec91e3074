//! What a filter finds, and how that is shown.

use ratatui::style::Modifier;

use super::*;
use crate::tui::theme::Role;

/// The screen's cells that are underlined, row by row, without borders and tabs.
fn underlined(desk: &Desk) -> Vec<String> {
    let buf = fixtures::draw(&desk.ui);
    let rows = (5..buf.area.height).map(|y| {
        let cells = (0..buf.area.width).map(|x| &buf[(x, y)]);
        cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED)).map(ratatui::buffer::Cell::symbol).collect()
    });
    rows.filter(|row: &String| !row.is_empty()).collect()
}

fn in_theme(name: &str) -> Desk {
    let mut desk = fixtures::running(120, 36);
    while desk.ui.theme_name() != name {
        desk.press("t");
    }
    desk
}

fn filtered(width: u16, keys: &[&str]) -> Desk {
    let mut desk = fixtures::running(width, 36);
    desk.press("/").answer();
    desk.press_all(keys).press_all(&["enter"]);
    desk
}

#[test]
fn a_match_is_seen_in_every_theme_on_the_chosen_row_too_and_where_it_is_the_status() {
    for theme in Theme::built_in() {
        let mut desk = in_theme(theme);
        desk.press_all(&["/", "n", "i", "g", "h", "enter"]);
        assert_eq!(desk.on(), Some(7), "it is the only one, and chosen");
        assert!(underlined(&desk).contains(&"nigh".to_owned()), "{theme}: {:?}", underlined(&desk));
        desk.press_all(&["/", "ctrl-u", "r", "e", "t", "r", "enter"]);
        assert!(underlined(&desk).iter().any(|row| row.contains("retr")), "{theme}: {:?}", underlined(&desk));
    }
}

#[test]
fn what_the_status_column_says_is_found() {
    for status in Status::ALL {
        let mut desk = Desk::new(120, 36, vec![fixtures::row(1, "a.jpg", status), fixtures::row(2, "b.jpg", status)]);
        desk.rows[0].state.until = Some(fixtures::NOW.plus(std::time::Duration::from_secs(8)));
        desk.rows[0].state.position = Some(3);
        desk.rows[0].state.moved = Some((62, Some(100)));
        desk.answer();
        let screen = desk.screen();
        let row = screen.lines().find(|line| line.contains("a.jpg")).unwrap();
        let words = crate::tui::view::status_words(&desk.rows[0].state, fixtures::NOW);
        assert!(row.contains(&words), "{row}");
        desk.press("/").take_in(Msg::Paste(words.clone()));
        desk.answer();
        assert!(desk.screen().contains("a.jpg"), "{words}: {}", desk.screen());
    }
}

#[test]
fn under_a_filter_tabs_count_what_it_leaves() {
    let tabs = |desk: &Desk| desk.screen().lines().nth(3).unwrap_or_default().to_owned();
    let mut desk = filtered(120, &["c", "i", "t", "y"]);
    assert!(tabs(&desk).contains("All 27/40") && tabs(&desk).contains("Done 27"), "{}", tabs(&desk));
    assert!(tabs(&desk).contains("Failed 0"), "{}", tabs(&desk));
    desk.press_all(&["l"]);
    assert!(tabs(&desk).contains("All 27/40"), "whichever is shown: {}", tabs(&desk));
    desk.press_all(&["esc"]);
    assert!(tabs(&desk).contains("All 40 ") && tabs(&desk).contains("Failed 1"), "{}", tabs(&desk));
    desk.press_all(&["F", "enter"]);
    assert!(tabs(&desk).contains("All 1/40"), "{}", tabs(&desk));
}

#[test]
fn what_is_asked_for_begins_at_its_first_row() {
    let mut desk = Desk::new(120, 36, fixtures::pending(60));
    for number in 20..=40 {
        desk.set(number, if number < 30 { Status::Failed } else { Status::Review });
        "503 gone".clone_into(&mut desk.rows[number - 1].note);
    }
    desk.answer().press_all(&["j", "j", "j", "j", "F", "enter"]);
    assert_eq!(desk.on(), Some(20));
    desk.press_all(&["j", "j", "esc", "l", "l", "l", "l"]);
    assert_eq!((desk.on(), desk.ui.page().total), (Some(30), 11));
    desk.set(30, Status::Done).answer().answer();
    assert_eq!(desk.on(), Some(31));
    // A tab keeps a photo that is in it, and begins at its top where it is not.
    desk.press_all(&["h"]);
    assert_eq!((desk.ui.jobs.query.tab, desk.on()), (Tab::Only(Group::Failed), Some(20)));
    desk.press_all(&["j", "h", "h", "h", "l", "l", "l"]);
    assert_eq!((desk.ui.jobs.query.tab, desk.on()), (Tab::Only(Group::Failed), Some(20)), "by way of tabs without it");
    desk.press_all(&["j", "j", "F", "esc", "h", "h", "h"]);
    assert_eq!(desk.ui.jobs.query.tab, Tab::All);
}

#[test]
fn a_mark_stands_apart_from_the_number() {
    let mut desk = desk(500);
    desk.press_all(&["pgdn", "G", "space"]);
    let screen = desk.screen();
    assert!(screen.contains("▌◆ 500") || screen.contains("◆ 500"), "{screen}");
}

#[test]
fn the_history_can_be_read_on_a_narrow_screen() {
    let mut desk = fixtures::finished(40, 24);
    desk.press_all(&["G", "5"]);
    let screen = desk.screen();
    assert!(screen.contains("attempt 1, running at fal\n   503 runner disconnected\n"), "{screen}");
}

#[test]
fn indentation_is_not_underlined_where_failures_are() {
    for theme in Theme::built_in() {
        let mut desk = in_theme(theme);
        desk.press_all(&["F"]);
        let blanks = underlined(&desk).iter().filter(|row| row.starts_with(' ')).count();
        assert_eq!(blanks, 0, "{theme}: {:?}", underlined(&desk));
        assert!(desk.ui.screen.styles.of(Role::Failure).add_modifier.contains(Modifier::BOLD));
    }
}

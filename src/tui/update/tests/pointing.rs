//! What the mouse leads to.

use super::*;
use crate::tui::keys::{Action, Context, KeyMap};
use crate::tui::ui::plan::Stop;

/// Clicks at the start of the first place on the screen, from a line on, that shows a text.
fn click(desk: &mut Desk, from: usize, text: &str) {
    let screen = desk.screen();
    let found = screen.lines().enumerate().skip(from).find_map(|(row, line)| Some((row, line.split_once(text)?.0)));
    let (row, before) = found.unwrap_or_else(|| panic!("no {text}: {screen}"));
    let column = crate::tui::view::words::text::width(before);
    press_at(desk, MouseEventKind::Down(MouseButton::Left), (column.try_into().unwrap(), row.try_into().unwrap()));
}

fn press_at(desk: &mut Desk, kind: MouseEventKind, (column, row): (u16, u16)) {
    desk.take_in(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    desk.answer();
}

#[test]
fn the_mouse_chooses_what_it_points_at() {
    let mut desk = desk(500);
    let mut point = |kind, column, row| {
        press_at(&mut desk, kind, (column, row));
        (desk.on(), desk.screen().contains("▌"))
    };
    assert_eq!(
        point(MouseEventKind::Down(MouseButton::Left), 20, 8).0,
        Some(4),
        "three lines of header, border, headings"
    );
    assert_eq!(point(MouseEventKind::ScrollDown, 20, 8).0, Some(7));
    assert_eq!(point(MouseEventKind::Down(MouseButton::Left), 79, 8).0, Some(7), "the border is no row");
    point(MouseEventKind::Down(MouseButton::Left), 20, 20);
    assert_eq!(desk.ui.context(), Context::Detail);
}

#[test]
fn a_click_on_a_tab_shows_it_at_every_width_that_has_it() {
    for width in [60, 80, 120, 200] {
        let mut desk = fixtures::running(width, 36);
        click(&mut desk, 3, "Done");
        assert_eq!(desk.ui.jobs.query.tab, Tab::Only(Group::Done), "{width}");
        click(&mut desk, 3, "All");
        assert_eq!(desk.ui.jobs.query.tab, Tab::All);
        click(&mut desk, 8, "Caption");
        assert_eq!(desk.ui.pane_tab(), PaneTab::Caption, "{width}");
        click(&mut desk, 3, "Photo ");
        assert_eq!((desk.ui.jobs.query.order, desk.ui.jobs.query.reverse), (Order::Path, false));
        click(&mut desk, 3, "Photo ");
        assert!(desk.ui.jobs.query.reverse);
    }
}

#[test]
fn a_click_on_a_key_does_what_the_key_does_and_nothing_beside_it_does() {
    let mut desk = fixtures::running(200, 36);
    for (text, does) in
        [("p pause", Command::Pause), ("+/- window", Command::Window(1)), ("- window", Command::Window(-1))]
    {
        click(&mut desk, 35, text);
        assert_eq!(desk.told.pop(), Some(does), "{text}");
    }
    click(&mut desk, 35, "/ filter");
    assert!(desk.ui.jobs.typing);
    desk.press_all(&["i", "m", "g"]);
    click(&mut desk, 35, "Enter keep");
    assert!(!desk.ui.jobs.typing && desk.ui.jobs.filter.value() == "img");
    click(&mut desk, 35, "window");
    assert!(desk.told.is_empty(), "a word for two keys is none of them");
    click(&mut desk, 35, "q quit");
    assert!(desk.screen().contains("Leave?"));
}

#[test]
fn a_question_is_answered_by_a_click_and_what_is_behind_it_is_out_of_reach() {
    for size in [(120, 36), (80, 24), (40, 12), (20, 5)] {
        let mut desk = fixtures::running(size.0, size.1);
        desk.press_all(&["q"]);
        // Where nothing else fits, the question is the screen.
        for row in 0..if size.1 < 8 { 0 } else { size.1 - 1 } {
            let behind = desk.ui.jobs.query.clone();
            press_at(&mut desk, MouseEventKind::Down(MouseButton::Left), (0, row));
            assert_eq!((desk.ui.layers.len(), &desk.ui.jobs.query), (1, &behind), "{size:?}");
        }
        desk.ui.layers.clear();
        desk.told.clear();
        desk.press_all(&["q"]);
        click(&mut desk, 0, if size.0 > 40 { "x  cancel the" } else { "x  cancel" });
        assert_eq!(desk.told, [Command::Quit { leave: Leave::CancelQueued, signal: None }], "{size:?}");
    }
}

#[test]
fn the_keys_of_the_banner_are_the_bound_ones_and_can_be_clicked() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let keys = [("failures", "ctrl-f"), ("reviews", "ctrl-e"), ("quit", "Z")];
        let keys = keys.map(|(action, key)| (action.to_owned(), vec![key.to_owned()]));
        let mut desk = fixtures::finished(width, height);
        desk.ui.screen.keys = KeyMap::with(&keys.into()).unwrap();
        let shown = desk.ui.screen.keys.shown(Action::Failures);
        click(&mut desk, 2, &format!("{shown} shows"));
        assert_eq!(desk.ui.context(), Context::Causes, "{}", desk.screen());
        desk.press_all(&["esc"]);
        let shown = desk.ui.screen.keys.shown(Action::Reviews);
        click(&mut desk, 2, &format!("{shown} goes"));
        assert_eq!(desk.ui.context(), Context::Review);
        desk.press_all(&["esc"]);
        click(&mut desk, 2, "Z leaves");
        assert_eq!(desk.told, [Command::Quit { leave: Leave::Running, signal: None }]);
    }
}

#[test]
fn a_cause_is_chosen_by_a_click() {
    let mut desk = desk(9);
    for (number, note) in [(1, "503 gone"), (2, "503 gone"), (3, "422 too large")] {
        desk.set(number, Status::Failed);
        note.clone_into(&mut desk.rows[number - 1].note);
    }
    desk.answer().press_all(&["F"]);
    click(&mut desk, 0, "image_too_large");
    assert_eq!(desk.ui.chosen_cause().map(|group| group.kind), Some(CauseKind::ImageTooLarge));
}

#[test]
fn a_click_chooses_what_is_on_the_plan_and_another_does_what_enter_does() {
    let mut desk = fixtures::planning(120, 36);
    click(&mut desk, 0, "creativity");
    assert_eq!(desk.ui.stop(), Stop::Field(1));
    assert!(desk.told.is_empty() && !desk.ui.is_editing(), "chosen, and nothing else");
    click(&mut desk, 0, "creativity");
    assert!(desk.ui.is_editing());
    click(&mut desk, 0, "guidance");
    assert!(desk.ui.is_editing(), "what is typed is kept or given up first");
    let mut desk = fixtures::planning(120, 36);
    click(&mut desk, 0, "[x]");
    assert!(desk.told.is_empty(), "the first click chooses");
    click(&mut desk, 0, "[x]");
    assert!(matches!(desk.told.as_slice(), [Command::LeaveOut { out: true, .. }]), "{:?}", desk.told);
}

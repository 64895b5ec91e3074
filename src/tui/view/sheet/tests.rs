use crate::engine::Command;
use crate::engine::snapshot::{Order, Tab};
use crate::job::{Group, Stars, Status};
use crate::tui::caps::{Depth, Images};
use crate::tui::fixtures::{Desk, inked, row};
use crate::tui::keys::Context;
use crate::tui::theme::Theme;
use crate::tui::update::Effect;
use crate::tui::view::scenes::snapshots;

/// A batch of which most has come in.
fn batch(width: u16, height: u16, photos: usize) -> Desk {
    let status = |n: usize| match n {
        3 => Status::Review,
        5 => Status::Failed,
        n if n > photos - 3 => Status::InProgress,
        _ => Status::Done,
    };
    let rows = (1..=photos).map(|n| {
        let mut row = row(n, &format!("beach/IMG_{n:04}.jpg"), status(n));
        row.note = match row.state.status {
            Status::Done => "Two people walking along the water's edge at low tide.".to_owned(),
            Status::Review => "black result (safety check?)".to_owned(),
            Status::Failed => "422 image too large: at most 64 megapixels".to_owned(),
            _ => String::new(),
        };
        row
    });
    Desk::new(width, height, rows.collect())
}

fn sheet(width: u16, height: u16) -> Desk {
    let mut desk = batch(width, height, 120);
    desk.press_all(&["C"]).develop();
    desk
}

#[test]
fn the_sheet() {
    snapshots("sheet", |width, height| sheet(width, height).screen());
    snapshots("sheet-moved", |width, height| {
        let mut desk = sheet(width, height);
        desk.press_all(&["down", "right", "space", "space", "down"]).develop();
        desk.screen()
    });
    snapshots("sheet-filter", |width, height| {
        let mut desk = sheet(width, height);
        desk.press_all(&["/", "i", "m", "g", "_", "0", "0", "2"]).develop();
        desk.screen()
    });
}

#[test]
fn its_colours_in_the_dark_in_the_light_and_without_any() {
    for (width, height) in [(120, 36), (80, 24)] {
        for (name, depth) in [("dusk", Depth::Ansi16), ("paper", Depth::Ansi16), ("terminal", Depth::Mono)] {
            let mut desk = batch(width, height, 120).in_theme(&Theme::load(name, None).unwrap(), depth);
            desk.press_all(&["C", "right", "space"]).develop();
            insta::assert_snapshot!(format!("sheet-{name}-{width}x{height}"), inked(&desk.ui));
        }
    }
}

#[test]
fn arrows_move_in_rows_and_columns_and_whole_rows_are_scrolled() {
    let mut desk = sheet(120, 36);
    let across = desk.ui.grid().across.into();
    let on = |desk: &Desk| desk.on().unwrap() as usize;
    assert_eq!(on(&desk), 1);
    desk.press_all(&["up"]);
    assert_eq!(on(&desk), 1, "there is nothing above");
    desk.press_all(&["right", "down"]);
    assert_eq!(on(&desk), 2 + across);
    desk.press_all(&["left"]);
    assert_eq!(on(&desk), 1 + across);
    for _ in 0..100 {
        desk.press_all(&["down"]);
        assert!(desk.ui.page().top.is_multiple_of(across), "{}", desk.ui.page().top);
        let (top, at) = (desk.ui.page().top, on(&desk) - 1);
        assert!((top..top + usize::from(desk.ui.grid().cells())).contains(&at), "{at} is in sight from {top} on");
    }
    assert_eq!((on(&desk) - 1) % across, 0, "it stays in its column");
    desk.press_all(&["G"]);
    assert_eq!(on(&desk), 120);
    desk.press_all(&["down", "right", "pgup"]);
    assert_eq!(on(&desk), 120 - across * usize::from(desk.ui.grid().down));
    desk.press_all(&["g", "pgdn"]);
    assert_eq!(on(&desk), 1 + across * usize::from(desk.ui.grid().down));
}

#[test]
fn it_is_the_table_otherwise() {
    let mut desk = sheet(120, 36);
    assert_eq!(desk.ui.jobs.order, Order::Number, "pictures do not change places by themselves");
    desk.press_all(&["tab", "tab", "tab", "tab"]);
    assert_eq!(desk.ui.jobs.tab, Tab::Only(Group::Review));
    desk.press_all(&["v"]);
    assert!(matches!(desk.told.last(), Some(Command::Accept(ids)) if ids.len() == 1), "{:?}", desk.told);
    desk.press_all(&["tab", "a"]);
    assert_eq!(desk.ui.jobs.marks.len(), 115);
    desk.press_all(&["X"]);
    assert!(matches!(desk.told.last(), Some(Command::Reject(ids)) if ids.len() == 115));
    desk.press_all(&["enter"]);
    assert!(desk.ui.zoom.is_some() && desk.screen().contains("before"), "{}", desk.screen());
    desk.press_all(&["esc"]);
    assert!(desk.ui.zoom.is_none() && desk.ui.is_sheet());
    desk.press_all(&["esc"]);
    assert!(!desk.ui.is_sheet() && desk.ui.jobs.order == Order::Status);
    desk.press_all(&["C", "s", "C"]);
    assert_eq!(desk.ui.jobs.order, Order::Time, "an order that was chosen stays");
}

#[test]
fn the_review_begins_on_the_photo_of_the_sheet_and_goes_back_there() {
    let mut desk = sheet(120, 36);
    desk.press_all(&["right", "V"]).answer();
    assert_eq!((desk.ui.context(), desk.on()), (Context::Review, Some(2)));
    desk.press_all(&["right", "4"]);
    assert!(matches!(desk.told.last(), Some(Command::Rate(ids, _)) if ids.len() == 1), "{:?}", desk.told);
    let on = desk.on();
    desk.press_all(&["esc"]).answer();
    assert_eq!((desk.ui.context(), desk.ui.jobs.tab, desk.on()), (Context::Sheet, Tab::All, on));
}

#[test]
fn captions_undo_and_decisions_of_many_are_as_in_the_table() {
    let mut desk = sheet(120, 36);
    desk.press_all(&["E"]);
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::Edit(_))), "{}", desk.screen());
    desk.press_all(&["M"]);
    assert!(matches!(desk.told.last(), Some(Command::CountGroups { .. })), "{:?}", desk.told);
    desk.press_all(&["u"]);
    assert!(desk.screen().contains("there is nothing to take back"), "{}", desk.screen());
}

#[test]
fn stars_stand_with_the_name_or_where_there_is_one_line_with_the_words() {
    for (width, height) in [(120, 36), (80, 24)] {
        let mut desk = batch(width, height, 120);
        desk.rows[0].judged.stars = Stars::new(4);
        desk.answer().press_all(&["C"]).develop();
        assert!(desk.screen().contains("★★★★"), "{}", desk.screen());
    }
}

#[test]
fn pictures_are_wanted_in_sight_and_a_page_around_and_each_once() {
    let mut desk = batch(120, 36, 10_000);
    desk.press("C").answer();
    let cells = usize::from(desk.ui.grid().cells());
    let wanted = |desk: &mut Desk| {
        let asks = std::mem::take(&mut desk.effects).into_iter().filter_map(|effect| match effect {
            Effect::Print(asks) => Some(asks),
            _ => None,
        });
        asks.last().map(|asks| asks.iter().map(|ask| ask.file.display().to_string()).collect::<Vec<_>>())
    };
    let first = wanted(&mut desk).unwrap();
    assert_eq!((first.len(), &*first[0]), (cells * 2, "beach/IMG_0001.jpg"), "in sight, and the page that follows");
    desk.press_all(&["right"]);
    assert_eq!(wanted(&mut desk), None, "nothing else is in sight");
    desk.press_all(&["pgdn", "pgdn"]);
    let third = wanted(&mut desk).unwrap();
    assert_eq!(third.len(), cells * 3);
    desk.press_all(&["esc"]);
    assert_eq!(wanted(&mut desk), Some(Vec::new()), "the table wants none");
}

#[test]
fn without_pictures_it_is_a_table_of_names() {
    let mut desk = batch(80, 24, 120);
    desk.ui.screen.caps.images = Images::None;
    desk.press_all(&["C"]);
    let screen = desk.screen();
    assert!(screen.contains("✓ Two people") && desk.ui.grid().cells() == 36, "{screen}");
}

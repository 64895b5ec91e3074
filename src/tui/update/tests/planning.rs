//! The plan screen: the form, what is left out, the cap.

use serde_json::json;

use super::*;
use crate::engine::snapshot::{Order, Phase, Selection};
use crate::job::{Cost, Usd};
use crate::tui::ui::plan::Stop;

fn plan() -> Desk {
    fixtures::planning(120, 36)
}

fn param(name: &str, value: impl Into<Option<serde_json::Value>>) -> Command {
    Command::Param { name: name.to_owned(), value: value.into() }
}

#[test]
fn enter_starts_only_where_the_cursor_is_on_the_start() {
    let mut desk = plan();
    desk.press_all(&["j", "enter"]);
    assert!(desk.told.is_empty(), "on a field Enter edits");
    assert!(desk.ui.is_editing());
    desk.press_all(&["esc"]);
    desk.told.clear();
    desk.press_all(&["tab", "enter"]);
    let photo = JobId::at(1);
    assert_eq!(desk.told, [Command::LeaveOut { which: Selection::Photo(photo), out: true }]);
    desk.told.clear();
    desk.press_all(&["esc", "enter"]);
    assert_eq!(desk.told, [Command::Start]);
}

#[test]
fn what_is_typed_is_taken_at_once_and_given_up_with_esc() {
    let mut desk = plan();
    desk.press_all(&["j", "j", "e", "backspace", "7"]);
    assert_eq!(desk.told, [param("creativity", json!(0)), param("creativity", json!(0.7))], "`0.` is 0");
    desk.told.clear();
    desk.press_all(&["esc"]);
    assert_eq!(desk.told, [param("creativity", json!(0.3))]);
    assert!(!desk.ui.is_editing());
}

#[test]
fn what_the_model_does_not_take_is_said_at_the_field_and_never_sent() {
    let mut desk = plan();
    desk.press_all(&["j", "e", "backspace", "9"]);
    assert_eq!(desk.told, [param("upscale_factor", None)], "an empty field has its default");
    assert!(desk.screen().contains("takes a number from 1 to 4"), "{}", desk.screen());
    desk.press_all(&["enter"]);
    assert!(desk.ui.is_editing(), "it is not left like that");
    desk.press_all(&["q", "t", "j"]);
    assert!(desk.ui.is_editing(), "letters are text");
    desk.press_all(&["backspace", "backspace", "backspace", "backspace", "3", "enter"]);
    assert!(!desk.ui.is_editing());
    assert_eq!(desk.told.last(), Some(&param("upscale_factor", json!(3))));
}

#[test]
fn arrows_step_and_backspace_gives_the_default_back() {
    let mut desk = plan();
    desk.press_all(&["j", "right", "left", "j", "j", "j", "right", "j", "j", "right", "enter", "backspace"]);
    assert_eq!(
        desk.told,
        [
            param("upscale_factor", json!(2.1)),
            param("upscale_factor", json!(2)),
            param("steps", json!(21)),
            param("enable_safety_checker", json!(false)),
            param("enable_safety_checker", json!(true)),
        ]
    );
    // Keys come faster than snapshots.
    let mut desk = plan();
    desk.press("j").press("right").press("right").press("d");
    let expected = [json!(2.1), json!(2.2)].map(|value| param("upscale_factor", value));
    assert_eq!((&desk.told[..2], &desk.told[2..]), (&expected[..], &[param("upscale_factor", None)][..]));
    let mut desk = plan().with(|snapshot| {
        let mut plan = (*snapshot.plan).clone();
        plan.fields[3].value = Some(json!(30));
        snapshot.plan = plan.into();
    });
    desk.press_all(&["j", "j", "j", "j", "backspace"]);
    assert_eq!(desk.told, [param("steps", None)]);
}

#[test]
fn folders_and_photos_are_left_out_and_taken_in_again() {
    let mut desk = plan();
    desk.press_all(&["tab", "tab", "j", "space", "tab", "tab", "tab", "j", "space"]);
    let expected = [
        Command::LeaveOut { which: Selection::Photo(JobId::at(2)), out: true },
        Command::LeaveOut { which: Selection::Folder(1), out: true },
    ];
    assert_eq!(desk.told[..1], expected[..1]);
    let mut desk = plan().with(|snapshot| {
        let mut plan = (*snapshot.plan).clone();
        plan.left_out.folders[1].out = plan.left_out.folders[1].photos;
        snapshot.plan = plan.into();
    });
    desk.press_all(&["tab", "tab", "tab", "j", "space"]);
    assert_eq!(desk.told, [Command::LeaveOut { which: Selection::Folder(1), out: false }]);
}

#[test]
fn a_price_limit_is_an_amount_or_none() {
    let mut desk = plan();
    desk.press_all(&["$", "5", "x"]);
    assert!(desk.screen().contains("an amount in US dollars"), "{}", desk.screen());
    desk.press_all(&["enter"]);
    assert!(desk.told.is_empty());
    desk.press_all(&["backspace", ".", "5", "0", "enter"]);
    assert_eq!(desk.told, [Command::PriceLimit(Usd::from_f64(5.5))]);
    assert!(desk.ui.layers.is_empty());
    desk.press_all(&["$", "enter"]);
    assert_eq!(desk.told.last(), Some(&Command::PriceLimit(None)));
}

#[test]
fn the_cap_is_raised_before_the_start_and_while_it_runs() {
    for mut desk in [plan(), fixtures::running(80, 24)] {
        desk.press_all(&["b"]);
        assert!(desk.screen().contains("$ 500.00"), "{}", desk.screen());
        desk.press_all(&["ctrl-u"]);
        for _ in 0..6 {
            desk.press_all(&["backspace"]);
        }
        desk.press_all(&["7", "5", "0", "enter"]);
        assert_eq!(desk.told, [Command::Budget(Usd::from_f64(750.0))]);
    }
}

#[test]
fn what_is_typed_takes_the_place_of_what_was_there_unless_it_is_gone_over_first() {
    let mut desk = plan();
    desk.press_all(&["b", "7", "5", ".", "5", "enter", "b", "left", "1", "enter"]);
    assert_eq!(desk.told, [75.5, 500.01].map(|usd| Command::Budget(Usd::from_f64(usd))));
    desk.told.clear();
    desk.press_all(&["j", "e", "3"]);
    assert_eq!(desk.told, [param("upscale_factor", json!(3))]);
    desk.press_all(&["esc", "b"]);
    desk.take_in(Msg::Paste("12".to_owned()));
    assert!(desk.screen().contains("$ 12 "), "{}", desk.screen());
}

#[test]
fn a_cap_that_is_too_small_is_told_where_the_start_is_and_earlier_runs_count() {
    let capped = |cents, spent| {
        let desk = plan().with(|snapshot| {
            let mut facts = (*snapshot.batch).clone();
            (facts.budget, snapshot.totals.reserved) = (Some(fixtures::usd(cents)), Usd::ZERO);
            snapshot.totals.spent = Cost::Known(spent).into();
            snapshot.batch = facts.into();
        });
        desk.screen()
    };
    assert!(!capped(600_000, Usd::ZERO).contains("pauses there"));
    let short = capped(600_000, fixtures::usd(20_000));
    assert!(short.contains("$6,000.00, $200.00 of it used before: $75.20"), "{short}");
    assert!(short.contains("for about $5,875.20, up to the cap of $6,000.00."), "{short}");
}

#[test]
fn the_cursor_is_always_in_sight() {
    for (width, height) in [(120, 36), (120, 16), (80, 24), (40, 12), (40, 8)] {
        let mut desk = fixtures::planning(width, height);
        for step in 0..24 {
            desk.press_all(&["j"]);
            let line = match desk.ui.stop() {
                crate::tui::ui::plan::Stop::Field(at) => desk.ui.snapshot.plan.fields[at].spec.name.clone(),
                crate::tui::ui::plan::Stop::Photo(id) => format!("IMG_{:04}", id.index()),
                _ => continue,
            };
            assert!(desk.screen().contains(&line), "{line} after {step} at {width}×{height}: {}", desk.screen());
        }
    }
}

/// The row that the list's cursor is on.
fn on(desk: &Desk) -> u32 {
    desk.on().unwrap()
}

fn left_out(number: u32, out: bool) -> Command {
    Command::LeaveOut { which: Selection::Photo(JobId::at(number as usize - 1)), out }
}

fn matching(text: &str, out: bool) -> Command {
    Command::LeaveOut { which: Selection::Matching(text.to_owned()), out }
}

#[test]
fn a_photo_of_the_list_is_left_out_or_taken_in_again_and_space_goes_on_to_the_next() {
    let mut desk = plan();
    desk.press_all(&["p", "j", "j", "space"]);
    assert_eq!((desk.told.last(), on(&desk)), (Some(&left_out(3, true)), 4));
    // The fourth is out already.
    desk.press_all(&["enter", "space"]);
    assert_eq!((&desk.told[1..], on(&desk)), (&[left_out(4, false), left_out(4, false)][..], 5));
    desk.told.clear();
    desk.press_all(&["G", "space", "enter", "right", "e"]);
    assert!(desk.told.is_empty() && !desk.ui.is_editing(), "what is not sent anyway has no choice");
    assert!(desk.screen().contains("not sent in any case"), "{}", desk.screen());
}

#[test]
fn all_that_the_filter_leaves_are_left_out_at_once_and_what_is_typed_goes_along() {
    let mut desk = plan();
    desk.press_all(&["/", "I", "M", "G", "_", "0", "0", "0", "3", "enter", "a", "A"]);
    assert_eq!(desk.told, [matching("IMG_0003", true), matching("IMG_0003", false)]);
    assert!(desk.screen().contains("1 of 1") && !desk.screen().contains("IMG_0004"), "{}", desk.screen());
    desk.told.clear();
    // Esc takes the filter away, then goes to the start; elsewhere these keys leave nothing out.
    desk.press_all(&["esc"]);
    assert!(desk.screen().contains("IMG_0004.jpg"), "{}", desk.screen());
    desk.press_all(&["esc", "a", "A"]);
    assert!(desk.told.is_empty() && desk.screen().contains("Enter sends"), "{}", desk.screen());
    desk.press_all(&["/", "z", "z", "enter", "a"]);
    assert!(desk.told.is_empty() && desk.screen().contains("no path matches"), "{}", desk.screen());
}

#[test]
fn the_list_is_a_part_of_the_plan_and_goes_back_to_where_the_cursor_was() {
    use crate::tui::ui::plan::Stop;
    let mut desk = plan();
    desk.press_all(&["j", "j", "p"]);
    assert_eq!(desk.ui.stop(), Stop::List);
    desk.press_all(&["p"]);
    assert_eq!(desk.ui.stop(), Stop::Field(1));
    desk.press_all(&["tab", "tab", "tab"]);
    assert_eq!(desk.ui.stop(), Stop::List);
    desk.press_all(&["tab"]);
    assert_eq!(desk.ui.stop(), Stop::Start);
    desk.press_all(&["G", "j", "j"]);
    assert_ne!(desk.ui.stop(), Stop::List, "lines never lead into it");
}

#[test]
fn the_table_of_a_run_begins_without_what_was_looked_for_in_the_plan() {
    let mut desk = plan();
    desk.press_all(&["/", "I", "M", "G", "_", "0", "0", "0", "3", "enter", "s", "S"]);
    assert_eq!(
        (desk.ui.jobs.order, desk.ui.jobs.reverse),
        (Order::Path, true),
        "numbers and times tell no plan's photos apart"
    );
    let mut desk = desk.with(|snapshot| snapshot.phase = Phase::Running);
    desk.answer();
    assert_eq!(
        (desk.ui.jobs.order, desk.ui.jobs.reverse, desk.ui.jobs.filter.value(), desk.on()),
        (Order::Status, false, "", Some(1))
    );
    assert!(desk.screen().contains("IMG_0004"), "{}", desk.screen());
}

#[test]
fn the_list_of_photos_is_ordered_by_what_becomes_of_them() {
    use crate::engine::snapshot::Choice;
    let mut desk = plan();
    desk.press_all(&["p", "s", "s", "s", "s"]);
    assert_eq!(desk.ui.jobs.order, Order::Choice);
    assert!(desk.screen().contains("order: to send ↓"), "{}", desk.screen());
    let mut choices: Vec<Option<Choice>> = Vec::new();
    desk.press_all(&["G"]);
    choices.extend(desk.ui.page().rows.iter().map(|row| row.choice));
    assert!(choices.contains(&Some(Choice::Out)) && choices.last() == Some(&None), "{choices:?}");
    assert!(choices.is_sorted_by_key(|choice| (choice.is_none(), *choice)), "{choices:?}");
    desk.press_all(&["s"]);
    assert_eq!(desk.ui.jobs.order, Order::Status, "as found again");
}

#[test]
fn the_mouse_chooses_in_the_list() {
    let mut desk = plan();
    desk.press_all(&["p"]);
    let kind = MouseEventKind::Down(MouseButton::Left);
    desk.take_in(Msg::Mouse(MouseEvent { kind, column: 30, row: 6, modifiers: KeyModifiers::NONE }));
    desk.answer();
    assert_eq!(on(&desk), 4);
    let mut desk = fixtures::planning(200, 50);
    let wheel = MouseEventKind::ScrollDown;
    desk.take_in(Msg::Mouse(MouseEvent { kind: wheel, column: 150, row: 9, modifiers: KeyModifiers::NONE }));
    desk.answer();
    assert_eq!((on(&desk), desk.ui.stop()), (4, crate::tui::ui::plan::Stop::List));
}

#[test]
fn where_nothing_could_be_sent_nothing_is_left_out() {
    let mut desk = plan().with(|snapshot| {
        let mut plan = (*snapshot.plan).clone();
        (plan.photos, plan.same.photos, plan.left_out.photos) = (0, 0, 0);
        snapshot.plan = plan.into();
    });
    desk.press_all(&["p", "a"]);
    assert!(desk.told.is_empty() && desk.screen().contains("none that could be sent"), "{}", desk.screen());
}

#[test]
fn what_the_cursor_was_on_and_is_gone_never_leaves_it_on_the_start() {
    let mut desk = plan();
    desk.press_all(&["tab", "tab", "j", "j"]);
    let at = desk.ui.stop();
    assert!(matches!(at, Stop::Photo(_)), "{at:?}");
    let mut snapshot = desk.snapshot.clone();
    let mut found = (*snapshot.plan).clone();
    found.left_out.choices.retain(|photo| Stop::Photo(photo.id) != at);
    snapshot.plan = Arc::new(found);
    desk.take_in(Msg::Snapshot(Arc::new(snapshot.clone())));
    assert!(matches!(desk.ui.stop(), Stop::Photo(_)), "it stays among the photos");
    let mut none = (*snapshot.plan).clone();
    none.left_out.choices.clear();
    snapshot.plan = Arc::new(none);
    desk.take_in(Msg::Snapshot(Arc::new(snapshot)));
    desk.told.clear();
    desk.press_all(&["enter"]);
    assert!(!desk.told.contains(&Command::Start), "{:?}", desk.told);
}

#[test]
fn what_keys_act_on_stays_in_sight_whatever_moves_it() {
    let mut desk = fixtures::planning(80, 24);
    desk.press_all(&["tab", "tab", "tab"]);
    assert!(matches!(desk.ui.stop(), Stop::Folder(_)));
    for size in [(60, 15), (80, 24), (40, 12)] {
        desk.take_in(Msg::Resize(ratatui::layout::Size::new(size.0, size.1)));
        assert!(crate::tui::view::plan::is_in_sight(&desk.ui), "{size:?}");
    }
    let mut snapshot = desk.snapshot.clone();
    let mut more = (*snapshot.plan).clone();
    (more.left_out.photos, more.skips.count) = (3, 0);
    snapshot.plan = Arc::new(more);
    desk.take_in(Msg::Snapshot(Arc::new(snapshot)));
    assert!(crate::tui::view::plan::is_in_sight(&desk.ui));
}

#[test]
fn a_price_in_doubt_is_taken_by_a_key_that_asks_first() {
    use crate::model::{Doubt, PriceSource, Unit, UnitPrice};
    let price = |nanos, source| UnitPrice { usd: Usd::from_nanos(nanos), unit: Unit::Megapixel, source };
    let mut sure = fixtures::planning(120, 36);
    sure.press("T").answer();
    assert!(sure.told.is_empty() && sure.screen().contains("the price is not in doubt"), "{}", sure.screen());
    let doubted = |named: Option<UnitPrice>, cap| {
        fixtures::planning(120, 36).with(|snapshot| {
            let plan = std::sync::Arc::make_mut(&mut snapshot.plan);
            plan.costs.price = Some(price(100_000_000, PriceSource::Doubted(Doubt::Far)));
            let batch = std::sync::Arc::make_mut(&mut snapshot.batch);
            (batch.named_price, batch.budget) = (named, cap);
        })
    };
    let mut desk = doubted(Some(price(1_000_000, PriceSource::Live)), None);
    assert!(desk.screen().contains("$0.0010 per MP is named; T takes it"), "{}", desk.screen());
    desk.press("T").answer();
    assert!(desk.told.is_empty() && desk.screen().contains("Take the price that is named?"), "{}", desk.screen());
    desk.press("n").answer();
    assert!(desk.told.is_empty());
    desk.press_all(&["T", "y"]);
    assert_eq!(desk.told, [Command::TrustPrice]);
    let mut none = doubted(None, None);
    none.press("T").answer();
    assert!(none.told.is_empty() && !none.screen().contains("takes it"), "{}", none.screen());
}

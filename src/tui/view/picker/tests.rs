//! The picker as a person would see it.

use std::sync::Arc;

use crate::engine::Command;
use crate::engine::snapshot::{Comparison, FolderPrice};
use crate::model::{Listing, PriceState};
use crate::tui::fixtures::{self, Desk, listings, usd};
use crate::tui::models::{Finding, Finds, Search};
use crate::tui::update::{Effect, Msg};
use crate::tui::view::scenes::snapshots;

/// The plan with the picker in front, after these keys.
fn picking(width: u16, height: u16, keys: &[&str]) -> Desk {
    let mut desk = fixtures::planning(width, height);
    desk.press_all(&["m"]);
    desk.press_all(keys);
    desk
}

/// What the newest search asked for.
fn asked(desk: &Desk) -> Option<Search> {
    let searches = desk.effects.iter().rev();
    let of = |effect: &Effect| if let Effect::FindModels(search) = effect { Some(search.clone()) } else { None };
    searches.into_iter().find_map(of)
}

/// Something is found, and the engine says what the plan costs with each.
fn found(desk: &mut Desk, listings: Vec<Arc<Listing>>, others: usize, state: Finding) {
    // A screen that is too small shows none.
    let Some(Search { seq, .. }) = asked(desk) else { return };
    desk.take_in(Msg::Models(Finds { seq, listings, others, state }));
    let Some(Command::Compare { seq, models }) = desk.told.pop() else { panic!("no prices were asked for") };
    let prices =
        [(Some(587_520), PriceState::Exact), (Some(2_408), PriceState::Exact), (Some(1_333), PriceState::Learned)];
    let price = |at: usize| {
        let (cents, state) = prices.get(at).copied().unwrap_or((None, PriceState::Unknown));
        FolderPrice { usd: cents.map(usd), state, is_boundless: false }
    };
    let prices = (0..models.len()).map(price).collect();
    desk.snapshot.comparison = Some(Arc::new(Comparison { seq, may_take: true, photos: 1204, prices }));
    desk.answer();
}

#[test]
fn picker() {
    snapshots("picker", |width, height| {
        let mut desk = picking(width, height, &[]);
        found(&mut desk, listings(), 7, Finding::Done);
        desk.press_all(&["down"]).screen()
    });
    snapshots("picker-asking", |width, height| picking(width, height, &["u", "p"]).screen());
    snapshots("picker-learned", |width, height| {
        let mut desk = picking(width, height, &["e"]);
        found(&mut desk, listings(), 0, Finding::Asking);
        desk.press_all(&["down", "down"]).screen()
    });
    snapshots("picker-kept", |width, height| {
        let mut desk = picking(width, height, &[]);
        found(&mut desk, listings()[..1].to_vec(), 0, Finding::Kept("cannot connect to api.fal.ai".to_owned()));
        desk.screen()
    });
}

#[test]
fn what_is_taken_is_told_with_what_it_keeps_and_loses() {
    let mut desk = fixtures::planning(120, 36).with(|snapshot| {
        let mut plan = (*snapshot.plan).clone();
        for field in &mut plan.fields {
            match field.spec.name.as_str() {
                "upscale_factor" => field.value = Some(serde_json::json!(4)),
                "steps" => field.value = Some(serde_json::json!(30)),
                _ => {}
            }
        }
        snapshot.plan = plan.into();
    });
    desk.press_all(&["m"]);
    found(&mut desk, listings(), 0, Finding::Done);
    desk.press_all(&["down"]);
    let screen = desk.screen();
    assert!(
        screen.contains("keeps       upscale_factor") && screen.contains("loses       steps: 30: it takes"),
        "{screen}"
    );
    desk.press_all(&["enter"]);
    assert_eq!(desk.told, [Command::TakeModel(Arc::clone(&listings()[1]))]);
    assert!(desk.ui.layers.is_empty());
    let screen = desk.screen();
    assert!(screen.contains("fal-ai/other is the model; kept: upscale_factor; not kept: steps"), "{screen}");
}

#[test]
fn esc_leaves_the_model_as_it_is_and_what_comes_late_is_no_answer() {
    let mut desk = picking(120, 36, &[]);
    let old = asked(&desk).unwrap().seq;
    desk.press_all(&["x"]);
    assert_eq!(asked(&desk).unwrap().words, "x");
    desk.take_in(Msg::Models(Finds { seq: old, listings: listings(), others: 0, state: Finding::Done }));
    assert!(desk.told.is_empty() && !desk.screen().contains("fal-ai/other"), "{}", desk.screen());
    desk.press_all(&["esc"]);
    assert!(desk.told.is_empty() && desk.ui.layers.is_empty());
    let late = asked(&desk).unwrap().seq;
    desk.press_all(&["m"]);
    desk.take_in(Msg::Models(Finds { seq: late, listings: listings(), others: 0, state: Finding::Done }));
    assert!(desk.told.is_empty(), "it is of an earlier picker");
    found(&mut desk, listings(), 0, Finding::Done);
    desk.press_all(&["enter"]);
    assert!(desk.told.is_empty() && desk.screen().contains("the plan's model already"), "{}", desk.screen());
}

#[test]
fn a_model_whose_price_keeps_no_cap_is_not_taken_while_there_is_one() {
    let mut desk = fixtures::planning(120, 36).with(|snapshot| {
        let mut facts = (*snapshot.batch).clone();
        facts.budget = Some(usd(60_000));
        snapshot.batch = facts.into();
    });
    desk.press_all(&["m"]);
    found(&mut desk, listings(), 0, Finding::Done);
    desk.press_all(&["down", "down", "down", "enter"]);
    assert!(desk.told.is_empty() && !desk.ui.layers.is_empty());
    assert!(desk.screen().contains("the cap could not be kept with its price"), "{}", desk.screen());
    desk.press_all(&["up", "enter"]);
    assert!(matches!(desk.told.as_slice(), [Command::TakeModel(_)]), "{:?}", desk.told);
}

#[test]
fn a_plan_that_changes_has_its_prices_asked_for_again() {
    let mut desk = picking(120, 36, &[]);
    found(&mut desk, listings(), 0, Finding::Done);
    let mut plan = (*desk.snapshot.plan).clone();
    plan.photos += 7;
    desk.snapshot.plan = plan.into();
    desk.answer();
    assert!(matches!(desk.told.as_slice(), [Command::Compare { .. }]), "{:?}", desk.told);
    desk.answer();
    assert_eq!(desk.told.len(), 1, "one question at a time");
}

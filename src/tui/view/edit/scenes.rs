//! Each editor in front of the plan, as a person would see it.

use crate::tui::fixtures::{self, Desk};
use crate::tui::view::scenes::{after, snapshots};

fn plan(width: u16, height: u16) -> Desk {
    fixtures::planning(width, height).with(|snapshot| {
        let mut plan = (*snapshot.plan).clone();
        plan.fields = fixtures::fields_of_every_kind();
        snapshot.plan = plan.into();
    })
}

fn shown(keys: &'static [&'static str]) -> impl Fn(u16, u16) -> String {
    move |width, height| after(plan(width, height), keys)
}

#[test]
fn every_kind_of_field_has_its_editor() {
    snapshots("edit-text", shown(&["j", "e"]));
    snapshots("edit-pick", shown(&["j", "j", "e"]));
    snapshots("edit-pick-filter", shown(&["j", "j", "e", "i", "l", "l", "down"]));
    snapshots("edit-size", shown(&["j", "j", "j", "e"]));
    snapshots("edit-size-own", shown(&["j", "j", "j", "e", "end", "enter", "9", "down", "0"]));
    snapshots("edit-json", shown(&["j", "j", "j", "j", "e"]));
    snapshots("edit-json-wrong", shown(&["j", "j", "j", "j", "e", "up", "up", "end", "7", "7"]));
}

//! Keys of the review.

use super::act::follow;
use super::effect::Effect;
use super::pictures;
use crate::job::{Stars, Verdict};
use crate::tui::keys::Action;
use crate::tui::ui::Ui;
use crate::tui::ui::ask::Outcome;

/// What a key of the review does.
pub(super) fn review(ui: &mut Ui, action: Action) -> Vec<Effect> {
    match action {
        Action::Reviews => ui.open_review(),
        Action::NextPhoto => ui.turn_photo(1),
        Action::PrevPhoto => ui.turn_photo(-1),
        Action::LookLeft => pictures::pan(ui, -1, 0),
        Action::LookRight => pictures::pan(ui, 1, 0),
        Action::ToReview => ui.turn_review(),
        Action::GoOn => ui.turn_goes_on(),
        Action::MarkPhoto => ui.mark_photo(),
        Action::Undo => {
            let outcome = ui.undo();
            return follow(ui, outcome);
        }
        Action::Many => {
            let outcome = ui.count_groups();
            return follow(ui, outcome);
        }
        Action::NoStars => return rate(ui, 0),
        Action::OneStar => return rate(ui, 1),
        Action::TwoStars => return rate(ui, 2),
        Action::ThreeStars => return rate(ui, 3),
        Action::FourStars => return rate(ui, 4),
        Action::FiveStars => return rate(ui, 5),
        _ => {}
    }
    Vec::new()
}

fn rate(ui: &mut Ui, stars: u8) -> Vec<Effect> {
    let outcome = ui.rate(Stars::new(stars));
    follow(ui, outcome)
}

/// A yes or no in the review: it goes on to the next, if that is wished.
pub(super) fn decide(ui: &mut Ui, verdict: Verdict) -> Vec<Effect> {
    let outcome = ui.decide(verdict);
    let is_decided = matches!(outcome, Outcome::Do(..));
    let effects = follow(ui, outcome);
    if is_decided && ui.review().is_some_and(|review| review.goes_on) {
        ui.move_by(1);
    }
    effects
}

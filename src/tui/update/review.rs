//! Keys of the review.

use super::pictures;
use crate::job::Stars;
use crate::tui::keys::Action;
use crate::tui::ui::Ui;
use crate::tui::ui::ask::Outcome;

/// What a key of the review does, or leads to.
pub(super) fn review(ui: &mut Ui, action: Action) -> Option<Outcome> {
    match action {
        Action::Reviews => ui.open_review(),
        Action::NextPhoto => ui.turn_photo(1),
        Action::PrevPhoto => ui.turn_photo(-1),
        Action::LookLeft => pictures::pan(ui, -1, 0),
        Action::LookRight => pictures::pan(ui, 1, 0),
        Action::ToReview => ui.turn_review(),
        Action::GoOn => ui.turn_goes_on(),
        Action::MarkPhoto => ui.mark_photo(),
        Action::Undo => return Some(ui.undo()),
        Action::Many => return Some(ui.count_groups()),
        Action::NoStars => return Some(ui.rate(Stars::new(0))),
        Action::OneStar => return Some(ui.rate(Stars::new(1))),
        Action::TwoStars => return Some(ui.rate(Stars::new(2))),
        Action::ThreeStars => return Some(ui.rate(Stars::new(3))),
        Action::FourStars => return Some(ui.rate(Stars::new(4))),
        Action::FiveStars => return Some(ui.rate(Stars::new(5))),
        _ => {}
    }
    None
}

//! What happened elsewhere since the board before, told in a few words.

use crate::engine::board::{Board, NoticeKind, Tab};
use crate::job::{CauseKind, Group, Status};
use crate::tui::ui::toast::News;
use crate::tui::ui::{Layer, Ui};

/// On narrower screens the header alone says how it goes: the footer has room for keys only.
const ROOM_FOR_NEWS: u16 = 60;

/// Tells that what held everything back is over, or what failed and what is odd. What the person looks at
/// is no news.
pub(super) fn tell(ui: &mut Ui, before: &Board) {
    if ui.size.width < ROOM_FOR_NEWS {
        return;
    }
    if let Some(notice) = &ui.board.notice
        && notice.kind == NoticeKind::Resumed
        && before.notice.as_ref() != Some(notice)
    {
        let message = notice.message.clone();
        return ui.tell(message);
    }
    if ui.has_ended() {
        // The banner sums it up.
        return ui.drop_news();
    }
    let news = since(before, &ui.board);
    let looks_at = |group| ui.tab == Tab::Only(group);
    let causes = matches!(ui.layers.last(), Some(Layer::Causes(_)));
    let news = News {
        failed: if looks_at(Group::Failed) || causes { 0 } else { news.failed },
        review: if looks_at(Group::Review) { 0 } else { news.review },
        ..news
    };
    ui.tell_news(news);
}

fn since(before: &Board, board: &Board) -> News {
    // What an earlier run left failed comes back with its photos and is no news.
    let failures = |board: &Board| board.totals.of(Group::Failed).saturating_sub(board.plan.failed_before);
    let failed = failures(board).saturating_sub(failures(before));
    // A lost answer is looked for, and mostly found.
    let odd = |board: &Board| board.totals.of(Group::Review).saturating_sub(board.totals.unknown);
    let review = odd(board).saturating_sub(odd(before));
    let count =
        |board: &Board, kind| board.causes.iter().find(|group| group.kind == kind).map_or(0, |group| group.count);
    let grown = board.causes.iter().filter(|group| group.count > count(before, group.kind));
    let causes: Vec<CauseKind> = grown.clone().map(|group| group.kind).collect();
    let name = match (failed, review) {
        (1, 0) => name(before, board, Group::Failed)
            .or_else(|| grown.clone().find(|group| group.count == 1).map(|group| group.path.clone())),
        (0, 1) => name(before, board, Group::Review),
        _ => None,
    };
    News { failed, review, causes: causes.into_iter().collect(), name }
}

/// The photo that came to a group, if the table shows it and showed it before.
fn name(before: &Board, board: &Board, group: Group) -> Option<String> {
    let is_new = |id, status: Status| {
        status.group() == group && before.page.rows.iter().any(|row| row.id == id && row.state.status.group() != group)
    };
    board.page.rows.iter().find(|row| is_new(row.id, row.state.status)).map(|row| row.path.clone())
}

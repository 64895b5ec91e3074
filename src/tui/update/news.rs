//! What happened elsewhere since the snapshot before, told in a few words.

use crate::engine::snapshot::{NoticeKind, Snapshot, Tab};
use crate::job::{CauseKind, Group, Status};
use crate::tui::ui::toast::News;
use crate::tui::ui::{Layer, Ui};

/// On narrower screens the header alone says how it goes: the footer has room for keys only.
const ROOM_FOR_NEWS: u16 = 60;

/// Tells that what held everything back is over, or what failed and what is odd. What the person looks at
/// is no news.
pub(super) fn tell(ui: &mut Ui, before: &Snapshot) {
    if ui.screen.size.width < ROOM_FOR_NEWS {
        return;
    }
    if let Some(notice) = &ui.snapshot.notice
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
    let news = since(before, &ui.snapshot);
    let looks_at = |group| ui.jobs.tab == Tab::Only(group);
    let causes = matches!(ui.layers.last(), Some(Layer::Causes(_)));
    let news = News {
        failed: if looks_at(Group::Failed) || causes { 0 } else { news.failed },
        review: if looks_at(Group::Review) { 0 } else { news.review },
        ..news
    };
    ui.tell_news(news);
}

fn since(before: &Snapshot, snapshot: &Snapshot) -> News {
    // What an earlier run left failed comes back with its photos and is no news.
    let failures = |snapshot: &Snapshot| snapshot.totals.of(Group::Failed).saturating_sub(snapshot.plan.earlier.failed);
    let failed = failures(snapshot).saturating_sub(failures(before));
    // A lost answer is looked for, and mostly found.
    let odd = |snapshot: &Snapshot| snapshot.totals.of(Group::Review).saturating_sub(snapshot.totals.unknown);
    let review = odd(snapshot).saturating_sub(odd(before));
    let count = |snapshot: &Snapshot, kind| {
        snapshot.causes.iter().find(|group| group.kind == kind).map_or(0, |group| group.count)
    };
    let grown = snapshot.causes.iter().filter(|group| group.count > count(before, group.kind));
    let causes: Vec<CauseKind> = grown.clone().map(|group| group.kind).collect();
    let name = match (failed, review) {
        (1, 0) => name(before, snapshot, Group::Failed)
            .or_else(|| grown.clone().find(|group| group.count == 1).map(|group| group.path.clone())),
        (0, 1) => name(before, snapshot, Group::Review),
        _ => None,
    };
    News { failed, review, causes: causes.into_iter().collect(), name }
}

/// The photo that came to a group, if the table shows it and showed it before.
fn name(before: &Snapshot, snapshot: &Snapshot, group: Group) -> Option<String> {
    let is_new = |id, status: Status| {
        status.group() == group && before.page.rows.iter().any(|row| row.id == id && row.state.status.group() != group)
    };
    snapshot.page.rows.iter().find(|row| is_new(row.id, row.state.status)).map(|row| row.path.clone())
}

//! What a face looks at, and the page of rows that answers it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Spec;
use crate::engine::board::{Cursor, Lens, Page, Tab};
use crate::engine::job_table::JobTable;
use crate::engine::publish::view_model;
use crate::engine::runtime::Runtime;
use crate::job::{Group, JobId};

/// Keeps a face's lens and where its page was.
#[derive(Debug, Default)]
pub(crate) struct Looker {
    lens: Lens,
    first: usize,
    /// Where the cursor was last, for when its job leaves the tab.
    place: usize,
    /// The job that the cursor is near to.
    near: Option<Near>,
    /// Asked for just now: a key must not feel slow.
    urgent: bool,
}

/// A job that the cursor follows until a change of its own takes it away.
#[derive(Debug)]
struct Near {
    id: JobId,
    group: Group,
    /// What was shown: with another order or filter every place is another.
    shown: (Spec, Tab, bool),
    left: bool,
}

impl Looker {
    pub(crate) fn look(&mut self, lens: Lens) {
        self.lens = lens;
        self.urgent = true;
    }

    /// What the face looks at.
    pub(crate) fn lens(&self) -> Lens {
        self.lens.clone()
    }

    pub(crate) fn take_urgent(&mut self) -> bool {
        std::mem::take(&mut self.urgent)
    }

    pub(crate) fn wants_detail(&self) -> bool {
        self.lens.detail
    }

    /// The rows that the lens shows now. It scrolls as little as keeps the cursor in sight. `held` says
    /// that no more jobs are begun.
    pub(crate) fn page(&mut self, roster: &JobTable, live: &HashMap<JobId, Runtime>, held: bool) -> Page {
        let lens = self.lens.clone();
        let total = roster.shown(lens.tab);
        let height = usize::from(lens.height).max(1);
        let last = total.saturating_sub(1);
        let place = match lens.cursor {
            Cursor::First => 0,
            Cursor::Last => last,
            Cursor::Place(place) => place.min(last),
            Cursor::Job(id) => roster.place(&lens, id).unwrap_or(self.place).min(last),
            Cursor::Near(id) => self.place_near(roster, id).unwrap_or(self.place).min(last),
        };
        if !matches!(lens.cursor, Cursor::Near(_)) {
            self.near = None;
        }
        self.place = place;
        self.first = self.first.min(place).max((place + 1).saturating_sub(height)).min(total.saturating_sub(height));
        let more = usize::from(lens.more);
        let first = self.first.saturating_sub(more);
        let rows = roster
            .at(&lens, first..self.first + height + more)
            .into_iter()
            .map(|job| view_model::row(roster, job, live.get(&job.id), held))
            .collect();
        let gathering = roster.is_gathering();
        let ids = (lens.ids && !gathering).then(|| Arc::new(roster.ids(lens.tab)));
        let cursor = (total > 0).then_some(place);
        let filters = !lens.text.trim().is_empty() || lens.cause.is_some();
        let found = filters.then(|| Group::ALL.map(|group| roster.shown(Tab::Only(group))));
        Page { total, first, top: self.first, rows, cursor, gathering, ids, found, lens }
    }

    /// A job's place, unless it left: it came to another group and was no longer in the page then.
    fn place_near(&mut self, roster: &JobTable, id: JobId) -> Option<usize> {
        let group = roster.get(id)?.state.status().group();
        let place = roster.place(&self.lens, id)?;
        let shown = (self.spec(), self.lens.tab, self.lens.reverse);
        let page = self.first..self.first + usize::from(self.lens.height).max(1);
        let left = match &self.near {
            Some(near) if near.id == id && near.shown == shown => {
                near.left || (near.group != group && !page.contains(&place))
            }
            _ => false,
        };
        self.near = Some(Near { id, group, shown, left });
        (!left).then_some(place)
    }

    /// What the lens leaves, whichever tab it shows.
    pub(crate) fn spec(&self) -> Spec {
        let text = self.lens.text.trim().to_lowercase();
        Spec { text, cause: self.lens.cause, order: self.lens.order, only_paths: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::board::Order;
    use crate::job::{EndpointId, Job, JobState, Photo, Timestamp};
    use crate::model::{Model, Params};

    fn roster(jobs: usize) -> JobTable {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let mut roster = JobTable::new(None, Params::parse(&model, []).unwrap(), model.clone());
        for i in 0..jobs {
            let path: Box<std::path::Path> = std::path::Path::new(&format!("IMG_{i:04}.jpg")).into();
            let photo = Photo {
                source: path.clone(),
                path,
                format: None,
                pixels: None,
                bytes: 1,
                modified: Timestamp(0),
                shares_stem: false,
                losses: crate::job::Losses::NONE,
            };
            let state = if i % 10 == 9 { JobState::Skipped("empty".into()) } else { JobState::Pending };
            roster.push(Job { id: JobId::at(i), photo, state, own: None });
        }
        roster
    }

    fn lens(cursor: Cursor, height: u16) -> Lens {
        Lens { cursor, height, order: Order::Number, ..Lens::default() }
    }

    #[test]
    fn the_page_scrolls_as_little_as_keeps_the_cursor_in_it() {
        let (roster, live) = (roster(100), HashMap::new());
        let mut look = Looker::default();
        let mut first = |cursor| {
            look.look(lens(cursor, 10));
            let page = look.page(&roster, &live, false);
            assert_eq!(page.rows.len(), 10);
            assert!(page.current().is_some());
            page.first
        };
        assert_eq!(first(Cursor::First), 0);
        assert_eq!(first(Cursor::Place(9)), 0);
        assert_eq!(first(Cursor::Place(10)), 1);
        assert_eq!(first(Cursor::Place(5)), 1);
        assert_eq!(first(Cursor::Job(JobId::at(50))), 41);
        assert_eq!(first(Cursor::Last), 90);
        assert_eq!(first(Cursor::Place(10_000)), 90);
    }

    #[test]
    fn more_rows_are_carried_on_either_side_and_move_nothing() {
        let (roster, live) = (roster(100), HashMap::new());
        let mut look = Looker::default();
        let mut shown = |cursor, more| {
            look.look(Lens { more, ..lens(cursor, 10) });
            let page = look.page(&roster, &live, false);
            assert_eq!(page.rows.first().unwrap().id, JobId::at(page.first));
            (page.first, page.top, page.rows.len())
        };
        assert_eq!(shown(Cursor::Place(50), 0), (41, 41, 10));
        assert_eq!(shown(Cursor::Place(50), 20), (21, 41, 50));
        assert_eq!(shown(Cursor::Place(50), 80), (0, 41, 100));
        assert_eq!(shown(Cursor::Place(50), 0), (41, 41, 10));
    }

    #[test]
    fn a_job_that_leaves_the_tab_leaves_the_cursor_where_it_was() {
        let (mut roster, live) = (roster(100), HashMap::new());
        let mut look = Looker::default();
        look.look(Lens { tab: Tab::Only(Group::Pending), ..lens(Cursor::Job(JobId::at(4)), 10) });
        assert_eq!(look.page(&roster, &live, false).current().unwrap().id, JobId::at(4));
        roster.apply(JobId::at(4), crate::job::Transition::StartUpload, Timestamp(1)).unwrap();
        assert_eq!(look.page(&roster, &live, false).current().unwrap().id, JobId::at(5));
    }

    #[test]
    fn a_job_that_ends_far_below_leaves_the_cursor_where_it_was_and_one_that_is_pushed_takes_it_along() {
        let (mut roster, live) = (roster(100), HashMap::new());
        let mut look = Looker::default();
        let on = |look: &mut Looker, roster: &JobTable| {
            let page = look.page(roster, &live, false);
            (page.first, page.current().unwrap().id.index())
        };
        let near = |id| Lens { order: Order::Status, ..lens(Cursor::Near(JobId::at(id)), 10) };
        let upload = |roster: &mut JobTable, id| {
            roster.apply(JobId::at(id), crate::job::Transition::StartUpload, Timestamp(1)).unwrap();
        };
        look.look(near(3));
        assert_eq!(on(&mut look, &roster), (0, 3));
        // Others come to the front: it is followed.
        (50..58).for_each(|id| upload(&mut roster, id));
        assert_eq!(on(&mut look, &roster), (2, 3));
        // It comes to the front itself, out of the page: what stands at its place now is taken.
        upload(&mut roster, 3);
        assert_eq!(on(&mut look, &roster), (2, 2));
        assert_eq!(on(&mut look, &roster), (2, 2), "as long as it takes the face to say so");
        look.look(near(2));
        // Within the page it is followed, wherever it goes; and so it is in another order.
        look.look(near(4));
        assert_eq!(on(&mut look, &roster), (3, 4));
        look.look(Lens { reverse: true, ..near(4) });
        assert_eq!(on(&mut look, &roster).1, 4);
        look.look(Lens { cursor: Cursor::Job(JobId::at(4)), ..near(4) });
        upload(&mut roster, 4);
        assert_eq!(on(&mut look, &roster).1, 4, "what is held is followed anywhere");
    }

    #[test]
    fn a_search_finds_everything_little_by_little_and_follows_changes() {
        let found = |roster: &mut JobTable, text: &str| {
            roster.show(Spec { text: text.to_owned(), ..Spec::default() });
            roster.shown(Tab::All)
        };
        let mut roster = roster(10_000);
        assert!(found(&mut roster, "_9999") <= 1);
        while roster.gather() {}
        assert_eq!(found(&mut roster, "_9999"), 1);
        assert_eq!(found(&mut roster, "empty"), 409, "so far");
        while roster.gather() {}
        assert_eq!(found(&mut roster, "empty"), 1000);
        roster.apply(JobId::at(0), crate::job::Transition::StartUpload, Timestamp(1)).unwrap();
        assert_eq!(found(&mut roster, "uploading"), 1);
        assert_eq!(found(&mut roster, "uploading 62 %"), 1, "what changes by the second is left aside");
        assert_eq!(found(&mut roster, ""), 10_000);
    }

    #[test]
    fn what_only_lies_there_while_no_more_are_begun_has_no_clock() {
        use crate::engine::board::Elapsed;
        use crate::job::{Cause, CauseKind, Kept, Transition};
        let (mut roster, live) = (roster(9), HashMap::new());
        for id in [0, 1] {
            roster.apply(JobId::at(id), Transition::StartUpload, Timestamp(1)).unwrap();
        }
        let cause = Cause::new(CauseKind::Network, "gone");
        let wait = Transition::Retry { cause, until: Timestamp(9), kept: Kept::Nothing, counts: true };
        roster.apply(JobId::at(1), wait, Timestamp(2)).unwrap();
        let mut look = Looker::default();
        look.look(Lens { text: "Retry in".to_owned(), ..lens(Cursor::First, 2) });
        roster.show(look.spec());
        while roster.gather() {}
        let page = look.page(&roster, &live, false);
        let waiting = page.found.unwrap()[Group::Waiting as usize];
        assert_eq!((page.total, waiting, page.found.unwrap().iter().sum()), (1, 1, 1), "as its row reads");
        roster.show(Spec::default());
        assert_eq!(roster.totals().moving, 1, "bytes on the move move on");
        let clocks = |held| {
            let mut look = Looker::default();
            look.look(lens(Cursor::First, 2));
            let rows = look.page(&roster, &live, held).rows;
            rows.iter().map(|row| (row.elapsed != Elapsed::None, row.state.until)).collect::<Vec<_>>()
        };
        assert_eq!(clocks(false), [(true, None), (true, Some(Timestamp(9)))]);
        assert_eq!(clocks(true), [(true, None), (false, None)]);
    }

    #[test]
    fn an_empty_table_has_no_cursor() {
        let mut look = Looker::default();
        let page = look.page(&roster(0), &HashMap::new(), false);
        assert_eq!((page.total, page.cursor, page.current()), (0, None, None));
    }
}

//! What a face looks at, and the page of rows that answers it.

use std::collections::HashMap;
use std::sync::Arc;

use super::Spec;
use crate::engine::job_table::JobTable;
use crate::engine::publish::view_model;
use crate::engine::runtime::Runtime;
use crate::engine::snapshot::{Also, Cursor, Page, Query, Tab};
use crate::job::{Group, JobId};

/// Keeps a face's query and where its page was.
#[derive(Debug, Default)]
pub(crate) struct Looker {
    query: Query,
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
    pub(crate) fn look(&mut self, query: Query) {
        self.query = query;
        self.urgent = true;
    }

    /// What the face looks at.
    pub(crate) fn query(&self) -> Query {
        self.query.clone()
    }

    /// Whether it asked for another page since its last.
    pub(crate) fn is_urgent(&self) -> bool {
        self.urgent
    }

    pub(crate) fn wants_overview(&self) -> bool {
        self.query.also == Also::Overview
    }

    pub(crate) fn wants_pictures(&self) -> bool {
        self.query.also == Also::Pictures
    }

    pub(crate) fn wants_detail(&self) -> bool {
        self.query.detail
    }

    /// The rows that the query shows now. It scrolls as little as keeps the cursor in sight. `held` says
    /// that no more jobs are begun.
    pub(crate) fn page(&mut self, job_table: &JobTable, live: &HashMap<JobId, Runtime>, held: bool) -> Page {
        self.urgent = false;
        let query = self.query.clone();
        let total = job_table.shown(query.tab);
        let height = usize::from(query.height).max(1);
        let last = total.saturating_sub(1);
        let place = match query.cursor {
            Cursor::First => 0,
            Cursor::Last => last,
            Cursor::Place(place) => place.min(last),
            Cursor::Job(id) => job_table.place(&query, id).unwrap_or(self.place).min(last),
            Cursor::Near(id) => self.place_near(job_table, id).unwrap_or(self.place).min(last),
        };
        if !matches!(query.cursor, Cursor::Near(_)) {
            self.near = None;
        }
        self.place = place;
        // Lines of a grid are scrolled as a whole.
        let across = usize::from(query.across).max(1);
        let up = |row: usize| row.next_multiple_of(across);
        let most = up(total.saturating_sub(height));
        self.first = self.first.min(place).max(up((place + 1).saturating_sub(height))).min(most);
        self.first -= self.first % across;
        let more = usize::from(query.more);
        let first = self.first.saturating_sub(more);
        let rows = job_table
            .at(&query, first..self.first + height + more)
            .into_iter()
            .map(|job| view_model::row(job_table, job, live.get(&job.id), held))
            .collect();
        let gathering = job_table.is_gathering();
        let ids = (query.ids && !gathering).then(|| Arc::new(job_table.ids(query.tab)));
        let cursor = (total > 0).then_some(place);
        let filters = !query.text.trim().is_empty() || query.cause.is_some();
        let found = filters.then(|| Group::ALL.map(|group| job_table.shown(Tab::Only(group))));
        Page { total, first, top: self.first, rows, cursor, gathering, ids, found, query, near: Vec::new() }
    }

    /// A job's place, unless it left: it came to another group and was no longer in the page then.
    fn place_near(&mut self, job_table: &JobTable, id: JobId) -> Option<usize> {
        let group = job_table.get(id)?.state.status().group();
        let place = job_table.place(&self.query, id)?;
        let shown = (self.spec(), self.query.tab, self.query.reverse);
        let page = self.first..self.first + usize::from(self.query.height).max(1);
        let left = match &self.near {
            Some(near) if near.id == id && near.shown == shown => {
                near.left || (near.group != group && !page.contains(&place))
            }
            _ => false,
        };
        self.near = Some(Near { id, group, shown, left });
        (!left).then_some(place)
    }

    /// What the query leaves, whichever tab it shows.
    pub(crate) fn spec(&self) -> Spec {
        let text = self.query.text.trim().to_lowercase();
        Spec { text, cause: self.query.cause, order: self.query.order, only_paths: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::snapshot::Order;
    use crate::job::{EndpointId, Job, JobState, Photo, Timestamp};
    use crate::model::{Model, Params};

    fn job_table(jobs: usize) -> JobTable {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let mut job_table = JobTable::new(None, Params::parse(&model, []).unwrap(), model.clone());
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
            job_table.push(Job { id: JobId::at(i), photo, state, own: None, opinion: None });
        }
        job_table
    }

    fn query(cursor: Cursor, height: u16) -> Query {
        Query { cursor, height, order: Order::Number, ..Query::default() }
    }

    #[test]
    fn the_page_scrolls_as_little_as_keeps_the_cursor_in_it() {
        let (job_table, live) = (job_table(100), HashMap::new());
        let mut look = Looker::default();
        let mut first = |cursor| {
            look.look(query(cursor, 10));
            let page = look.page(&job_table, &live, false);
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
        let (job_table, live) = (job_table(100), HashMap::new());
        let mut look = Looker::default();
        let mut shown = |cursor, more| {
            look.look(Query { more, ..query(cursor, 10) });
            let page = look.page(&job_table, &live, false);
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
        let (mut job_table, live) = (job_table(100), HashMap::new());
        let mut look = Looker::default();
        look.look(Query { tab: Tab::Only(Group::Pending), ..query(Cursor::Job(JobId::at(4)), 10) });
        assert_eq!(look.page(&job_table, &live, false).current().unwrap().id, JobId::at(4));
        job_table.apply(JobId::at(4), crate::job::Transition::StartUpload, Timestamp(1)).unwrap();
        assert_eq!(look.page(&job_table, &live, false).current().unwrap().id, JobId::at(5));
    }

    #[test]
    fn a_job_that_ends_far_below_leaves_the_cursor_where_it_was_and_one_that_is_pushed_takes_it_along() {
        let (mut job_table, live) = (job_table(100), HashMap::new());
        let mut look = Looker::default();
        let on = |look: &mut Looker, job_table: &JobTable| {
            let page = look.page(job_table, &live, false);
            (page.first, page.current().unwrap().id.index())
        };
        let near = |id| Query { order: Order::Status, ..query(Cursor::Near(JobId::at(id)), 10) };
        let upload = |job_table: &mut JobTable, id| {
            job_table.apply(JobId::at(id), crate::job::Transition::StartUpload, Timestamp(1)).unwrap();
        };
        look.look(near(3));
        assert_eq!(on(&mut look, &job_table), (0, 3));
        // Others come to the front: it is followed.
        (50..58).for_each(|id| upload(&mut job_table, id));
        assert_eq!(on(&mut look, &job_table), (2, 3));
        // It comes to the front itself, out of the page: what stands at its place now is taken.
        upload(&mut job_table, 3);
        assert_eq!(on(&mut look, &job_table), (2, 2));
        assert_eq!(on(&mut look, &job_table), (2, 2), "as long as it takes the face to say so");
        look.look(near(2));
        // Within the page it is followed, wherever it goes; and so it is in another order.
        look.look(near(4));
        assert_eq!(on(&mut look, &job_table), (3, 4));
        look.look(Query { reverse: true, ..near(4) });
        assert_eq!(on(&mut look, &job_table).1, 4);
        look.look(Query { cursor: Cursor::Job(JobId::at(4)), ..near(4) });
        upload(&mut job_table, 4);
        assert_eq!(on(&mut look, &job_table).1, 4, "what is held is followed anywhere");
    }

    #[test]
    fn a_search_finds_everything_little_by_little_and_follows_changes() {
        let found = |job_table: &mut JobTable, text: &str| {
            job_table.show(Spec { text: text.to_owned(), ..Spec::default() });
            job_table.shown(Tab::All)
        };
        let mut job_table = job_table(10_000);
        assert!(found(&mut job_table, "_9999") <= 1);
        while job_table.gather() {}
        assert_eq!(found(&mut job_table, "_9999"), 1);
        assert_eq!(found(&mut job_table, "empty"), 409, "so far");
        while job_table.gather() {}
        assert_eq!(found(&mut job_table, "empty"), 1000);
        job_table.apply(JobId::at(0), crate::job::Transition::StartUpload, Timestamp(1)).unwrap();
        assert_eq!(found(&mut job_table, "uploading"), 1);
        assert_eq!(found(&mut job_table, "uploading 62 %"), 1, "what changes by the second is left aside");
        assert_eq!(found(&mut job_table, ""), 10_000);
    }

    #[test]
    fn what_only_lies_there_while_no_more_are_begun_has_no_clock() {
        use crate::engine::snapshot::Elapsed;
        use crate::job::{Cause, CauseKind, Checkpoint, Transition};
        let (mut job_table, live) = (job_table(9), HashMap::new());
        for id in [0, 1] {
            job_table.apply(JobId::at(id), Transition::StartUpload, Timestamp(1)).unwrap();
        }
        let cause = Cause::new(CauseKind::Network, "gone");
        let wait = Transition::Retry { cause, until: Timestamp(9), checkpoint: Checkpoint::Nothing, counts: true };
        job_table.apply(JobId::at(1), wait, Timestamp(2)).unwrap();
        let mut look = Looker::default();
        look.look(Query { text: "Retry in".to_owned(), ..query(Cursor::First, 2) });
        job_table.show(look.spec());
        while job_table.gather() {}
        let page = look.page(&job_table, &live, false);
        let waiting = page.found.unwrap()[Group::Waiting as usize];
        assert_eq!((page.total, waiting, page.found.unwrap().iter().sum()), (1, 1, 1), "as its row reads");
        job_table.show(Spec::default());
        assert_eq!(job_table.totals().moving, 1, "bytes on the move move on");
        let clocks = |held| {
            let mut look = Looker::default();
            look.look(query(Cursor::First, 2));
            let rows = look.page(&job_table, &live, held).rows;
            rows.iter().map(|row| (row.elapsed != Elapsed::None, row.state.until)).collect::<Vec<_>>()
        };
        assert_eq!(clocks(false), [(true, None), (true, Some(Timestamp(9)))]);
        assert_eq!(clocks(true), [(true, None), (false, None)]);
    }

    #[test]
    fn an_empty_table_has_no_cursor() {
        let mut look = Looker::default();
        let page = look.page(&job_table(0), &HashMap::new(), false);
        assert_eq!((page.total, page.cursor, page.current()), (0, None, None));
    }
}

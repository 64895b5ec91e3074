//! Which jobs are in which group, kept as they change, in the orders that a table shows.

use std::ops::Range;

use super::rank_set::RankSet;
use crate::engine::snapshot::{Order, Tab};
use crate::job::{Group, JobId};

/// Jobs by group, in the order of their status or their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    all: RankSet,
    groups: [RankSet; Group::ALL.len()],
    /// Those whose group has results.
    results: RankSet,
}

impl Index {
    pub(crate) fn insert(&mut self, id: JobId, group: Group) {
        self.all.insert(id.index());
        if let Some(set) = self.groups.get_mut(group as usize) {
            set.insert(id.index());
        }
        if has_results(group) {
            self.results.insert(id.index());
        }
    }

    pub(crate) fn remove(&mut self, id: JobId, group: Group) {
        self.all.remove(id.index());
        if let Some(set) = self.groups.get_mut(group as usize) {
            set.remove(id.index());
        }
        if has_results(group) {
            self.results.remove(id.index());
        }
    }

    /// How many jobs a tab shows.
    pub(crate) fn len(&self, tab: Tab) -> usize {
        match tab {
            Tab::All => self.all.len(),
            Tab::Results => self.results.len(),
            Tab::Only(group) => self.group(group).map_or(0, RankSet::len),
        }
    }

    /// Every job of a group, by number.
    pub(crate) fn members(&self, group: Group) -> impl Iterator<Item = JobId> + '_ {
        self.group(group).into_iter().flat_map(RankSet::iter).map(JobId::at)
    }

    /// Every job of a tab, by number.
    pub(crate) fn ids(&self, tab: Tab) -> Vec<JobId> {
        match tab {
            Tab::All => self.all.iter().map(JobId::at).collect(),
            Tab::Results => self.results.iter().map(JobId::at).collect(),
            Tab::Only(group) => self.members(group).collect(),
        }
    }

    /// The jobs at some places of the table, from 0.
    pub(crate) fn at(&self, tab: Tab, order: Order, places: Range<usize>) -> Vec<JobId> {
        places.map_while(|place| self.one_at(tab, order, place)).collect()
    }

    fn one_at(&self, tab: Tab, order: Order, place: usize) -> Option<JobId> {
        let found = match (tab, order) {
            (Tab::Only(group), _) => self.in_group(group, order, place),
            (Tab::All, Order::Status) => {
                let mut left = place;
                let group = Group::ALL.into_iter().find(|group| {
                    let len = self.group(*group).map_or(0, RankSet::len);
                    let here = left < len;
                    if !here {
                        left -= len;
                    }
                    here
                })?;
                self.in_group(group, order, left)
            }
            (Tab::All, _) => self.all.select(place),
            (Tab::Results, _) => self.results.select(place),
        };
        found.map(JobId::at)
    }

    /// A job's place in the table, from 0; `None` if the tab hides it.
    pub(crate) fn place(&self, tab: Tab, order: Order, id: JobId) -> Option<usize> {
        let n = id.index();
        match (tab, order) {
            (Tab::Only(group), _) => self.place_in_group(group, order, n),
            (Tab::All, Order::Status) => {
                let mut before = 0;
                for group in Group::ALL {
                    if let Some(place) = self.place_in_group(group, order, n) {
                        return Some(before + place);
                    }
                    before += self.group(group).map_or(0, RankSet::len);
                }
                None
            }
            (Tab::All, _) => self.all.contains(n).then(|| self.all.rank(n)),
            // By number, so that no decision moves them.
            (Tab::Results, _) => self.results.contains(n).then(|| self.results.rank(n)),
        }
    }

    fn group(&self, group: Group) -> Option<&RankSet> {
        self.groups.get(group as usize)
    }

    fn in_group(&self, group: Group, order: Order, place: usize) -> Option<usize> {
        let set = self.group(group)?;
        if is_latest_first(group, order) { set.select(set.len().checked_sub(place + 1)?) } else { set.select(place) }
    }

    fn place_in_group(&self, group: Group, order: Order, n: usize) -> Option<usize> {
        let set = self.group(group).filter(|set| set.contains(n))?;
        let rank = set.rank(n);
        Some(if is_latest_first(group, order) { set.len() - 1 - rank } else { rank })
    }
}

fn has_results(group: Group) -> bool {
    matches!(group, Group::Review | Group::Done)
}

/// What has just ended stands above what ended long ago.
fn is_latest_first(group: Group, order: Order) -> bool {
    order == Order::Status && matches!(group, Group::Done | Group::Cancelled | Group::Skipped)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> JobId {
        JobId::at(number - 1)
    }

    #[test]
    fn what_moves_stands_above_what_rests_and_the_latest_done_first() {
        let mut index = Index::default();
        for (number, group) in [
            (1, Group::Done),
            (2, Group::Done),
            (3, Group::Failed),
            (4, Group::Active),
            (5, Group::Active),
            (6, Group::Pending),
        ] {
            index.insert(id(number), group);
        }
        let shown: Vec<_> = index.at(Tab::All, Order::Status, 0..9).into_iter().map(JobId::number).collect();
        assert_eq!(shown, [4, 5, 3, 6, 2, 1]);
    }

    proptest! {
        #[test]
        fn place_and_at_are_each_others_inverse(groups in prop::collection::vec(0_usize..Group::ALL.len(), 0..200)) {
            let mut index = Index::default();
            for (i, group) in groups.iter().enumerate() {
                index.insert(JobId::at(i), Group::ALL[*group]);
            }
            for order in [Order::Status, Order::Number] {
                for tab in Tab::ALL.into_iter().chain([Tab::Results]) {
                    for place in 0..index.len(tab) {
                        let id = index.one_at(tab, order, place).unwrap();
                        prop_assert_eq!(index.place(tab, order, id), Some(place));
                    }
                    prop_assert_eq!(index.one_at(tab, order, index.len(tab)), None);
                }
            }
        }
    }
}

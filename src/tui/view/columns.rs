//! The table's columns: whole ones leave where there is no room, the status never.

use super::status;
use crate::engine::snapshot::Order;

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Choice,
    Number,
    Status,
    Time,
    Try,
    Photo,
    Megapixels,
    Cost,
    Note,
    /// What a photo is sent with, where that is something else for each.
    Said,
}

impl Column {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Choice => "To send",
            Self::Number => "#",
            Self::Status => "Status",
            Self::Time => "Time",
            Self::Try => "Try",
            Self::Photo => "Photo",
            Self::Megapixels => "Megapixels",
            Self::Cost => "Cost",
            Self::Note => "Caption or cause",
            Self::Said => "What it is sent with",
        }
    }

    /// The order that goes by it.
    pub(super) fn order(self) -> Option<Order> {
        match self {
            Self::Number => Some(Order::Number),
            Self::Status => Some(Order::Status),
            Self::Time => Some(Order::Time),
            Self::Photo => Some(Order::Path),
            Self::Megapixels => Some(Order::Megapixels),
            Self::Cost => Some(Order::Cost),
            Self::Choice => Some(Order::Choice),
            Self::Try | Self::Note | Self::Said => None,
        }
    }

    pub(super) fn is_right_aligned(self) -> bool {
        matches!(self, Self::Number | Self::Time | Self::Try | Self::Megapixels | Self::Cost)
    }
}

/// Where a column goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) column: Column,
    /// From the left end of the row.
    pub(super) x: u16,
    pub(super) columns: u16,
}

/// The columns of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Set {
    /// From left to right.
    order: &'static [Column],
    /// The first to leave first.
    leave: &'static [Column],
}

/// Of a batch that runs.
pub(super) const RUN: Set = Set {
    order: &[
        Column::Number,
        Column::Status,
        Column::Time,
        Column::Try,
        Column::Photo,
        Column::Megapixels,
        Column::Cost,
        Column::Note,
    ],
    leave: &[Column::Megapixels, Column::Try, Column::Cost, Column::Note, Column::Time, Column::Number, Column::Photo],
};

/// Of a plan.
pub(super) const PLAN: Set = Set {
    order: &[Column::Choice, Column::Photo, Column::Megapixels, Column::Cost],
    leave: &[Column::Megapixels, Column::Cost, Column::Photo],
};

/// Between two columns.
const GAP: u16 = 2;
/// Of a plan where each photo is sent with a text of its own.
pub(super) const PLAN_SAID: Set = Set {
    order: &[Column::Choice, Column::Photo, Column::Said, Column::Megapixels, Column::Cost],
    leave: &[Column::Megapixels, Column::Cost, Column::Said, Column::Photo],
};

/// Below this a note or a path says nothing.
const LEAST_NOTE: u16 = 18;
const LEAST_PHOTO: u16 = 14;
/// Above this a path gets no more.
const MOST_PHOTO: u16 = 44;

/// Places the columns that fit into a row of so many columns; `digits` is how long job numbers get.
pub(super) fn place(set: Set, columns: u16, digits: u16) -> Vec<Placed> {
    let mut kept: Vec<Column> = set.order.to_vec();
    for leaving in set.leave {
        if least(&kept, digits) <= columns {
            break;
        }
        kept.retain(|column| column != leaving);
    }
    let free = columns.saturating_sub(least(&kept, digits));
    let has_note = kept.iter().any(|column| matches!(column, Column::Note | Column::Said));
    // A path and a note share what is left, the path up to what paths are usually long.
    let photo_share = if has_note { (free * 3 / 5).min(MOST_PHOTO - LEAST_PHOTO) } else { free };
    let mut x = 0;
    let mut placed = Vec::with_capacity(kept.len());
    for column in kept {
        let wide = match column {
            Column::Photo => LEAST_PHOTO + photo_share,
            Column::Note | Column::Said => LEAST_NOTE + free.saturating_sub(photo_share),
            fixed => width_of(fixed, digits),
        };
        let wide = wide.min(columns.saturating_sub(x));
        placed.push(Placed { column, x, columns: wide });
        x = x.saturating_add(wide).saturating_add(GAP);
    }
    placed
}

fn width_of(column: Column, digits: u16) -> u16 {
    match column {
        Column::Number => digits.max(3),
        Column::Status => status::COLUMNS,
        Column::Time => 7,
        Column::Try => 3,
        Column::Photo => LEAST_PHOTO,
        Column::Choice => 13,
        // `0.00046→0.0018`, and of larger ones less.
        Column::Megapixels => 14,
        Column::Cost => 8,
        Column::Note | Column::Said => LEAST_NOTE,
    }
}

fn least(kept: &[Column], digits: u16) -> u16 {
    let gaps = GAP * u16::try_from(kept.len().saturating_sub(1)).unwrap_or_default();
    kept.iter().map(|column| width_of(*column, digits)).sum::<u16>() + gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(columns: u16) -> Vec<Column> {
        place(RUN, columns, 4).into_iter().map(|placed| placed.column).collect()
    }

    #[test]
    fn the_status_never_leaves_and_columns_never_overlap_or_pass_the_end() {
        for columns in 1..=400 {
            for (set, digits, stays) in [(RUN, 3, Column::Status), (RUN, 7, Column::Status), (PLAN, 4, Column::Choice)]
            {
                let placed = place(set, columns, digits);
                assert!(placed.iter().any(|placed| placed.column == stays), "{columns}");
                let mut x = 0;
                for Placed { x: at, columns: wide, .. } in placed {
                    assert!(at >= x && at + wide <= columns, "{columns}");
                    x = at + wide;
                }
            }
        }
    }

    #[test]
    fn columns_leave_in_the_order_of_what_they_are_worth() {
        use Column::{Cost, Megapixels, Note, Number, Photo, Status, Time, Try};
        assert_eq!(shown(116), [Number, Status, Time, Try, Photo, Megapixels, Cost, Note]);
        assert_eq!(shown(78), [Number, Status, Time, Photo, Cost, Note]);
        assert_eq!(shown(75), [Number, Status, Time, Photo, Note]);
        assert_eq!(shown(40), [Number, Status, Photo]);
        assert_eq!(shown(36), [Status, Photo]);
        assert_eq!(shown(20), [Status]);
    }

    #[test]
    fn what_is_free_goes_to_the_path_and_the_note() {
        let total = |columns| place(RUN, columns, 4).last().map(|last| last.x + last.columns).unwrap();
        for columns in [40, 78, 116, 200] {
            assert_eq!(total(columns), columns);
        }
    }
}
